// Requests that a cloud must refuse: sends anything, and knows how each service words a fault.
import assert from "node:assert/strict";
import { request } from "undici";
import type { Cloud } from "../bench/cloud.ts";

export interface Refusal {
  status: number;
  text: string;
  headers: Record<string, string | string[] | undefined>;
}

type Body = string | Uint8Array | Record<string, unknown>;

/** Never rejects for an answer. Strings and bytes go out as they are. */
export async function send(
  api: { base: string; token: string },
  method: string,
  path: string,
  body?: Body,
  type = "application/json",
): Promise<Refusal> {
  const raw = typeof body === "string" || body instanceof Uint8Array;
  const answer = await request(`${api.base}${path}`, {
    method: method as "GET",
    headers: { "x-auth-token": api.token, "content-type": type, accept: "application/json" },
    body: body === undefined ? null : raw ? body : JSON.stringify(body),
  });
  return { status: answer.statusCode, text: await answer.body.text(), headers: answer.headers };
}

export type Service = "identity" | "compute" | "image" | "network" | "volume";

interface Said {
  code?: unknown;
  message?: unknown;
  type?: unknown;
  title?: unknown;
}

/** The part of an envelope that says what went wrong, and what else it must name. */
function said(service: Service, body: Record<string, Said>): Said | undefined {
  const keys = Object.keys(body);
  if (service === "network") return body.NeutronError;
  if (service === "identity") return body.error;
  if (service === "image") return body as Said;
  assert.equal(keys.length, 1, `one key in ${JSON.stringify(body)}`);
  return body[keys[0] ?? ""];
}

/** Checks status and envelope; `words` is what the sentence must speak of, `name` Nova's and Cinder's key or Neutron's type. */
export function refused({ status, text }: Refusal, service: Service, wanted: number, words: RegExp, name?: string): void {
  assert.equal(status, wanted, text);
  const body = JSON.parse(text) as Record<string, Said>;
  const fault = said(service, body);
  assert.ok(fault, text);
  assert.match(String(fault.message), words);
  if (service === "network") assert.equal(typeof fault.type, "string", text);
  else if (service === "image") assert.match(String(fault.code), new RegExp(`^${wanted} `));
  else assert.equal(fault.code, wanted);
  if (name === undefined) return;
  assert.equal(service === "network" ? fault.type : Object.keys(body)[0], name);
}

/** All services with a path that takes a body. */
export const services = (api: Cloud): [Service, string][] => [
  ["identity", "/identity/v3/auth/tokens"],
  ["compute", "/compute/v2.1/servers"],
  ["image", "/image/v2/images"],
  ["network", "/network/v2.0/networks"],
  ["volume", `/volume/v3/${api.projectID}/volumes`],
];
