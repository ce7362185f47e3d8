// One controller against a real API server: finalizer, owned objects, status, outcomes, and that idle means silent.
import assert from "node:assert/strict";
import { KumulusError, Terminal, Waiting } from "../../domain/errors.ts";
import { KeyPair } from "../../models/compute/key-pair.ts";
import { createCaches } from "../cache/caches.ts";
import type { ControllerDefinition } from "../contract.ts";
import { ConfigMap, Event, Namespace } from "../kube/core-kinds.ts";
import { createLog } from "../log.ts";
import { createManager } from "../manager.ts";
import { createMetrics } from "../metrics.ts";
import { type ControlPlane, startControlPlane } from "../testing/control-plane.ts";
import { eventually } from "../testing/eventually.ts";
import { defineController, watch } from "./define-controller.ts";
import { readyOf } from "./status.ts";

const log = createLog({ name: "test", level: "silent" });
const finalizer = "compute.kumulus.cloud/test";

function keyPair(name: string, comment = "x"): KeyPair {
  const spec = { userRef: { name: "u" }, publicKey: `ssh-ed25519 AAAA ${comment}` };
  return {
    apiVersion: "compute.kumulus.cloud/v1alpha1",
    kind: "KeyPair",
    metadata: { name, namespace: "default" },
    spec,
  } as unknown as KeyPair;
}

