// Caches against a real API server behind a proxy that misbehaves: nothing is lost, nothing is dead.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject } from "../../models/kind.ts";
import type { Change } from "../contract.ts";
import { kubeClient } from "../kube/client.ts";
import { ConfigMap, Namespace, Secret } from "../kube/core-kinds.ts";
import { createLog } from "../log.ts";
import { type ControlPlane, startControlPlane } from "../testing/control-plane.ts";
import { eventually } from "../testing/eventually.ts";
import { type Fault, type FaultProxy, startFaultProxy } from "../testing/fault-proxy.ts";
import { createCaches } from "./caches.ts";
import type { ReflectorTiming, Scope } from "./reflector.ts";

const log = createLog({ name: "test", level: "silent" });
const quick: Partial<ReflectorTiming> = { firstBackoffMs: 20, longestBackoffMs: 200 };

function configMap(name: string, namespace: string, data: Record<string, string> = { a: "1" }): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data };
}

describe("caches behind a bad network", function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let proxy: FaultProxy;
  let round = 0;
  let namespace = "";
  let stops: (() => void)[] = [];

  before(async () => {
    plane = await startControlPlane();
    proxy = await startFaultProxy(plane);
  });
  after(async () => {
    await proxy?.stop();
    await plane?.stop();
  });
  beforeEach(async () => {
    round += 1;
    namespace = `round-${round}`;
    await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  });
  afterEach(() => {
    proxy.fault = () => undefined;
    for (const stop of stops) stop();
    stops = [];
  });

  function newCaches(timing: Partial<ReflectorTiming> = {}, scope: Scope = {}) {
    const scopes = [{ kind: ConfigMap, namespace, ...scope }];
    const caches = createCaches(kubeClient(proxy.connection), { log, timing: { ...quick, ...timing }, scopes });
    const abort = new AbortController();
    stops.push(() => abort.abort());
    const cache = caches.of(ConfigMap);
    /** The world as somebody sees it who only hears the changes. */
    const heard = new Map<string, KubeObject>();
    const wrong: string[] = [];
    cache.onChange((change: Change<ConfigMap>) => {
      const { uid = "", name } = change.object.metadata;
      if (change.type === "added" && heard.has(uid)) wrong.push(`${name} added twice`);
      if (change.type !== "added" && !heard.has(uid)) wrong.push(`${name} ${change.type} before it was added`);
      if (change.type === "deleted") heard.delete(uid);
      else heard.set(uid, change.object);
    });
    return { caches, cache, heard, wrong, abort, start: () => caches.start(abort.signal) };
  }

  const versions = (objects: Iterable<KubeObject>) =>
    Object.fromEntries([...objects].map(({ metadata }) => [metadata.uid ?? "", metadata.resourceVersion]).sort());
  const names = (objects: Iterable<KubeObject>) => [...objects].map(({ metadata }) => metadata.name).sort();
  const isWatch = ({ path }: { path: string }) => path.includes("watch=true") && path.includes(`/${namespace}/`);
  const isList = ({ method, path }: { method: string; path: string }) =>
    method === "GET" && path.includes(`/${namespace}/configmaps?`) && !path.includes("watch=true");

  /** A fault for the first `times` requests that `accept` takes. */
  function failFirst(times: number, accept: (request: { method: string; path: string }) => boolean, fault: Fault): void {
    let left = times;
    proxy.fault = (request) => {
      if (left === 0 || !accept(request)) return undefined;
      left -= 1;
      return fault;
    };
  }

  it("loses no event while connections are cut between and within lines", async () => {
    const { cache, heard, wrong, start } = newCaches();
    await start();
    let cuts = 0;
    proxy.fault = (request) => (isWatch(request) ? { cutAfterBytes: 300 + ((cuts++ * 397) % 3_000) } : undefined);
    const cutter = setInterval(() => proxy.cutAll(), 170);
    const random = (below: number) => Math.floor(Math.random() * below);
    await Promise.all(
      Array.from({ length: 4 }, async (_, worker) => {
        for (let index = 0; index < 120; index += 1) {
          const name = `w${worker}-${random(12)}`;
          const action = random(3);
          const key = { name, namespace };
          const done =
            action === 2
              ? plane.client.delete(ConfigMap, key)
              : plane.client.apply(ConfigMap, configMap(name, namespace, { n: String(index) }), { fieldManager: "t" });
          await done;
          await sleep(5);
        }
      }),
    );
    clearInterval(cutter);
    proxy.fault = () => undefined;
    proxy.cutAll();
    const truth = versions(await plane.client.list(ConfigMap, { namespace }));
    await eventually(() => assert.deepEqual(versions(cache.list()), truth));
    assert.deepEqual(versions(heard.values()), truth);
    assert.deepEqual(wrong, []);
    assert.ok(cuts > 5, `${cuts} watches were cut`);
  });

  it("tells a deletion and a re-creation that happened while it was away", async () => {
    await plane.client.create(ConfigMap, configMap("gone", namespace));
    await plane.client.create(ConfigMap, configMap("again", namespace));
    const { cache, heard, wrong, start } = newCaches();
    await start();
    const old = cache.get("again", namespace)?.metadata.uid ?? "";
    const changes: string[] = [];
    cache.onChange(({ type, object }) => changes.push(`${type} ${object.metadata.name}`));
    proxy.fault = (request) => (isWatch(request) ? { cut: true } : undefined);
    proxy.cutAll();
    for (const name of ["gone", "again"]) await plane.client.delete(ConfigMap, { name, namespace });
    await plane.client.create(ConfigMap, configMap("again", namespace));
    const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", reason: "Expired", code: 410 };
    failFirst(1, isWatch, { status: 200, body: { type: "ERROR", object: status } });
    await eventually(() => assert.deepEqual(changes.sort(), ["added again", "deleted again", "deleted gone"]));
    assert.ok(!heard.has(old));
    assert.deepEqual(
      names(cache.list()).filter((name) => !name.startsWith("kube-")),
      ["again"],
    );
    assert.deepEqual(wrong, []);
  });

  const refusals: [string, Fault][] = [
    ["429 with Retry-After", { status: 429, headers: { "retry-after": "1" } }],
    ["500", { status: 500 }],
    ["503", { status: 503 }],
    ["a page of a proxy instead of JSON", { status: 502, headers: { "content-type": "text/html" }, body: "<html>" }],
    ["410", { status: 410, body: { kind: "Status", reason: "Expired", code: 410, message: "too old" } }],
    ["a cut connection", { cut: true }],
    ["a cut in the middle", { cutAfterBytes: 100 }],
  ];
  for (const [what, fault] of refusals) {
    it(`gets in sync and stays so when lists and watches meet ${what}`, async () => {
      await plane.client.create(ConfigMap, configMap("one", namespace));
      failFirst(2, isList, fault);
      const { cache, start } = newCaches();
      await start();
      assert.ok(cache.get("one", namespace));
      failFirst(2, isWatch, fault);
      proxy.cutAll();
      await plane.client.create(ConfigMap, configMap("two", namespace));
      await eventually(() => assert.ok(cache.get("two", namespace)));
    });
  }

  it("notices a watch that is open but silent", async () => {
    const { cache, start } = newCaches({ watchSeconds: () => 600, silenceMs: -599_500 });
    failFirst(1, isWatch, { silent: true });
    await start();
    await eventually(() => assert.equal(proxy.count(isWatch), 1));
    await plane.client.create(ConfigMap, configMap("unheard", namespace));
    await eventually(() => assert.ok(cache.get("unheard", namespace)), 5_000);
  });

  it("asks for nothing any more once it is stopped, in the middle of a list too", async () => {
    failFirst(1, isList, { delayMs: 200 });
    const { abort, start } = newCaches();
    const started = start();
    await sleep(50);
    abort.abort();
    await started;
    await sleep(400);
    assert.equal(proxy.count(isWatch), 0);
  });

  it("keeps only what its selector names, and only metadata where that is enough", async () => {
    const labelled = configMap("yes", namespace);
    labelled.metadata.labels = { wanted: "1" };
    await plane.client.create(ConfigMap, labelled);
    await plane.client.create(ConfigMap, configMap("no", namespace));
    const { cache, start } = newCaches({}, { labelSelector: "wanted=1", metadataOnly: true });
    await start();
    assert.deepEqual(names(cache.list()), ["yes"]);
    await plane.client.patch(ConfigMap, labelled.metadata, { metadata: { annotations: { a: "2" } } });
    await eventually(() => assert.equal(cache.get("yes", namespace)?.metadata.annotations?.a, "2"));
    const kept = cache.get("yes", namespace);
    assert.equal(kept?.kind, "ConfigMap");
    assert.equal(kept?.data, undefined);
  });

  it("starts a kind that is first asked for later", async () => {
    const { caches, start } = newCaches();
    await start();
    const secrets = caches.of(Secret);
    await eventually(() => assert.ok(secrets.synced));
  });

  it("lists many objects page by page, and survives an expired page", async () => {
    const total = 2_000;
    let next = 0;
    const filling = Array.from({ length: 12 }, async () => {
      for (let index = next++; index < total; index = next++) {
        await plane.client.create(ConfigMap, configMap(`c-${index}`, namespace, { text: "x".repeat(1_500), index: String(index) }));
      }
    });
    await Promise.all(filling);
    const { cache, start } = newCaches();
    await start();
    assert.ok(cache.list().length >= total);
    const expired = { kind: "Status", reason: "Expired", code: 410, message: "the continue token expired" };
    failFirst(1, ({ path }) => path.includes("continue="), { status: 410, body: expired });
    const again = newCaches();
    await again.start();
    assert.equal(again.cache.list().length, cache.list().length);
  });
});
