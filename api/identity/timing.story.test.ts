// How long refusals take tells nothing: a wrong password, no such user, a disabled, a locked one and one without a password, by the distribution of their times.
import assert from "node:assert/strict";
import { startTestCloud, type TestCloud } from "../testing/cloud.ts";
import { type KeystoneClient, keystone, setOptions } from "./testing/keystone.ts";

const samples = 60;

/**
 * How often a time of `a` is longer than one of `b`, from 0 to 1 (Mann and Whitney's U, scaled): 0.5 where they come from one distribution. With 60
 * samples each its standard deviation is then 0.053, whatever the distribution.
 */
function dominance(a: readonly number[], b: readonly number[]): number {
  const longer = a.flatMap((one) => b.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)));
  return longer.reduce((sum: number, each) => sum + each, 0) / longer.length;
}

describe("time of a refusal", function () {
  this.timeout(120_000);
  let cloud: TestCloud;
  let client: KeystoneClient;
  before(async () => {
    cloud = await startTestCloud();
    client = keystone(cloud.api.url);
  });
  after(() => cloud?.stop());

  it("is the same for whatever reason", async () => {
    await setOptions(cloud, { lockout_failure_attempts: "1000" });
    const admin = await cloud.token("admin");
    const make = async (name: string, rest: object) => {
      const { body } = await client.call<{ user: { id: string } }>("POST", "/v3/users", { user: { name, ...rest } }, admin);
      return body.user.id;
    };
    const options = { ignore_lockout_failure_attempts: true };
    const users: Record<string, string> = {
      "a wrong password": await make("known", { password: "right" }),
      "no such user": "nobody",
      "a disabled user": await make("disabled", { password: "right", enabled: false }),
      "an exempt user": await make("exempt", { password: "right", options }),
      "a user without a password": await make("bare", {}),
    };
    const locked = await make("locked", { password: "right" });
    const times = new Map<string, number[]>();
    const take = async (why: string, id: string) => {
      const started = performance.now();
      assert.equal((await client.login({ id }, "wrong")).status, 401);
      times.set(why, [...(times.get(why) ?? []), performance.now() - started]);
    };
    for (const id of Object.values(users)) await client.login({ id }, "warm-up");
    // One after the other in turn, so that whatever else the machine does falls on all alike.
    for (let round = 0; round < samples; round += 1) for (const [why, id] of Object.entries(users)) await take(why, id);
    await setOptions(cloud, { lockout_failure_attempts: "1" });
    await client.login({ id: locked }, "wrong");
    for (let round = 0; round < samples; round += 1) {
      await take("a locked user", locked);
      await take("no such user, beside the locked one", "nobody");
    }
    const of = (why: string) => times.get(why) ?? [];
    for (const why of Object.keys(users).slice(1)) {
      const share = dominance(of("a wrong password"), of(why));
      assert.ok(Math.abs(share - 0.5) < 0.35, `a wrong password against ${why}: longer in ${share} of all pairs`);
    }
    const share = dominance(of("a locked user"), of("no such user, beside the locked one"));
    assert.ok(Math.abs(share - 0.5) < 0.35, `a locked user against nobody: longer in ${share} of all pairs`);
  });
});
