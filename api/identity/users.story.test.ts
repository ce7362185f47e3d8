// Users made, changed and deleted through Keystone's API, beside those of kubectl, on a real kube-apiserver.
import assert from "node:assert/strict";
import { hash } from "@node-rs/argon2";
import { systemNamespace } from "../../domain/id.ts";
import { User } from "../../models/identity/user.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { startTestCloud, type TestCloud } from "../testing/cloud.ts";
import { type KeystoneClient, keystone } from "./testing/keystone.ts";

type View = Record<string, unknown> & { id: string; name: string };

describe("users", function () {
  this.timeout(120_000);
  let cloud: TestCloud;
  let client: KeystoneClient;
  let admin: string;
  before(async () => {
    cloud = await startTestCloud();
    client = keystone(cloud.api.url);
    admin = await cloud.token("admin");
  });
  after(() => cloud?.stop());

  const send = async (method: string, path: string, body?: object, token = admin) => {
    const answer = await client.call<{ user?: View; users?: View[]; error?: { message: string } }>(method, path, body, token);
    return { ...answer, user: answer.body.user as View, users: answer.body.users ?? [] };
  };
  const make = async (user: object) => (await send("POST", "/v3/users", { user })).user;
  const objectOf = async (id: string) => (await cloud.client.list(User, { labelSelector: `kumulus.cloud/id=${id}` }))[0];

  it("are made with all that they have, shown, and log in", async () => {
    const options = {
      lock_password: true,
      multi_factor_auth_enabled: false,
      multi_factor_auth_rules: [["password", "totp"]],
      ignore_password_expiry: false,
    };
    const project = ((await client.call<{ projects: View[] }>("GET", "/v3/projects?name=demo", undefined, admin)).body.projects[0] as View)
      .id;
    const body = {
      name: "Ada Lovelace",
      description: "first",
      email: "ada@x.org",
      password: "ada-secret",
      default_project_id: project,
      options,
    };
    const made = await send("POST", "/v3/users", { user: { ...body, team: "engines", notes: { pages: [1, 2] } } });
    assert.equal(made.status, 201);
    const { password, ...shown } = body;
    assert.deepEqual(made.user, {
      ...shown,
      team: "engines",
      notes: { pages: [1, 2] },
      id: made.user.id,
      domain_id: "default",
      enabled: true,
      password_expires_at: null,
      links: { self: `${cloud.api.url}/identity/v3/users/${made.user.id}` },
    });
    assert.deepEqual((await send("GET", `/v3/users/${made.user.id}`)).user, made.user);
    const { token } = await client.login({ id: made.user.id }, password);
    assert.deepEqual((await send("GET", `/v3/users/${made.user.id}`, undefined, token)).user, made.user, "for itself");
    assert.equal((await send("GET", "/v3/users", undefined, token)).status, 403);
    assert.equal((await send("GET", `/v3/users/${made.user.id}`, undefined, await cloud.token("demo"))).status, 403);
  });

  it("keep their password in a Secret that goes with them", async () => {
    const { id } = await make({ name: "owner", password: "secret-of-owner" });
    const object = await objectOf(id);
    const name = object?.spec.passwordSecretRef?.name ?? "";
    const secret = await cloud.client.get(Secret, { name, namespace: systemNamespace });
    assert.match(Buffer.from(secret.data?.hash ?? "", "base64").toString(), /^\$argon2id\$/);
    assert.deepEqual(
      secret.metadata.ownerReferences?.map(({ kind, uid }) => [kind, uid]),
      [["User", object?.metadata.uid]],
    );
    assert.ok(!JSON.stringify(object).includes("argon2"), "nothing secret in the User");
    assert.equal((await send("DELETE", `/v3/users/${id}`)).status, 204);
    assert.equal((await send("GET", `/v3/users/${id}`)).status, 404);
    assert.equal(await objectOf(id), undefined);
  });

  it("change field by field; null takes away", async () => {
    const user = await make({ name: "changing", email: "a@x.org", colour: "red", size: 3, options: { lock_password: true } });
    const change = {
      name: "changed",
      email: null,
      colour: null,
      description: "d",
      options: { lock_password: null, ignore_password_expiry: true },
    };
    const { status, user: changed } = await send("PATCH", `/v3/users/${user.id}`, { user: change });
    assert.equal(status, 200);
    const { email, colour, ...rest } = user;
    assert.deepEqual(changed, { ...rest, name: "changed", description: "d", options: { ignore_password_expiry: true } });
    assert.equal((await send("PATCH", `/v3/users/${user.id}`, { user: { name: "admin" } })).status, 409);
    assert.equal(
      (await send("PATCH", `/v3/users/${user.id}`, { user: { name: "Changed" } })).user.name,
      "Changed",
      "its own name in another case",
    );
    assert.equal((await send("PATCH", `/v3/users/${user.id}`, { user: { domain_id: "other" } })).status, 400);
    assert.equal((await send("PATCH", "/v3/users/nobody", { user: { name: "x" } })).status, 404);
  });

  for (const [why, user, status] of [
    ["without a name", {}, 400],
    ["with a blank name", { name: " " }, 400],
    ["with too long a name", { name: "x".repeat(256) }, 400],
    ["whose switch is no boolean", { name: "x", enabled: "maybe" }, 400],
    ["with an unknown option", { name: "x", options: { magic: true } }, 400],
    ["with a number for a password", { name: "x", password: 7 }, 400],
    ["of a domain that is not there", { name: "x", domain_id: "nowhere" }, 404],
    ["with a default project that is not there", { name: "x", default_project_id: "nothing" }, 404],
    ["of a name that is taken, in whatever case", { name: "ADMIN" }, 409],
  ] as const) {
    it(`are refused ${why}`, async () => {
      const answer = await send("POST", "/v3/users", { user });
      assert.equal(answer.status, status, answer.body.error?.message);
    });
  }

  it("are made once when many ask at once for one name", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => send("POST", "/v3/users", { user: { name: "crowd" } })));
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [201, ...Array.from({ length: 7 }, () => 409)]);
  });

  it("are found by their fields", async () => {
    for (const name of ["filter-one", "filter-two", "Filter-Three"]) await make({ name, enabled: name !== "filter-two" });
    const names = async (query: string) =>
      (await send("GET", `/v3/users?${query}`)).users.map(({ name }) => name).filter((name) => /^filter/i.test(name));
    assert.deepEqual(await names("name=filter-one"), ["filter-one"]);
    assert.deepEqual(await names("name__contains=ter-t"), ["filter-two"]);
    assert.deepEqual(await names("name__icontains=ter-t"), ["Filter-Three", "filter-two"]);
    assert.deepEqual(await names("name__startswith=filter&enabled=False"), ["filter-two"]);
    assert.deepEqual(await names("domain_id=default&name__endswith=one"), ["filter-one"]);
    assert.deepEqual(await names("domain_id=elsewhere"), []);
    assert.deepEqual(await names("password_expires_at=gt:2000-01-01T00:00:00Z"), []);
    assert.equal((await send("GET", "/v3/users?password_expires_at=soon")).status, 400);
  });

  it("change their own password, which ends their tokens and nobody else's", async () => {
    const [user, other] = [
      await make({ name: "own", password: "first-secret" }),
      await make({ name: "bystander", password: "first-secret" }),
    ];
    const [old, theirs] = [
      (await client.login({ id: user.id }, "first-secret")).token,
      (await client.login({ id: other.id }, "first-secret")).token,
    ];
    const change = (original_password: string, password: string) =>
      client.call("POST", `/v3/users/${user.id}/password`, { user: { original_password, password } });
    assert.equal((await change("wrong", "second-secret")).status, 401);
    assert.equal(await client.validate(old), 200);
    assert.equal((await change("first-secret", "second-secret")).status, 204);
    assert.equal(await client.validate(old), 401, "at once on the replica that was asked");
    assert.equal(await client.validate(theirs), 200);
    assert.equal((await client.login({ id: user.id }, "first-secret")).status, 401);
    const { token } = await client.login({ id: user.id }, "second-secret");
    assert.equal(await client.validate(token), 200);
    assert.equal((await client.call("POST", "/v3/users/nobody/password", { user: { original_password: "a", password: "b" } })).status, 401);
    await send("PATCH", `/v3/users/${user.id}`, { user: { password: "third-secret" } });
    assert.equal(await client.validate(token), 401);
    assert.equal((await client.login({ id: user.id }, "third-secret")).status, 201);
  });

  it("of kubectl are the same: shown, changed, given a password", async () => {
    const apiVersion = "identity.kumulus.cloud/v1alpha1" as const;
    const metadata = { name: "user-of-kubectl", namespace: systemNamespace };
    await cloud.client.create(Secret, {
      apiVersion: "v1",
      kind: "Secret",
      metadata,
      data: { pw: Buffer.from(`${await hash("kube")}\n`).toString("base64") },
    });
    const spec = { domainRef: { name: "default" }, passwordSecretRef: { name: metadata.name, key: "pw" } };
    const {
      metadata: { uid = "" },
    } = await cloud.client.create(User, { apiVersion, kind: "User", metadata: { name: "kubectl" }, spec });
    await eventually(async () => assert.equal((await send("GET", `/v3/users/${uid}`)).user?.name, "kubectl"));
    assert.equal((await client.login({ id: uid }, "kube")).status, 201);
    assert.equal((await send("PATCH", `/v3/users/${uid}`, { user: { password: "changed", nick: "k" } })).user.nick, "k");
    assert.deepEqual([(await client.login({ id: uid }, "kube")).status, (await client.login({ id: uid }, "changed")).status], [401, 201]);
    const bare = await cloud.client.create(User, {
      apiVersion,
      kind: "User",
      metadata: { name: "bare" },
      spec: { domainRef: { name: "default" } },
    });
    await eventually(async () => assert.equal((await send("GET", `/v3/users/${bare.metadata.uid}`)).status, 200));
    await send("PATCH", `/v3/users/${bare.metadata.uid}`, { user: { password: "given" } });
    assert.equal((await client.login({ id: bare.metadata.uid }, "given")).status, 201);
  });
});
