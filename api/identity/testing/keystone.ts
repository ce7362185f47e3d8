// A client of the identity API for its stories.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { systemNamespace } from "../../../domain/id.ts";
import { ConfigMap } from "../../../operator/kube/core-kinds.ts";
import { eventually } from "../../../operator/testing/eventually.ts";
import type { TestCloud } from "../../testing/cloud.ts";
import { settingsName } from "../settings.ts";

export interface Answer<B> {
  status: number;
  headers: Headers;
  body: B;
}

export interface KeystoneClient {
  /** `body` undefined: none is sent. The answer's body is {} where there is none. */
  call<B = Record<string, unknown>>(method: string, path: string, body?: object, token?: string): Promise<Answer<B>>;
  /** `user`: `{ id }` or `{ name, domain }`. The token is "" when the login fails. */
  login(user: object, password: string, scope?: object): Promise<{ status: number; token: string; message: string }>;
  /** Status of a token's validation by itself: 200, or 401 when it is dead. */
  validate(token: string): Promise<number>;
}

export function keystone(url: string): KeystoneClient {
  const call: KeystoneClient["call"] = async <B>(method: string, path: string, body?: object, token?: string) => {
    const headers = { ...(token !== undefined && { "x-auth-token": token }), ...(body && { "content-type": "application/json" }) };
    const answer = await fetch(`${url}/identity${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: (text === "" ? {} : JSON.parse(text)) as B };
  };
  return {
    call,
    async login(user, password, scope) {
      const identity = { methods: ["password"], password: { user: { ...user, password } } };
      const { status, headers, body } = await call<{ error?: { message: string } }>("POST", "/v3/auth/tokens", {
        auth: { identity, ...(scope && { scope }) },
      });
      return { status, token: headers.get("x-subject-token") ?? "", message: body.error?.message ?? "" };
    },
    async validate(token) {
      const answer = await fetch(`${url}/identity/v3/auth/tokens`, { headers: { "x-auth-token": token, "x-subject-token": token } });
      await answer.arrayBuffer();
      return answer.status;
    },
  };
}

const settingsMap = (data: Record<string, string>): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: settingsName, namespace: systemNamespace },
  data,
});

/** Replaces the settings; resolves when the API goes by them: it refuses the password "probe" with the words of these settings. */
export async function setOptions(cloud: TestCloud, data: Record<string, string>): Promise<void> {
  const marker = `not the probe ${randomUUID()}`;
  const map = settingsMap({ password_regex: "(?!probe$)", password_regex_description: marker, ...data });
  await cloud.client.apply(ConfigMap, map, { fieldManager: "story" });
  const [client, token] = [keystone(cloud.api.url), await cloud.token("admin")];
  await eventually(async () => {
    const user = { name: "probe", password: "probe" };
    const { status, body } = await client.call<{ user?: { id: string }; error?: { message: string } }>(
      "POST",
      "/v3/users",
      { user },
      token,
    );
    if (body.user) await client.call("DELETE", `/v3/users/${body.user.id}`, undefined, token);
    assert.equal(status, 400);
    assert.ok(body.error?.message.includes(marker));
  });
}
