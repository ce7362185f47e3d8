// Nothing secret is logged: everything that the API writes at its most talkative, while passwords, tokens and hashes go through it the right and the wrong way.
import assert from "node:assert/strict";
import { systemNamespace } from "../../domain/id.ts";
import { Event, Secret } from "../../operator/kube/core-kinds.ts";
import { passwords, startTestCloud, type TestCloud } from "../testing/cloud.ts";
import { type KeystoneClient, keystone, setOptions } from "./testing/keystone.ts";

describe("logs", function () {
  this.timeout(60_000);
  const lines: string[] = [];
  let cloud: TestCloud;
  let client: KeystoneClient;
  before(async () => {
    cloud = await startTestCloud({ logLevel: "debug", logDestination: { write: (line) => void lines.push(line) } });
    client = keystone(cloud.api.url);
  });
  after(() => cloud?.stop());

  it("hold no password, token, hash or key, nor do Users and Events", async () => {
    const secrets = new Set<string>(Object.values(passwords));
    const admin = await cloud.token("admin");
    const say = (password: string) => {
      secrets.add(password);
      return password;
    };
    await setOptions(cloud, { lockout_failure_attempts: "2", unique_last_password_count: "3", password_regex: "(?!probe$).{8,}" });
    const user = { name: "logged", password: say("first-password-7391") };
    const { id } = (await client.call<{ user: { id: string } }>("POST", "/v3/users", { user }, admin)).body.user;
    const logins = [await client.login({ id }, user.password), await client.login({ id }, say("mistyped-7392"))];
    const change = (original_password: string, password: string) =>
      client.call("POST", `/v3/users/${id}/password`, { user: { original_password: say(original_password), password: say(password) } });
    await change(user.password, "second-password-7393");
    await change("second-password-7393", user.password);
    await change("second-password-7393", "short73");
    await client.call("POST", `/v3/users/${id}/password`, { user: { original_password: say("only-half-7394") } });
    await client.call(
      "PATCH",
      `/v3/users/${id}`,
      { user: { password: say("reset-password-7395"), options: { magic: say("option-7396") } } },
      admin,
    );
    await fetch(`${cloud.api.url}/identity/v3/auth/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"password": "${say("broken-7397")}`,
    });
    await client.validate(`${admin.slice(0, -4)}AAAA`);
    await client.validate(admin);
    for (const token of [admin, ...logins.map(({ token }) => token)])
      if (token) for (const part of token.split(".").slice(1)) secrets.add(part);
    // Two failures later the user is locked, which is worth a line.
    for (const wrong of ["wrong-7398", "wrong-7399"]) await client.login({ id }, say(wrong));
    const stored = (await cloud.client.list(Secret, { namespace: systemNamespace })).flatMap(({ data }) => Object.values(data ?? {}));
    for (const value of stored)
      for (const text of [value, Buffer.from(value, "base64").toString("utf8")]) if (text.length > 8) secrets.add(text);
    const objects = await cloud.client.request("GET", "/apis/identity.kumulus.cloud/v1alpha1/users");
    const events = await cloud.client.list(Event, { namespace: systemNamespace });
    const written = [...lines, JSON.stringify(objects.body), JSON.stringify(events)].join("\n");
    assert.ok(lines.length > 10, "something was logged");
    for (const secret of secrets) assert.ok(!written.includes(secret), `"${secret.slice(0, 12)}…" was written`);
    assert.doesNotMatch(written, /\$(argon2id|2b|scrypt|pbkdf2-sha512)\$/);
  });
});
