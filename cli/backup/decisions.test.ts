// What an archive keeps, in which order it comes back, and what becomes of what is there already.
import assert from "node:assert/strict";
import { tokenKeysData } from "../../domain/identity/token-keys.ts";
import type { KubeObject, ObjectMeta } from "../../models/kind.ts";
import { kumulusKinds } from "../../models/kinds.ts";
import { apiVersionOf } from "../../operator/kube/path.ts";
import { missingStatus, type Present, stepOf } from "./decide.ts";
import { stagesOf } from "./order.ts";
import { mayBegin } from "./restore.ts";
import { savedObject, savedObjects } from "./saved-object.ts";

function object(kind: string, name: string, rest: Partial<ObjectMeta> = {}, more: object = {}): Present {
  const known = kumulusKinds.find((each) => each.kind === kind);
  const apiVersion = known ? apiVersionOf(known) : "v1";
  const metadata = { name, uid: `${name}-uid`, creationTimestamp: "2026-01-01T00:00:00Z", ...rest };
  return { apiVersion, kind, metadata, ...more };
}
const ownedBy = ({ apiVersion, kind, metadata }: KubeObject) => ({
  ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "" }],
});
const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name);

describe("saved objects", () => {
  it("have the id and the age that the old cluster gave, and nothing else of its own", () => {
    const metadata = { namespace: "a", resourceVersion: "7", generation: 2, finalizers: ["f"], labels: { mine: "1" } };
    const saved = savedObject(object("Network", "n", metadata, { spec: { mtu: 1 }, status: { phase: "ACTIVE" } }));
    const labels = { mine: "1", "kumulus.cloud/id": "n-uid" };
    const annotations = { "kumulus.cloud/created-at": "2026-01-01T00:00:00Z" };
    const { apiVersion } = saved;
    assert.deepEqual(saved, {
      apiVersion,
      kind: "Network",
      metadata: { name: "n", namespace: "a", labels, annotations },
      spec: { mtu: 1 },
    });
  });

  it("keep the id and the age of an earlier restore", () => {
    const before = { labels: { "kumulus.cloud/id": "old" }, annotations: { "kumulus.cloud/created-at": "2020-01-01T00:00:00Z" } };
    const { metadata } = savedObject(object("Network", "n", before));
    assert.deepEqual([metadata.labels, metadata.annotations], [before.labels, before.annotations]);
  });

  it("forget what stands on uids: the new ones are others", () => {
    const annotations = { "identity.kumulus.cloud/bound-to": "u1,u2", "applied.kumulus.cloud/router": "hash", other: "x" };
    const { metadata } = savedObject(object("RoleAssignment", "r", { annotations }));
    assert.deepEqual(metadata.annotations, { other: "x", "kumulus.cloud/created-at": "2026-01-01T00:00:00Z" });
  });

  it("have the status that no controller could find out, without conditions", () => {
    const status = { phase: "active", md5: "x", conditions: [], observedGeneration: 1 };
    assert.deepEqual(savedObject(object("Image", "i", {}, { status })).status, { phase: "active", md5: "x" });
    assert.deepEqual(savedObject(object("Port", "p", {}, { status: { macAddress: "m", phase: "DOWN" } })).status, { macAddress: "m" });
    assert.equal(savedObject(object("Router", "r", {}, { status: { phase: "ACTIVE" } })).status, undefined);
  });

  it("leave out what goes, all that goes with it, and verbs that were not carried out", () => {
    const going = object("Server", "going", { deletionTimestamp: "2026-01-01T00:00:00Z" });
    const port = object("Port", "its-port", ownedBy(going));
    const below = object("Network", "below", ownedBy(port));
    const pending = object("ServerAction", "pending", {}, { status: { phase: "Running" } });
    const done = object("ServerAction", "done", {}, { status: { phase: "Failed" } });
    assert.deepEqual(names(savedObjects([below, port, going, pending, done])), ["done"]);
  });

  it("come without owners of other kinds", () => {
    const foreign = ownedBy({ apiVersion: "example.org/v1", kind: "Shop", metadata: { name: "s", uid: "s" } });
    assert.equal(savedObjects([object("Network", "n", foreign)])[0]?.owners, undefined);
  });
});

