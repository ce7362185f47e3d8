// A client for the benchmarks: logs in to the cloud under test and calls its APIs with fetch.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Agent, request } from "undici";
import { instance, root } from "../e2e/cloud.ts";

const agent = new Agent({ connections: 16, keepAliveTimeout: 60_000 });

export interface Cloud {
  base: string;
  token: string;
  projectID: string;
  /** Rejects on an error of the server, save 404. */
  call<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }>;
}

function openrc(file: string): Record<string, string> {
  const text = readFileSync(join(root, ".kumulus", instance, file), "utf8");
  return Object.fromEntries([...text.matchAll(/^export (OS_\w+)=["']?([^"'\n]*)/gm)].map((match) => [match[1] ?? "", match[2] ?? ""]));
}

/** As the user of that file in the instance's folder, in the file's project or another. */
export async function login(file: "openrc" | "openrc-admin" = "openrc", project?: string): Promise<Cloud> {
  const env = openrc(file);
  const base = new URL(env.OS_AUTH_URL ?? "").origin;
  const domain = { id: env.OS_USER_DOMAIN_ID ?? "default" };
  const body = {
    auth: {
      identity: { methods: ["password"], password: { user: { name: env.OS_USERNAME, domain, password: env.OS_PASSWORD } } },
      scope: { project: { name: project ?? env.OS_PROJECT_NAME, domain } },
    },
  };
  const response = await fetch(`${base}/identity/v3/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (response.status !== 201) throw new Error(`login: ${response.status} ${await response.text()}`);
  const token = response.headers.get("x-subject-token") ?? "";
  const { token: details } = (await response.json()) as { token: { project: { id: string } } };
  const call = async <T>(method: string, path: string, payload?: unknown) => {
    const answer = await request(`${base}${path}`, {
      method: method as "GET",
      dispatcher: agent,
      headers: { "x-auth-token": token, "content-type": "application/json" },
      body: payload === undefined ? null : JSON.stringify(payload),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 400 && answer.statusCode !== 404) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    return { status: answer.statusCode, body: (text ? JSON.parse(text) : undefined) as T };
  };
  return { base, token, projectID: details.project.id, call };
}
