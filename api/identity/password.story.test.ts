// Keystone's security compliance on a real kube-apiserver: lock-out, history, expiry, first use, age, inactivity, and old hashes that become new ones.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { systemNamespace } from "../../domain/id.ts";
import { User } from "../../models/identity/user.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { startTestCloud, type TestCloud } from "../testing/cloud.ts";
import { type KeystoneClient, keystone, setOptions } from "./testing/keystone.ts";

const secretOf = (name: string) => ({ name, namespace: systemNamespace });
const encoded = (text: string) => Buffer.from(text).toString("base64");

describe("passwords", function () {
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

  async function make(name: string, password: string, rest: object = {}): Promise<string> {
    const { status, body } = await client.call<{ user: { id: string } }>("POST", "/v3/users", { user: { name, password, ...rest } }, admin);
    assert.equal(status, 201);
    return body.user.id;
  }
  const set = (id: string, user: object) => client.call("PATCH", `/v3/users/${id}`, { user }, admin);
  const show = async (id: string) =>
    (await client.call<{ user: { enabled: boolean; password_expires_at: string | null } }>("GET", `/v3/users/${id}`, undefined, admin)).body
      .user;
  async function change(id: string, original_password: string, password: string): Promise<string> {
    const { status, body } = await client.call<{ error?: { message: string } }>("POST", `/v3/users/${id}/password`, {
      user: { original_password, password },
    });
    return `${status} ${body.error?.message ?? ""}`.trim();
  }
  const login = async (id: string, password: string) => (await client.login({ id }, password)).status;
  async function objectOf(id: string): Promise<User> {
    const [user] = await cloud.client.list(User, { labelSelector: `kumulus.cloud/id=${id}` });
    assert.ok(user);
    return user;
  }
  const secretNameOf = async (id: string) => (await objectOf(id)).spec.passwordSecretRef?.name ?? "";

  it("lock after failures, for a while, whoever asks; other users go on", async () => {
    await setOptions(cloud, { lockout_failure_attempts: "3", lockout_duration: "2" });
    const [id, other, free] = [
      await make("locked", "right"),
      await make("other", "right"),
      await make("free", "right", { options: { ignore_lockout_failure_attempts: true } }),
    ];
    for (const wrong of ["a", "b"]) assert.equal(await login(id, wrong), 401);
    assert.equal(await login(id, "right"), 201, "a right one before the last failure");
    for (const wrong of ["a", "b"]) assert.equal(await login(id, wrong), 401);
    assert.equal(await login(id, "right"), 201, "and it has started the count anew");
    for (const wrong of ["a", "b", "c", "d"]) assert.equal(await login(free, wrong), 401);
    for (const wrong of ["a", "b", "c"]) assert.equal(await login(id, wrong), 401);
    const refused = await client.login({ id }, "right");
    assert.deepEqual(refused, await client.login({ id: "nobody" }, "right"), "the same answer as for nobody");
    assert.deepEqual([await login(other, "right"), await login(free, "right")], [201, 201]);
    await sleep(2_100);
    assert.equal(await login(id, "right"), 201);
  });

  it("count parallel failures, none is lost", async () => {
    await setOptions(cloud, { lockout_failure_attempts: "50", lockout_duration: "600" });
    const id = await make("hammered", "right");
    await Promise.all(Array.from({ length: 12 }, (_, index) => login(id, `wrong ${index}`)));
    const name = await secretNameOf(id);
    await eventually(async () => {
      const { data } = await cloud.client.get(Secret, secretOf(name));
      const { count } = JSON.parse(Buffer.from(data?.["hash.failures"] ?? "", "base64").toString()) as { count: number };
      assert.equal(count, 12);
    });
  });

  it("lock nobody out of kubectl, which ends the lock; an administrator's `enabled` does too", async () => {
    await setOptions(cloud, { lockout_failure_attempts: "1", lockout_duration: "600" });
    const user = { name: "admin", domain: { id: "default" } };
    const right = async () => (await client.login(user, "admin-secret")).status;
    await client.login(user, "wrong");
    assert.equal(await right(), 401, "the only administrator is locked out");
    // What the operations guide says; the API server asks nobody here.
    await cloud.client.patch(Secret, secretOf("user-admin-password"), [{ op: "remove", path: "/data/hash.failures" }]);
    assert.equal(await right(), 201);
    const id = await make("revived", "right");
    assert.deepEqual([await login(id, "wrong"), await login(id, "right")], [401, 401]);
    await set(id, { enabled: true });
    assert.equal(await login(id, "right"), 201);
  });

  it("must differ from the last ones, unless an administrator sets them", async () => {
    await setOptions(cloud, { unique_last_password_count: "2" });
    const id = await make("history", "one-one");
    assert.match(await change(id, "one-one", "one-one"), /^400 .*one of the last 2/);
    assert.equal(await change(id, "one-one", "two-two"), "204");
    assert.match(await change(id, "two-two", "one-one"), /^400/);
    assert.equal(await change(id, "two-two", "three"), "204");
    assert.equal(await change(id, "three", "one-one"), "204", "long enough ago");
    assert.equal((await set(id, { password: "one-one" })).status, 200);
    assert.equal(await login(id, "one-one"), 201);
  });

  it("fit the pattern, or the answer says what they lack and not what they were", async () => {
    await setOptions(cloud, { password_regex: "(?!probe$)(?=.*\\d).{7,}$" });
    const id = await make("pattern", "long enough 1");
    for (const refused of [await change(id, "long enough 1", "unfit"), JSON.stringify((await set(id, { password: "unfit" })).body)]) {
      assert.match(refused, /400.*does not match the requirements: not the probe/);
      assert.ok(!refused.includes("unfit"));
    }
    assert.equal(await login(id, "long enough 1"), 201);
  });

  it("of an administrator's making serve only to choose another, where first use asks for it", async () => {
    await setOptions(cloud, { change_password_upon_first_use: "true", minimum_password_age: "1" });
    const id = await make("first", "given");
    const exempt = await make("exempt", "given", { options: { ignore_change_password_upon_first_use: true } });
    const refused = await client.login({ id }, "given");
    assert.equal(refused.status, 401);
    assert.match(refused.message, new RegExp(`password is expired and needs to be changed for user: ${id}`));
    assert.doesNotMatch((await client.login({ id }, "wrong")).message, /expired/, "only who knows the password learns it");
    assert.ok(Date.parse((await show(id)).password_expires_at ?? "") <= Date.now());
    assert.equal(await change(id, "given", "chosen"), "204");
    assert.deepEqual([await login(id, "chosen"), await login(exempt, "given")], [201, 201]);
    assert.equal((await show(id)).password_expires_at, null);
    assert.match(await change(id, "chosen", "again"), /^400 .*1 days old/, "too young to be changed");
  });

  it("expire after their days, but for those who are exempt", async () => {
    await setOptions(cloud, { password_expires_days: "30" });
    const [id, exempt] = [await make("expiring", "right"), await make("lasting", "right", { options: { ignore_password_expiry: true } })];
    const days = (Date.parse((await show(id)).password_expires_at ?? "") - Date.now()) / 86_400_000;
    assert.ok(days > 29.9 && days <= 30, `${days}`);
    assert.equal((await show(exempt)).password_expires_at, null);
    const listed = await client.call<{ users: { name: string }[] }>(
      "GET",
      `/v3/users?password_expires_at=gt:${new Date(Date.now() + 86_400_000).toISOString()}`,
      undefined,
      admin,
    );
    assert.deepEqual(
      listed.body.users.map(({ name }) => name),
      ["expiring"],
    );
  });

  it("of who may not change them stay", async () => {
    const id = await make("kept", "right", { options: { lock_password: true } });
    assert.match(await change(id, "right", "other"), /^400 .*only be changed by an administrator/);
    assert.equal(await login(id, "right"), 201);
  });

  it("of who was away too long are refused until an administrator enables the user", async () => {
    await setOptions(cloud, { disable_user_account_days_inactive: "90" });
    const [id, exempt] = [await make("away", "right"), await make("always", "right", { options: { ignore_user_inactivity: true } })];
    assert.equal(await login(id, "right"), 201);
    assert.equal((await objectOf(id)).status?.lastActiveOn, new Date().toISOString().slice(0, 10));
    const longAgo = { status: { lastActiveOn: "2026-01-01" } };
    for (const each of [id, exempt]) await cloud.client.patch(User, (await objectOf(each)).metadata, longAgo, { subresource: "status" });
    await eventually(async () => assert.equal((await show(id)).enabled, false));
    assert.deepEqual([await login(id, "right"), await login(exempt, "right")], [401, 201]);
    await set(id, { enabled: true });
    assert.deepEqual([(await show(id)).enabled, await login(id, "right")], [true, 201]);
  });

  it("in Keystone's hashes become argon2id at the login, and no token dies of it", async () => {
    await setOptions(cloud, {});
    const text = "correct horse é";
    const hashes = {
      bcrypt: "$2b$05$.NJ/64RvXOmefBv80KIeneWIjKKpprXUFSS9sptDlVaofmdbEMFYS",
      scrypt: "$scrypt$ln=10,r=8,p=1$tRZi7J0zJgSAEIKwVipFaA$eX/0tTqMsA7WXCO0nFclYacEP50F9GZEA5y+N8g4Vt0",
    };
    for (const [form, hash] of Object.entries(hashes)) {
      const id = await make(form, "replaced");
      const [name, { metadata }] = [await secretNameOf(id), await objectOf(id)];
      await cloud.client.patch(Secret, secretOf(name), { data: { hash: encoded(hash) } });
      // What the User's controller notes at once: a token with another fingerprint is dead.
      const noted = { passwordFingerprint: createHash("sha256").update(hash).digest("hex"), passwordChangedAt: new Date().toISOString() };
      await cloud.client.patch(User, metadata, { status: noted }, { subresource: "status" });
      await eventually(async () => assert.equal((await client.login({ id }, text)).status, 201));
      await cloud.client.patch(Secret, secretOf(name), { data: { hash: encoded(hash), "hash.note": null } });
      const [wrong, first] = [await login(id, "wrong"), await client.login({ id }, text)];
      assert.deepEqual([wrong, first.status], [401, 201], form);
      const { data = {} } = await cloud.client.get(Secret, secretOf(name));
      assert.match(Buffer.from(data.hash ?? "", "base64").toString(), /^\$argon2id\$/, form);
      const second = await client.login({ id }, text);
      assert.deepEqual([await client.validate(first.token), await client.validate(second.token)], [200, 200], form);
      const payload = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { pwf: string };
      assert.equal(payload(first.token).pwf, payload(second.token).pwf, "one password, one fingerprint");
    }
  });
});
