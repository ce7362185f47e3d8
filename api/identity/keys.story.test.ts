// Keys that rotate while replicas run, and a stolen one: the real Secret on a real kube-apiserver, and a clock of the test.
import assert from "node:assert/strict";
import { systemNamespace } from "../../domain/id.ts";
import { readTokenKeys, tokenKeysSecret } from "../../domain/identity/token-keys.ts";
import { createCaches } from "../../operator/cache/caches.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { createLog } from "../../operator/log.ts";
import { createStores } from "../http/store.ts";
import { startTestCloud, type TestCloud } from "../testing/cloud.ts";
import { type AuthWorld, authWorld } from "./delegations.ts";
import { signingKey, signJWS } from "./jws.ts";
import { TokenKeys } from "./keys.ts";
import { Tokens } from "./tokens.ts";
import { identityWorld } from "./world.ts";

const minute = 60_000;
const hour = 60 * minute;

describe("token keys in use", function () {
  this.timeout(60_000);
  let cloud: TestCloud;
  let world: AuthWorld;
  const stop = new AbortController();
  const log = createLog({ name: "keys", level: "silent" });
  const start = Date.parse("2030-01-01T00:00:00Z");
  let now = start;
  before(async () => {
    cloud = await startTestCloud();
    // The API's own keys are of today's clock.
    await cloud.client.delete(Secret, { name: tokenKeysSecret, namespace: systemNamespace });
    const caches = createCaches(cloud.plane.client, { log });
    const stores = createStores(cloud.plane.client, caches);
    world = authWorld(identityWorld(stores), stores);
    await caches.start(stop.signal);
  });
  after(async () => {
    stop.abort();
    await cloud?.stop();
  });

  /** One replica; its monotonic clock goes with the test's. */
  async function replica() {
    const keys = new TokenKeys({ client: cloud.client, log, tokenLifetimeMs: hour, now: () => now, elapsed: () => now });
    await keys.load();
    return { keys, tokens: new Tokens(world, keys, { lifetimeMs: hour, now: () => now }) };
  }
  type Replica = Awaited<ReturnType<typeof replica>>;
  const issue = async ({ tokens }: Replica) => {
    const user = world.users.get("demo");
    assert.ok(user);
    return (await tokens.issue({ user, methods: ["password"], scope: {} })).token;
  };
  const isGood = ({ tokens }: Replica, token: string) =>
    tokens.inspect(token).then(
      () => true,
      () => false,
    );
  const both = async (replicas: readonly Replica[], token: string) => Promise.all(replicas.map((each) => isGood(each, token)));

  it("rotate with overlap, and a stolen old key opens nothing after its window", async () => {
    const replicas = [await replica(), await replica()] as const;
    const [first, second] = replicas;
    const [stolen] = readTokenKeys((await cloud.client.get(Secret, { name: tokenKeysSecret, namespace: systemNamespace })).data);
    assert.ok(stolen);
    const thief = signingKey(stolen.kid, Buffer.from(stolen.seed, "base64"), 0);
    const sub = JSON.parse(Buffer.from((await issue(first)).split(".")[1] ?? "", "base64url").toString()).sub as string;
    const forge = (iat: number, exp: number) => signJWS({ sub, iat, exp, jti: `forged-${iat}-${exp}`, amr: ["password"], rol: [] }, thief);
    assert.deepEqual(await both(replicas, forge(now, now + hour)), [true, true], "while it is the key, nobody can tell");

    now = start + 23 * hour + 50 * minute;
    const late = await issue(second);
    now = start + 24 * hour + minute;
    const rotated = await issue(first);
    assert.notEqual(JSON.parse(Buffer.from(rotated.split(".")[0] ?? "", "base64url").toString()).kid, stolen.kid);
    assert.deepEqual(await both(replicas, rotated), [true, true], "the other replica learns the new key without a restart");
    assert.deepEqual(await both(replicas, late), [true, true], "what the old key signed lives out its time");

    now = start + 25 * hour + minute;
    assert.deepEqual(await both(replicas, forge(now, now + hour)), [false, false], "it signs nothing new");
    assert.deepEqual(await both(replicas, forge(start + 23 * hour, start + 1000 * hour)), [false, false], "nor what lasts for ever");
    const dated = forge(start + 24 * hour, start + 26 * hour - 1);
    assert.deepEqual(await both(replicas, dated), [true, true], "dated back it ends with the last token that the key may have made");
    now = start + 26 * hour;
    assert.deepEqual(await both(replicas, dated), [false, false]);
    assert.deepEqual(
      await both(replicas, forge(start + 24 * hour, start + 27 * hour)),
      [false, false],
      "its window is over on replicas that did not look",
    );
    assert.deepEqual(await both(replicas, rotated), [false, false], "and that one's hour is over too");
    assert.deepEqual(await both(replicas, await issue(second)), [true, true]);
    assert.equal(second.keys.find(stolen.kid), undefined);
  });
});
