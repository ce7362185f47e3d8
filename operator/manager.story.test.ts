// Managers and leaders against a real API server behind bad networks: one leader at a time, one reconcile of a key at a time, nothing left undone.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { KeyPair } from "../models/compute/key-pair.ts";
import { createCaches } from "./cache/caches.ts";
import type { ControllerDefinition } from "./contract.ts";
import { defineController } from "./controller/define-controller.ts";
import { readyOf } from "./controller/status.ts";
import { startHealth } from "./health.ts";
import { kubeClient } from "./kube/client.ts";
import { Lease } from "./kube/core-kinds.ts";
import { createLeaderElection } from "./leader-election.ts";
import { createLog } from "./log.ts";
import { createManager } from "./manager.ts";
import { createMetrics } from "./metrics.ts";
import { type ControlPlane, startControlPlane } from "./testing/control-plane.ts";
import { eventually } from "./testing/eventually.ts";
import { type FaultProxy, startFaultProxy } from "./testing/fault-proxy.ts";

const log = createLog({ name: "test", level: "silent" });
const timing = { firstBackoffMs: 20, longestBackoffMs: 200 };

function keyPair(name: string): KeyPair {
  const metadata = { name, namespace: "default" };
  return { apiVersion: "compute.kumulus.cloud/v1alpha1", kind: "KeyPair", metadata, spec: { publicKey: `ssh-ed25519 ${name}` } };
}