describe("the order of a restore", () => {
  it("has tenants before namespaces before all in them, owners before what they own, addresses before ports", () => {
    const server = object("Server", "server", { namespace: "a" });
    const all = [
      object("Port", "port", { namespace: "a", ...ownedBy(server) }),
      object("IPAddress", "address", { namespace: "a" }),
      server,
      object("ServerAction", "action", { namespace: "a", ...ownedBy(server) }, { status: { phase: "Failed" } }),
      object("Namespace", "a", ownedBy(object("Tenant", "tenant"))),
      object("Tenant", "tenant"),
      object("Secret", "hash", { namespace: "kumulus-system" }),
      object("Domain", "domain"),
    ];
    const stages = stagesOf(savedObjects(all)).map(names);
    assert.deepEqual(stages, [["hash", "domain"], ["tenant"], ["a"], ["address", "server"], ["port", "action"]]);
  });

  it("ends although owners lead in a circle", () => {
    const [a, b] = [object("Network", "a", { namespace: "x" }), object("Network", "b", { namespace: "x" })];
    const circle = [
      { ...a, metadata: { ...a.metadata, ...ownedBy(b) } },
      { ...b, metadata: { ...b.metadata, ...ownedBy(a) } },
    ];
    assert.equal(stagesOf(savedObjects(circle)).flat().length, 2);
  });
});

describe("one object of a restore", () => {
  const saved = savedObject(object("Network", "n", { namespace: "a" }, { spec: { mtu: 1 } }));
  const there = (spec: object, metadata: Partial<ObjectMeta> = saved.metadata) =>
    object("Network", "n", { ...metadata, resourceVersion: "9" }, { spec });
  const owner = { apiVersion: "v1", kind: "X", name: "x", uid: "new" };

  it("is made under its owners' new uids", () => {
    const step = stepOf(saved, undefined, [owner], false);
    assert.ok(step.do === "create");
    assert.deepEqual(step.object.metadata.ownerReferences, [owner]);
    assert.ok(!("owners" in step.object) && !("status" in step.object));
  });

  it("stays as it is, unless the archive shall win", () => {
    assert.equal(stepOf(saved, there({ mtu: 2 }), [], false).do, "keep");
    assert.equal(stepOf(saved, there({ mtu: 1 }), [], true).do, "keep");
    const step = stepOf(saved, there({ mtu: 2 }), [], true);
    assert.ok(step.do === "change");
    assert.deepEqual([(step.object as Present).spec, step.object.metadata.resourceVersion], [{ mtu: 1 }, "9"]);
    const other = stepOf(saved, there({ mtu: 1 }, { namespace: "a", labels: { "kumulus.cloud/id": "other", mine: "1" } }), [], true);
    assert.ok(other.do === "change");
    assert.deepEqual(other.object.metadata.labels, { mine: "1", "kumulus.cloud/id": "n-uid" });
  });

  it("keeps the keys of both clouds' tokens, the newest last", () => {
    const key = (kid: string, day: number) => ({ kid, seed: "s", createdAt: `2026-01-0${day}T00:00:00Z` });
    const secret = (...keys: ReturnType<typeof key>[]) =>
      object("Secret", "token-keys", { namespace: "kumulus-system" }, { data: tokenKeysData(keys) });
    const step = stepOf(savedObject(secret(key("old", 1))), secret(key("new", 2)), [], false);
    assert.ok(step.do === "change");
    assert.deepEqual((step.object as Present).data, tokenKeysData([key("old", 1), key("new", 2)]));
    assert.equal(stepOf(savedObject(secret(key("old", 1))), secret(key("old", 1), key("new", 2)), [], false).do, "keep");
  });

  it("gets the status that it lacks, and keeps what a controller has written since", () => {
    const image = savedObject(object("Image", "i", {}, { status: { phase: "active", md5: "x" } }));
    assert.deepEqual(missingStatus(image, object("Image", "i", {}, { status: { phase: "deactivated" } })), { md5: "x" });
    assert.equal(missingStatus(image, object("Image", "i", {}, { status: { phase: "a", md5: "y" } })), undefined);
  });
});

describe("whether a restore begins", () => {
  const present = new Map<string, Present>([["n", object("Network", "n")]]);
  const at = "2026-01-01T00:00:00Z";
  it("not in a cloud with objects of its own, unless told to", () => {
    assert.throws(() => mayBegin(present, undefined, { id: "a", merge: false }), /the cloud is not empty: it has 1 objects/);
    assert.throws(() => mayBegin(present, { archive: "b", state: "done", at }, { id: "a", merge: false }), /not empty/);
    assert.equal(mayBegin(present, undefined, { id: "a", merge: true }), true);
    assert.equal(mayBegin(new Map([["s", object("Secret", "s")]]), undefined, { id: "a", merge: false }), true);
  });
  it("again after an interruption, and not a second time", () => {
    assert.equal(mayBegin(present, { archive: "a", state: "running", at }, { id: "a", merge: false }), true);
    assert.equal(mayBegin(present, { archive: "a", state: "done", at }, { id: "a", merge: false }), false);
  });
});
