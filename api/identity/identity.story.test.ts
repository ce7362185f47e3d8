// Logins, scopes, and every way for a token to die, on a real kube-apiserver.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { hash } from "@node-rs/argon2";
import { systemNamespace } from "../../domain/id.ts";
import { RoleAssignment } from "../../models/identity/role-assignment.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { TokenRevocation } from "../../models/identity/token-revocation.ts";
import { User } from "../../models/identity/user.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { passwords, startTestCloud, type TestCloud } from "../testing/cloud.ts";

interface TokenBody {
  token: {
    methods: string[];
    user: { id: string; name: string; domain: { id: string; name: string } };
    project?: { id: string; name: string };
    domain?: { id: string };
    system?: { all: boolean };
    roles?: { name: string }[];
    catalog?: { type: string; endpoints: { interface: string; url: string }[] }[];
    audit_ids: string[];
    expires_at: string;
    issued_at: string;
  };
}

const byName = (name: string) => ({ name, domain: { id: "default" } });
const password = (name: string, secret: string) => ({ methods: ["password"], password: { user: { ...byName(name), password: secret } } });

describe("identity", function () {
  this.timeout(120_000);
  let cloud: TestCloud;
  before(async () => {
    cloud = await startTestCloud();
  });
  after(() => cloud?.stop());

  const call = (method: string, path: string, { body, ...headers }: Record<string, unknown> = {}) =>
    fetch(`${cloud.api.url}/identity${path}`, {
      method,
      headers: { ...(headers as Record<string, string>), ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });

  async function login(identity: object, scope?: unknown): Promise<{ status: number; token: string; body: TokenBody }> {
    const answer = await call("POST", "/v3/auth/tokens", { body: { auth: { identity, ...(scope !== undefined && { scope }) } } });
    return { status: answer.status, token: answer.headers.get("x-subject-token") ?? "", body: (await answer.json()) as TokenBody };
  }

  const validate = async (token: string) =>
    (await call("GET", "/v3/auth/tokens", { "x-auth-token": token, "x-subject-token": token })).status;

  /** The API sees a change of ours when its watch tells: at once, but not in the same instant. */
  async function dies(token: string): Promise<void> {
    for (let round = 0; round < 100; round += 1) {
      if ((await validate(token)) === 401) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.fail("the token is still alive");
  }

  it("answers version documents to anybody", async () => {
    const root = await call("GET", "");
    assert.equal(root.status, 300);
    const { versions } = (await root.json()) as { versions: { values: { id: string; links: { href: string }[] }[] } };
    assert.equal(versions.values[0]?.links[0]?.href, `${cloud.api.url}/identity/v3/`);
    assert.equal((await call("GET", "/v3/")).status, 200);
  });

  it("gives tokens for every scope", async () => {
    const admin = password("admin", passwords.admin);
    const project = await login(admin, { project: byName("admin") });
    assert.equal(project.status, 201);
    const { token } = project.body;
    assert.deepEqual([token.project?.name, token.user.name, token.user.domain], ["admin", "admin", { id: "default", name: "Default" }]);
    assert.deepEqual(
      token.roles?.map(({ name }) => name),
      ["admin", "manager", "member", "reader"],
    );
    assert.match(token.expires_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.equal(Date.parse(token.expires_at) - Date.parse(token.issued_at), 3_600_000);
    assert.deepEqual(
      token.catalog?.find(({ type }) => type === "image")?.endpoints.map((each) => each.interface),
      ["public", "internal", "admin"],
    );
    assert.deepEqual((await login(admin, { system: { all: true } })).body.token.system, { all: true });
    const unscoped = (await login(admin, "unscoped")).body.token;
    assert.deepEqual([unscoped.roles, unscoped.catalog, unscoped.project], [undefined, undefined, undefined]);
    assert.equal((await login(admin)).body.token.project?.name, "admin", "the default project");
    assert.equal((await login(admin, { domain: { id: "default" } })).status, 401, "no role on the domain");
    assert.equal((await login(admin, { project: byName("demo") })).status, 401, "no role on the project");
    const byId = { methods: ["password"], password: { user: { id: token.user.id, password: passwords.admin } } };
    assert.equal((await login(byId, { project: { id: token.project?.id } })).status, 201);
  });

  it("makes tokens from tokens, which do not outlive them", async () => {
    const first = await login(password("admin", passwords.admin), "unscoped");
    const second = await login({ methods: ["token"], token: { id: first.token } }, { project: byName("admin") });
    assert.equal(second.status, 201);
    assert.equal(second.body.token.expires_at, first.body.token.expires_at);
    assert.deepEqual(second.body.token.methods.toSorted(), ["password", "token"]);
    assert.equal(second.body.token.audit_ids[1], first.body.token.audit_ids[0]);
  });

  const bad: [why: string, body: unknown, status: number][] = [
    ["a wrong password", { auth: { identity: password("demo", "wrong") } }, 401],
    ["an unknown user", { auth: { identity: password("nobody", "wrong") } }, 401],
    ["a project that is not there", { auth: { identity: password("demo", passwords.demo), scope: { project: byName("x") } } }, 401],
    ["an unknown method", { auth: { identity: { methods: ["magic"] } } }, 401],
    ["a method without its part", { auth: { identity: { methods: ["password"] } } }, 400],
    [
      "a name without a domain",
      { auth: { identity: { methods: ["password"], password: { user: { name: "demo", password: "x" } } } } },
      400,
    ],
    [
      "two scopes",
      { auth: { identity: password("demo", passwords.demo), scope: { project: byName("demo"), domain: { id: "default" } } } },
      400,
    ],
    ["no auth", {}, 400],
    ["no JSON", '{"auth": {', 400],
    [
      "a number for a password",
      { auth: { identity: { methods: ["password"], password: { user: { ...byName("demo"), password: 7 } } } } },
      400,
    ],
  ];
  for (const [why, body, status] of bad) {
    it(`answers ${status} to ${why}`, async () => {
      const answer = await call("POST", "/v3/auth/tokens", { body });
      const told = (await answer.json()) as { error: { code: number; title: string; message: string } };
      assert.equal(answer.status, status);
      assert.equal(told.error.code, status);
      assert.ok(!JSON.stringify(told).includes(passwords.demo));
      assert.equal(answer.headers.get("x-subject-token"), null);
    });
  }

  it("shows a token to its holder and to services, and to nobody else", async () => {
    const [admin, demo] = [await cloud.token("admin"), await cloud.token("demo")];
    const show = async (token: string, subject: string) =>
      (await call("GET", "/v3/auth/tokens", { "x-auth-token": token, "x-subject-token": subject })).status;
    assert.equal(await show(admin, demo), 200);
    assert.equal(await show(demo, demo), 200);
    assert.equal(await show(demo, admin), 403);
    assert.equal(await show(admin, demo.slice(0, demo.length / 2)), 404);
    assert.equal(await show(demo.slice(0, demo.length / 2), demo), 401);
    const head = await call("HEAD", "/v3/auth/tokens", { "x-auth-token": demo, "x-subject-token": demo });
    assert.deepEqual([head.status, await head.text()], [200, ""]);
    const bare = (await (
      await call("GET", "/v3/auth/tokens?nocatalog", { "x-auth-token": demo, "x-subject-token": demo })
    ).json()) as TokenBody;
    assert.equal(bare.token.catalog, undefined);
  });

  it("keeps lists for admins, and a user's own things for the user", async () => {
    const demo = await cloud.token("demo");
    const { body } = await login(password("demo", passwords.demo), { project: byName("demo") });
    const status = async (path: string) => (await call("GET", path, { "x-auth-token": demo })).status;
    assert.equal(await status("/v3/users"), 403);
    assert.equal(await status("/v3/projects"), 403);
    assert.equal(await status(`/v3/users/${body.token.user.id}`), 200);
    assert.equal(await status(`/v3/projects/${body.token.project?.id}`), 200);
    assert.equal(await status("/v3/auth/projects"), 200);
    assert.equal(await status("/v3/groups"), 403);
    assert.equal(await status("/v3/nothing"), 404, "what is not there says so");
  });

  it("revokes one token at once", async () => {
    const [victim, other] = [await cloud.token("demo"), await cloud.token("demo")];
    assert.equal((await call("DELETE", "/v3/auth/tokens", { "x-auth-token": victim, "x-subject-token": victim })).status, 204);
    assert.equal(await validate(victim), 401);
    assert.equal(await validate(other), 200);
    assert.equal((await cloud.client.list(TokenRevocation)).length, 1);
  });

  it("dies when another replica revokes it", async () => {
    const token = await cloud.token("demo");
    assert.equal(await validate(token), 200);
    const { jti, exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { jti: string; exp: number };
    const spec = { expiresAt: new Date(exp).toISOString() };
    await cloud.client.create(TokenRevocation, {
      apiVersion: "identity.kumulus.cloud/v1alpha1",
      kind: "TokenRevocation",
      metadata: { name: jti },
      spec,
    });
    await dies(token);
  });

  it("dies with the user, the project and the role, and lives again only where that is safe", async () => {
    const token = await cloud.token("demo");
    await cloud.client.patch(User, { name: "demo" }, { spec: { enabled: false } });
    await dies(token);
    assert.equal((await login(password("demo", passwords.demo))).status, 401);
    await cloud.client.patch(User, { name: "demo" }, { spec: { enabled: true } });
    await cloud.client.patch(Tenant, { name: "demo" }, { spec: { enabled: false } });
    await dies(token);
    await cloud.client.patch(Tenant, { name: "demo" }, { spec: { enabled: true } });
    const fresh = await cloud.token("demo").catch(() => cloud.token("demo"));
    const assignment = await cloud.client.get(RoleAssignment, { name: "demo-member-demo" });
    await cloud.client.delete(RoleAssignment, { name: "demo-member-demo" });
    await dies(fresh);
    await cloud.client.create(RoleAssignment, {
      apiVersion: assignment.apiVersion,
      kind: "RoleAssignment",
      metadata: { name: "demo-member-demo" },
      spec: assignment.spec,
    });
  });

  it("dies when the password changes, but not the token made with the new one", async () => {
    const note = (text: string, at: Date) =>
      cloud.client.patch(
        User,
        { name: "admin" },
        { status: { passwordFingerprint: createHash("sha256").update(text).digest("hex"), passwordChangedAt: at.toISOString() } },
        { subresource: "status" },
      );
    const secret = await cloud.client.get(Secret, { name: "user-admin-password", namespace: systemNamespace });
    await note(Buffer.from(secret.data?.hash ?? "", "base64").toString(), new Date(Date.now() - 60_000));
    const old = await cloud.token("admin");
    const changed = await hash("brand-new");
    await cloud.client.patch(Secret, secret.metadata, { data: { hash: Buffer.from(changed).toString("base64") } });
    const early = await login(password("admin", "brand-new"));
    assert.equal(await validate(early.token), 200, "the controller has not seen the new hash yet");
    await note(changed, new Date());
    await dies(old);
    assert.equal(await validate(early.token), 200);
    assert.equal((await login(password("admin", passwords.admin))).status, 401);
  });
});
