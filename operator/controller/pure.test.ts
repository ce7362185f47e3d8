// The pure parts of the controller loop: what counts as unchanged, conditions and their times, owners, first moments.
import assert from "node:assert/strict";
import { KeyPair } from "../../models/compute/key-pair.ts";
import { Domain } from "../../models/identity/domain.ts";
import type { KubeObject } from "../../models/kind.ts";
import { covers, objectCovers, same } from "./covers.ts";
import { firstMoment } from "./first-moment.ts";
import { controllerOf, withOwner } from "./owner.ts";
import { desiredStatus } from "./status.ts";
import { objectKey, queueKey } from "./triggers.ts";

describe("covers", () => {
  const cases: [string, unknown, unknown, boolean][] = [
    ["more fields are fine", { a: 1 }, { a: 1, b: 2 }, true],
    ["a missing field is not", { a: 1, b: 2 }, { a: 1 }, false],
    ["undefined is not wanted", { a: undefined }, {}, true],
    ["null, empty and absent are the same", { a: null, b: [], c: {} }, {}, true],
    ["defaults inside list entries are fine", [{ a: 1 }], [{ a: 1, b: 2 }], true],
    ["more list entries are not", [1], [1, 2], false],
    ["the order of a list counts", [1, 2], [2, 1], false],
    ["kinds of values count", { a: "1" }, { a: 1 }, false],
    ["a list is no object", { a: [] }, { a: { b: 1 } }, false],
    ["false is not absent", { a: false }, {}, false],
  ];
  for (const [what, wanted, actual, expected] of cases) it(what, () => assert.equal(covers(wanted, actual), expected));

  it("same looks both ways", () => {
    assert.ok(!same({ a: 1 }, { a: 1, b: 2 }));
    assert.ok(same({ a: 1, b: undefined }, { a: 1 }));
  });

  it("shares owners and finalizers of an object with others, and leaves its status alone", () => {
    const owner = { apiVersion: "v1", kind: "X", name: "x", uid: "1" };
    const wanted = { metadata: { name: "a", finalizers: ["f"], ownerReferences: [owner] }, spec: { a: 1 }, status: { b: 1 } };
    const actual = {
      metadata: { name: "a", uid: "u", finalizers: ["e", "f"], ownerReferences: [{ ...owner, uid: "2" }, owner] },
      spec: { a: 1 },
    };
    assert.ok(objectCovers(wanted, actual));
    assert.ok(!objectCovers({ ...wanted, metadata: { ...wanted.metadata, finalizers: ["g"] } }, actual));
    assert.ok(!objectCovers(wanted, { ...actual, metadata: { ...actual.metadata, ownerReferences: [] } }));
  });
});

describe("desiredStatus", () => {
  const input = { type: "Ready", status: "True" as const, reason: "Good", message: "m" };
  it("moves lastTransitionTime only with the status", () => {
    const first = desiredStatus({ phase: "x", conditions: [input] }, {}, 3, "t1");
    assert.deepEqual(first, {
      phase: "x",
      observedGeneration: 3,
      conditions: [{ ...input, observedGeneration: 3, lastTransitionTime: "t1" }],
    });
    const again = desiredStatus({ conditions: [{ ...input, reason: "Better" }] }, first, 4, "t2");
    assert.equal(again.conditions[0]?.lastTransitionTime, "t1");
    const changed = desiredStatus({ conditions: [{ ...input, status: "False" as const }] }, first, 4, "t2");
    assert.equal(changed.conditions[0]?.lastTransitionTime, "t2");
  });
});

describe("owners", () => {
  const make = (kind: string, apiVersion: string, namespace?: string): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name: "a", uid: `uid-${kind}`, ...(namespace !== undefined && { namespace }) },
  });
  const keyPair = make("KeyPair", "compute.kumulus.cloud/v1alpha1", "ns");
  it("lead back to the whole", () => {
    const part = withOwner(make("ConfigMap", "v1", "ns"), keyPair);
    assert.deepEqual(controllerOf(part, KeyPair), { name: "a", namespace: "ns" });
    assert.equal(controllerOf(part, Domain), undefined);
    assert.equal(withOwner(part, keyPair).metadata.ownerReferences?.length, 1);
    const cluster = withOwner(make("ConfigMap", "v1", "ns"), make("Domain", "identity.kumulus.cloud/v1alpha1"));
    assert.deepEqual(controllerOf(cluster, Domain), { name: "a" });
  });
  it("can not be of another namespace", () => {
    assert.throws(() => withOwner(make("ConfigMap", "v1", "other"), keyPair), TypeError);
    assert.throws(() => withOwner(make("Domain", "identity.kumulus.cloud/v1alpha1"), keyPair), TypeError);
  });
  it("keys survive the queue", () => {
    for (const key of [{ name: "a" }, { name: "a", namespace: "b" }]) assert.deepEqual(objectKey(queueKey(key)), key);
  });
});

describe("an object's first moment", () => {
  const now = Date.parse("2026-01-01T00:00:10Z");
  for (const [why, creationTimestamp, left] of [
    ["has just begun", "2026-01-01T00:00:10Z", 2_500],
    ["is half over", "2026-01-01T00:00:09Z", 1_500],
    ["is over", "2026-01-01T00:00:07Z", 0],
    ["is never longer, whatever the clocks say", "2026-01-01T00:05:00Z", 2_500],
    ["is none for what is not made yet", undefined, 0],
  ] as const)
    it(why, () => {
      const metadata = { name: "a", ...(creationTimestamp && { creationTimestamp }) };
      assert.equal(firstMoment({ apiVersion: "v1", kind: "ConfigMap", metadata }, now), left);
    });
});