describe("managers behind a bad network", function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let proxies: FaultProxy[] = [];

  before(async () => {
    plane = await startControlPlane();
  });
  beforeEach(async () => {
    proxies = [await startFaultProxy(plane), await startFaultProxy(plane)];
  });
  afterEach(async () => {
    for (const each of await plane.client.list(KeyPair)) {
      await plane.client.patch(KeyPair, each.metadata, { metadata: { finalizers: null } });
      await plane.client.delete(KeyPair, each.metadata);
    }
    for (const proxy of proxies) await proxy.stop();
  });
  after(async () => {
    await plane?.stop();
  });

  function election(proxy: FaultProxy | undefined, name: string, identity: string, leaseMs = 2_000) {
    assert.ok(proxy);
    const options = { name, namespace: "default", identity, leaseMs, renewDeadlineMs: 1_200, retryMs: 200 };
    return { client: kubeClient(proxy.connection), options };
  }

  function manager(proxy: FaultProxy | undefined, identity: string, lease: string, reconcile: ControllerDefinition<KeyPair>["reconcile"]) {
    const { client, options } = election(proxy, lease, identity);
    const caches = createCaches(client, { log, timing });
    const controllers = [
      defineController<KeyPair>({
        kind: KeyPair,
        finalizer: "test.kumulus.cloud/x",
        finalize: async () => "done",
        concurrency: 8,
        reconcile,
      }),
    ];
    return createManager({ client, caches, controllers, log, metrics: createMetrics(), leaderElection: options, graceMs: 500 });
  }

  it("reconciles every key, never twice at a time, while connections are cut and the server refuses", async () => {
    const [proxy] = proxies;
    assert.ok(proxy);
    const working = new Set<string>();
    const twice: string[] = [];
    let reconciles = 0;
    const subject = manager(proxy, "one", "busy", async (object, ctx) => {
      const { name } = object.metadata;
      if (working.has(name)) twice.push(name);
      working.add(name);
      reconciles += 1;
      try {
        await sleep(5);
        const message = object.metadata.labels?.version ?? "none";
        await ctx.applyStatus(KeyPair, object, { conditions: [{ type: "Ready", status: "True", reason: "Seen", message }] });
        return {};
      } finally {
        working.delete(name);
      }
    });
    const abort = new AbortController();
    const running = subject.run(abort.signal);
    let requests = 0;
    proxy.fault = ({ path }) => {
      requests += 1;
      if (path.includes("leases")) return undefined;
      return requests % 11 === 0
        ? { status: 500 }
        : requests % 13 === 0
          ? { cut: true }
          : requests % 17 === 0
            ? { delayMs: 50 }
            : undefined;
    };
    const cutter = setInterval(() => proxy.cutAll(), 250);
    const all = Array.from({ length: 60 }, (_, index) => `k${index}`);
    for (const name of all) await plane.client.create(KeyPair, keyPair(name));
    for (const name of all) {
      await plane.client.patch(KeyPair, { name, namespace: "default" }, { metadata: { labels: { version: `new-${name}` } } });
      await sleep(10);
    }
    await eventually(async () => {
      for (const each of await plane.client.list(KeyPair)) {
        assert.equal(readyOf(each)?.message, `new-${each.metadata.name}`);
      }
    }, 20_000);
    clearInterval(cutter);
    proxy.fault = () => undefined;
    assert.deepEqual(twice, []);
    assert.ok(reconciles >= all.length);
    for (const name of all) await plane.client.delete(KeyPair, { name, namespace: "default" });
    await eventually(async () => assert.deepEqual(await plane.client.list(KeyPair), []), 20_000);
    abort.abort();
    await running;
  });

  it("never has two leaders, also when one is cut off, and stops the one that lost", async () => {
    const acted: { who: string; at: number }[] = [];
    const reconcileAs = (who: string) => async (object: KeyPair, ctx: Parameters<ControllerDefinition<KeyPair>["reconcile"]>[1]) => {
      await ctx.client.patch(KeyPair, object.metadata, { metadata: { annotations: { who: `${who}-${Date.now()}` } } });
      acted.push({ who, at: performance.now() });
      return { requeueAfterMs: 50 };
    };
    await plane.client.create(KeyPair, keyPair("lock"));
    const subjects = proxies.map((proxy, index) => manager(proxy, `m${index}`, "one-leader", reconcileAs(`m${index}`)));
    const abort = new AbortController();
    const ends = subjects.map((subject) =>
      subject.run(abort.signal).then(
        () => "stopped",
        (error: Error) => error.message,
      ),
    );
    const leader = await eventually(() => {
      const found = subjects.findIndex((subject) => subject.leads);
      assert.notEqual(found, -1);
      return found;
    });
    await sleep(500);
    assert.equal(subjects.filter((subject) => subject.leads).length, 1);
    const [cut, other] = [proxies[leader], subjects[1 - leader]];
    assert.ok(cut && other);
    cut.fault = () => ({ cut: true });
    cut.cutAll();
    await eventually(() => assert.ok(other.leads), 15_000);
    await sleep(300);
    assert.match((await ends[leader]) ?? "", /could not be renewed|holds the lease/);
    abort.abort();
    assert.equal(await ends[1 - leader], "stopped");
    const lastOfFirst = acted.findLast(({ who }) => who === `m${leader}`)?.at ?? 0;
    const firstOfSecond = acted.find(({ who }) => who === `m${1 - leader}`)?.at ?? 0;
    assert.ok(firstOfSecond > lastOfFirst, "the second acted only after the first had stopped");
    const lease = await plane.client.get(Lease, { name: "one-leader", namespace: "default" });
    assert.equal(lease.spec?.holderIdentity, "", "an orderly stop gives the lease back");
  });

  it("hands over at once on release, and refuses a lease that another holds", async () => {
    const [a, b] = proxies.map((proxy, index) => {
      const { client, options } = election(proxy, "handover", `e${index}`, 60_000);
      return createLeaderElection(client, options, log);
    });
    assert.ok(a && b);
    await a.acquire(new AbortController().signal);
    assert.ok(a.leads());
    await assert.rejects(b.acquire(AbortSignal.timeout(600)));
    assert.ok(!b.leads());
    await a.release();
    assert.ok(!a.leads());
    // Long before the lease's end.
    await b.acquire(AbortSignal.timeout(10_000));
    assert.ok(!a.leads() && b.leads());
  });

  it("does not trust a renewal that is too old, even if nobody took over", async () => {
    const { client, options } = election(proxies[0], "paused", "p");
    const paused = createLeaderElection(client, options, log);
    await paused.acquire(new AbortController().signal);
    await sleep(1_300);
    assert.ok(!paused.leads());
  });

  it("serves health and metrics", async () => {
    const metrics = createMetrics();
    let ready = false;
    const health = await startHealth({ port: 0, registry: metrics.registry, ready: () => ready });
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${health.port}${path}`)).status;
    assert.equal(await status("/healthz"), 200);
    assert.equal(await status("/readyz"), 503);
    ready = true;
    assert.equal(await status("/readyz"), 200);
    assert.equal(await status("/none"), 404);
    const text = await (await fetch(`http://127.0.0.1:${health.port}/metrics`)).text();
    assert.match(text, /controller_runtime_active_workers/);
    assert.match(text, /nodejs_eventloop_lag_seconds/);
    await health.stop();
  });
});