describe("a controller", function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let stop: () => Promise<void> = async () => undefined;
  before(async () => {
    plane = await startControlPlane();
  });
  after(async () => {
    await plane?.stop();
  });
  afterEach(async () => {
    await stop();
    for (const each of await plane.client.list(KeyPair)) {
      await plane.client.patch(KeyPair, each.metadata, { metadata: { finalizers: null } });
      await plane.client.delete(KeyPair, each.metadata);
    }
  });

  async function run(definition: Partial<ControllerDefinition<KeyPair>> & Pick<ControllerDefinition<KeyPair>, "reconcile">) {
    const caches = createCaches(plane.client, { log });
    const controllers = [defineController<KeyPair>({ kind: KeyPair, ...definition })];
    const metrics = createMetrics();
    const manager = createManager({ client: plane.client, caches, controllers, log, metrics });
    const abort = new AbortController();
    const running = manager.run(abort.signal);
    stop = async () => {
      abort.abort();
      await running;
    };
    await eventually(() => assert.ok(manager.leads));
    return { caches, metrics };
  }

  it("sets its finalizer first, owns what it makes, tells when it got ready, and falls silent", async () => {
    let reconciles = 0;
    let finalizerSeen = false;
    await run({
      finalizer,
      owns: [ConfigMap],
      async reconcile(object, ctx) {
        reconciles += 1;
        finalizerSeen = object.metadata.finalizers?.includes(finalizer) ?? false;
        const child: ConfigMap = {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "child", namespace: "default" },
          data: { a: "1" },
        };
        await ctx.apply(ConfigMap, child, { owner: object });
        const isGood = reconciles > 1;
        const [status, reason] = isGood ? (["True", "Good"] as const) : (["False", "Waiting"] as const);
        await ctx.applyStatus(KeyPair, object, { conditions: [{ type: "Ready", status, reason, message: `It is ${reason}.` }] });
        return isGood ? {} : { requeueAfterMs: 10 };
      },
      async finalize(_, ctx) {
        await ctx.delete(ConfigMap, { name: "child", namespace: "default" });
        return "done";
      },
    });
    await plane.client.create(KeyPair, keyPair("a"));
    const made = await eventually(async () => {
      const seen = await plane.client.get(KeyPair, { name: "a", namespace: "default" });
      assert.equal(readyOf(seen)?.reason, "Good");
      return seen;
    });
    assert.ok(finalizerSeen);
    const child = await plane.client.get(ConfigMap, { name: "child", namespace: "default" });
    assert.equal(child.metadata.ownerReferences?.[0]?.uid, made.metadata.uid);
    const event = await eventually(async () => {
      const events = (await plane.client.list(Event, { namespace: "default" })).filter(
        (each) => each.involvedObject?.uid === made.metadata.uid,
      );
      assert.equal(events.length, 1);
      return events[0];
    });
    assert.equal(event?.reason, "Good");
    const quiet = reconciles;
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(reconciles, quiet, "an unchanged object is left alone");
    await plane.client.delete(ConfigMap, child.metadata);
    await eventually(() => plane.client.get(ConfigMap, child.metadata));
    await plane.client.delete(KeyPair, made.metadata);
    await eventually(() => assert.rejects(plane.client.get(KeyPair, made.metadata), { code: "NotFound" }));
    await assert.rejects(plane.client.get(ConfigMap, child.metadata), { code: "NotFound" });
  });

  it("says what it waits for, is woken by it, and keeps the rest of the status", async () => {
    await run({
      watches: [watch(Namespace, () => [{ name: "b", namespace: "default" }])],
      async reconcile(object, ctx) {
        if (!ctx.get(Namespace, "needed")) throw new Waiting("NamespaceMissing", "Waiting for Namespace needed");
        const conditions = [{ type: "Ready", status: "True" as const, reason: "Good", message: "It is good." }];
        await ctx.applyStatus(KeyPair, object, { fingerprint: "f", conditions });
        return {};
      },
    });
    await plane.client.create(KeyPair, keyPair("b"));
    const key = { name: "b", namespace: "default" };
    const reason = async (wanted: string) => assert.equal(readyOf(await plane.client.get(KeyPair, key))?.reason, wanted);
    await eventually(() => reason("NamespaceMissing"));
    await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: "needed" } });
    await eventually(() => reason("Good"));
    const good = await plane.client.get(KeyPair, key);
    assert.equal(good.status?.conditions?.length, 1);
    assert.equal(good.status?.observedGeneration, 1);
  });

  it("does not retry what is terminal, retries the rest with growing delays", async () => {
    const tries: Record<string, number> = {};
    const { metrics } = await run({
      async reconcile(object) {
        const { name } = object.metadata;
        tries[name] = (tries[name] ?? 0) + 1;
        if (name === "terminal") throw new Terminal("Bad", "It can not be.");
        if (name === "conflict" && (tries[name] ?? 0) < 5) throw new KumulusError("Conflict", "try again");
        return {};
      },
    });
    await plane.client.create(KeyPair, keyPair("terminal"));
    await plane.client.create(KeyPair, keyPair("conflict"));
    await eventually(() => assert.equal(tries.conflict, 5));
    await eventually(async () =>
      assert.equal(readyOf(await plane.client.get(KeyPair, { name: "terminal", namespace: "default" }))?.reason, "Bad"),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.ok((tries.terminal ?? 0) <= 2, "the first try, and one for the status that it wrote");
    assert.match(await metrics.registry.metrics(), /controller_runtime_reconcile_total\{controller="keypair",result="error"\} 4/);
  });

  it("gives the worker back from a reconcile that ignores its signal, but not the key, and takes no more writes from it", async () => {
    const running: string[] = [];
    let together = 0;
    let lateWrite: unknown;
    const seen = new Set<string>();
    await run({
      concurrency: 1,
      timeoutMs: 200,
      async reconcile(object, ctx) {
        const { name } = object.metadata;
        if (running.includes(name)) together += 1;
        running.push(name);
        if (name === "hangs") {
          await new Promise((resolve) => setTimeout(resolve, 2_500));
          lateWrite = await ctx.client.patch(KeyPair, object.metadata, { metadata: { labels: { late: "1" } } }).catch((error) => error);
        }
        seen.add(name);
        running.splice(running.indexOf(name), 1);
        return {};
      },
    });
    await plane.client.create(KeyPair, keyPair("hangs"));
    await eventually(() => assert.deepEqual(running, ["hangs"]));
    await plane.client.create(KeyPair, keyPair("next"));
    await plane.client.patch(KeyPair, { name: "hangs", namespace: "default" }, { metadata: { labels: { more: "1" } } });
    await eventually(() => assert.ok(seen.has("next")), 2_000);
    assert.ok(!seen.has("hangs"), "it still hangs");
    await eventually(() => assert.ok(seen.has("hangs")));
    assert.equal(together, 0);
    assert.ok(lateWrite instanceof KumulusError && lateWrite.code === "Unavailable");
  });

  it("lets what is under way end before it stops", async () => {
    let ended = false;
    await run({
      async reconcile(object, ctx) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        await ctx.applyStatus(KeyPair, object, { conditions: [{ type: "Ready", status: "True", reason: "Late", message: "Done." }] });
        ended = true;
        return {};
      },
    });
    await plane.client.create(KeyPair, keyPair("slow"));
    await new Promise((resolve) => setTimeout(resolve, 150));
    await stop();
    assert.ok(ended);
    assert.equal(readyOf(await plane.client.get(KeyPair, { name: "slow", namespace: "default" }))?.reason, "Late");
    stop = async () => undefined;
  });
});
