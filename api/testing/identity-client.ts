// A client of Keystone's API for story tests: JSON in and out, with the status that is expected.
import assert from "node:assert/strict";
import { hash } from "@node-rs/argon2";
import { systemNamespace } from "../../domain/id.ts";
import { User, type UserSpec } from "../../models/identity/user.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import type { TestCloud } from "./cloud.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes are read field by field
type Body = any;

export interface IdentityClient {
  /** The answer's body, once its status is the expected one (200 unless said). */
  get(path: string, status?: number): Promise<Body>;
  post(path: string, body: object, status?: number): Promise<Body>;
  patch(path: string, body: object, status?: number): Promise<Body>;
  put(path: string, body?: object, status?: number): Promise<Body>;
  delete(path: string, status?: number): Promise<Body>;
  head(path: string, status?: number): Promise<void>;
}

/** `cloud` and `token` are asked at every call: tests have neither before their `before` has run. */
export function identityClient(cloud: () => TestCloud, token: () => string): IdentityClient {
  async function call(method: string, path: string, status: number, body?: object): Promise<Body> {
    const answer = await fetch(`${cloud().api.url}/identity/v3/${path}`, {
      method,
      headers: { "x-auth-token": token(), ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    assert.equal(answer.status, status, `${method} ${path}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
  return {
    get: (path, status = 200) => call("GET", path, status),
    post: (path, body, status = 201) => call("POST", path, status, body),
    patch: (path, body, status = 200) => call("PATCH", path, status, body),
    put: (path, body, status = 204) => call("PUT", path, status, body),
    delete: (path, status = 204) => call("DELETE", path, status),
    head: (path, status = 204) => call("HEAD", path, status),
  };
}

/** A user with a password, as an administrator makes it with kubectl. */
export async function createUser({ client }: TestCloud, name: string, password: string, spec: Partial<UserSpec> = {}): Promise<User> {
  const secret = `user-${name}-password`;
  const data = { hash: Buffer.from(await hash(password)).toString("base64") };
  const metadata = { name: secret, namespace: systemNamespace };
  await client.create(Secret, { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data });
  return client.create(User, {
    apiVersion: "identity.kumulus.cloud/v1alpha1",
    kind: "User",
    metadata: { name },
    spec: { domainRef: { name: "default" }, passwordSecretRef: { name: secret }, ...spec },
  });
}

/** The token of a login by name in the default domain; undefined when it is refused. */
export async function login(cloud: TestCloud, name: string, password: string, scope: object): Promise<string | undefined> {
  const user = { name, domain: { id: "default" }, password };
  const answer = await fetch(`${cloud.api.url}/identity/v3/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth: { identity: { methods: ["password"], password: { user } }, scope } }),
  });
  await answer.arrayBuffer();
  return answer.headers.get("x-subject-token") ?? undefined;
}
