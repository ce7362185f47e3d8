// When an outage of OVN is told, and on which objects. The clock is the test's.
import assert from "node:assert/strict";
import type { KubeObject } from "../../../models/kind.ts";
import { ovnEngine } from "./engine.ts";

type Told = KubeObject & { status?: object };

const object = (metadata: Partial<KubeObject["metadata"]> = {}, ready?: { status: string; observedGeneration: number }): Told => ({
  apiVersion: "network.kumulus.cloud/v1alpha1",
  kind: "Network",
  metadata: { name: "n", generation: 2, ...metadata },
  ...(ready && { status: { conditions: [{ type: "Ready", reason: "Ready", ...ready }] } }),
});

describe("OVN as an engine", () => {
  function world() {
    const handlers = new Set<() => void>();
    const client = {
      synced: false,
      onSync(handler: () => void) {
        handlers.add(handler);
        return () => void handlers.delete(handler);
      },
    };
    let now = 0;
    const engine = ovnEngine(client, () => now);
    const tellAfterMs = (seen: Told) => engine.absence(seen, undefined as never)?.tellAfterMs;
    const pass = (ms: number) => {
      now += ms;
    };
    return { client, engine, handlers, tellAfterMs, pass };
  }

  it("is told 30 s after it was first missed, and the time begins anew after it was there", () => {
    const { client, tellAfterMs, pass } = world();
    pass(1_000_000);
    assert.equal(tellAfterMs(object()), 30_000);
    pass(10_000);
    assert.equal(tellAfterMs(object()), 20_000);
    pass(60_000);
    assert.equal(tellAfterMs(object()), 0);
    client.synced = true;
    assert.equal(tellAfterMs(object()), undefined);
    client.synced = false;
    assert.equal(tellAfterMs(object()), 30_000);
  });

  const served = { status: "True", observedGeneration: 2 };
  const table: [string, Told, number][] = [
    ["ready and unchanged: OVN serves it without its databases", object({}, served), Number.POSITIVE_INFINITY],
    ["ready in an older generation: the change waits", object({}, { ...served, observedGeneration: 1 }), 0],
    ["not ready", object({}, { ...served, status: "False" }), 0],
    ["never looked at", object(), 0],
    ["being deleted: its rows have to go", object({ deletionTimestamp: "2026-01-01T00:00:00Z" }, served), 0],
  ];
  for (const [why, seen, wanted] of table)
    it(`in a long outage: ${why}`, () => {
      const { tellAfterMs, pass } = world();
      tellAfterMs(seen);
      pass(31_000);
      assert.equal(tellAfterMs(seen), wanted);
    });

  it("wakes who waits until its signal aborts", () => {
    const { engine, handlers } = world();
    const abort = new AbortController();
    const heard: boolean[] = [];
    engine.onPresence(undefined as never, (present) => heard.push(present), abort.signal);
    for (const handler of handlers) handler();
    assert.deepEqual(heard, [true]);
    abort.abort();
    assert.equal(handlers.size, 0);
  });
});
