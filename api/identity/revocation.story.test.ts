// Two replicas of the API on one control plane: whatever ends a right ends its tokens on both, and no other token.
import assert from "node:assert/strict";
import { fileStore } from "../../clients/image-store/file-store.ts";
import { tokenKeysSecret } from "../../domain/identity/token-keys.ts";
import { Domain } from "../../models/identity/domain.ts";
import { RoleAssignment } from "../../models/identity/role-assignment.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { User } from "../../models/identity/user.ts";
import { createCaches } from "../../operator/cache/caches.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { createLog } from "../../operator/log.ts";
import { createMetrics } from "../../operator/metrics.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { apiScopes } from "../scopes.ts";
import { type Api, startApi } from "../server.ts";
import { startTestCloud, type TestCloud } from "../testing/cloud.ts";
import { type KeystoneClient, keystone } from "./testing/keystone.ts";

const apiVersion = "identity.kumulus.cloud/v1alpha1" as const;

/** A user with a member's role on a project of a domain of its own, and its token; beside it one who has the same and keeps it. */
interface Scene {
  user: string;
  userId: string;
  project: string;
  domain: string;
  token: string;
  bystander: string;
}

describe("revocation", function () {
  this.timeout(120_000);
  let cloud: TestCloud;
  let second: Api;
  let replicas: readonly [KeystoneClient, KeystoneClient];
  const stopping = new AbortController();
  before(async () => {
    cloud = await startTestCloud();
    const log = createLog({ name: "second", level: "error" });
    second = await startApi({
      client: cloud.plane.client,
      caches: createCaches(cloud.plane.client, { log, scopes: apiScopes }),
      imageStore: fileStore(cloud.imageDirectory),
      log,
      metrics: createMetrics(),
      listen: { port: 0 },
      signal: stopping.signal,
    });
    replicas = [keystone(cloud.api.url), keystone(second.url)];
  });
  after(async () => {
    stopping.abort();
    await second?.closed;
    await cloud?.stop();
  });

  const onBoth = (token: string) => Promise.all(replicas.map((replica) => replica.validate(token)));

  async function place(name: string): Promise<void> {
    const domainRef = { name: `${name}-domain` };
    await cloud.client.create(Domain, { apiVersion, kind: "Domain", metadata: domainRef, spec: {} });
    await cloud.client.create(Tenant, { apiVersion, kind: "Tenant", metadata: { name: `${name}-project` }, spec: { domainRef } });
  }

  /** The user, and its token on the project of `name`. */
  async function member(user: string, name: string): Promise<{ id: string; token: string }> {
    const admin = await cloud.token("admin");
    const [first] = replicas;
    const made = await first.call<{ user: { id: string } }>("POST", "/v3/users", { user: { name: user, password: "right" } }, admin);
    const { id } = made.body.user;
    const [object] = await cloud.client.list(User, { labelSelector: `kumulus.cloud/id=${id}` });
    const spec = { roleRef: { name: "member" }, userRef: { name: object?.metadata.name ?? "" }, tenantRef: { name: `${name}-project` } };
    await cloud.client.create(RoleAssignment, { apiVersion, kind: "RoleAssignment", metadata: { name: `${user}-member` }, spec });
    const scope = { project: { name: `${name}-project`, domain: { name: `${name}-domain` } } };
    const { token } = await eventually(async () => {
      const login = await first.login({ id }, "right", scope);
      assert.equal(login.status, 201);
      return login;
    });
    await eventually(async () => assert.deepEqual(await onBoth(token), [200, 200]));
    return { id, token };
  }

  async function scene(name: string): Promise<Scene> {
    await place(name);
    await place(`${name}-other`);
    const victim = await member(name, name);
    const bystander = await member(`${name}-other`, `${name}-other`);
    return {
      user: name,
      userId: victim.id,
      project: `${name}-project`,
      domain: `${name}-domain`,
      token: victim.token,
      bystander: bystander.token,
    };
  }

  const asAdmin = async (method: string, path: string, body?: object) => {
    const { status } = await replicas[0].call(method, path, body, await cloud.token("admin"));
    assert.ok(status >= 200 && status < 300, `${status}`);
  };

  const deeds: Record<string, (scene: Scene) => Promise<unknown>> = {
    "a user is disabled": ({ userId }) => asAdmin("PATCH", `/v3/users/${userId}`, { user: { enabled: false } }),
    "a user is deleted": ({ userId }) => asAdmin("DELETE", `/v3/users/${userId}`),
    "a user changes its password": ({ userId }) =>
      replicas[0].call("POST", `/v3/users/${userId}/password`, { user: { original_password: "right", password: "other" } }),
    "an administrator sets a password": ({ userId }) => asAdmin("PATCH", `/v3/users/${userId}`, { user: { password: "other" } }),
    "a project is disabled": ({ project }) => cloud.client.patch(Tenant, { name: project }, { spec: { enabled: false } }),
    "a domain is disabled": ({ domain }) => cloud.client.patch(Domain, { name: domain }, { spec: { enabled: false } }),
    "a role is taken away": ({ user }) => cloud.client.delete(RoleAssignment, { name: `${user}-member` }),
    "the token is revoked": ({ token }) =>
      fetch(`${cloud.api.url}/identity/v3/auth/tokens`, { method: "DELETE", headers: { "x-auth-token": token, "x-subject-token": token } }),
  };
  for (const [index, [what, deed]] of Object.entries(deeds).entries()) {
    it(`reaches both replicas when ${what}, and nobody else`, async () => {
      const made = await scene(`scene${index}`);
      await deed(made);
      await eventually(async () => assert.deepEqual(await onBoth(made.token), [401, 401]));
      assert.deepEqual(await onBoth(made.bystander), [200, 200]);
    });
  }

  it("is for good: who is enabled again does not get old tokens back", async () => {
    const { userId, token, bystander } = await scene("again");
    await asAdmin("PATCH", `/v3/users/${userId}`, { user: { enabled: false } });
    const [object] = await cloud.client.list(User, { labelSelector: `kumulus.cloud/id=${userId}` });
    assert.ok(object);
    // What the User's controller notes.
    await cloud.client.patch(User, object.metadata, { status: { disabledAt: new Date().toISOString() } }, { subresource: "status" });
    await asAdmin("PATCH", `/v3/users/${userId}`, { user: { enabled: true } });
    await eventually(async () => assert.equal((await replicas[1].login({ id: userId }, "right")).status, 201));
    assert.deepEqual(await onBoth(token), [401, 401]);
    assert.deepEqual(await onBoth(bystander), [200, 200]);
  });

  it("of every token at once: an administrator deletes the keys", async () => {
    const { token, bystander } = await scene("keys");
    await cloud.client.delete(Secret, { name: tokenKeysSecret, namespace: "kumulus-system" });
    await eventually(async () => assert.deepEqual([...(await onBoth(token)), ...(await onBoth(bystander))], [401, 401, 401, 401]));
    const fresh = await eventually(() => cloud.token("demo"));
    await eventually(async () => assert.deepEqual(await onBoth(fresh), [200, 200]));
  });
});
