// The store: indexes, order of changes, waiting, and what readers see between a write and its watch event.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { KubeObject } from "../../models/kind.ts";
import type { Change } from "../contract.ts";
import { ConfigMap } from "../kube/core-kinds.ts";
import { createLog } from "../log.ts";
import { ownerIndex, Store } from "./store.ts";

const log = createLog({ name: "test", level: "silent" });

function make(name: string, resourceVersion: string, more: Partial<ConfigMap["metadata"]> = {}): ConfigMap {
  const metadata = { name, namespace: "ns", uid: `uid-${name}`, resourceVersion, ...more };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { version: resourceVersion } };
}

function newStore() {
  const store = new Store(ConfigMap, log);
  const changes: Change<ConfigMap>[] = [];
  store.onChange((change) => changes.push(change));
  const told = () => changes.splice(0).map(({ type, object }) => `${type} ${object.metadata.uid} ${object.metadata.resourceVersion}`);
  return { store, changes, told };
}

const shown = (store: Store<ConfigMap>, name = "a") => store.get(name, "ns")?.metadata.resourceVersion;

describe("Store", () => {
  it("of a kind that goes is empty and absent, and tells when the kind has come, with its objects", async () => {
    const { store, told } = newStore();
    const presence: string[] = [];
    store.onPresence((present) => presence.push(`${present} with ${store.size}`));
    const list = (...objects: ConfigMap[]) => {
      const mark = store.beginList();
      store.endList(new Set(objects.map((object) => store.observe(object, { listMark: mark }))), mark);
    };
    store.vanish();
    await store.whenSettled;
    assert.deepEqual([store.synced, store.absent, presence], [false, true, ["false with 0"]]);
    store.vanish();
    assert.equal(presence.length, 1, "told once");
    list(make("a", "1"));
    assert.deepEqual([store.synced, store.absent, presence.at(-1)], [true, false, "true with 1"]);
    list(make("a", "2"));
    assert.equal(presence.length, 2, "a list of a kind that was there is no news");
    store.vanish();
    assert.deepEqual([store.size, presence.at(-1), told().at(-1)], [0, "false with 0", "deleted uid-a 2"]);
  });

  it("freezes what it holds and drops managedFields and the last applied annotation", () => {
    const { store } = newStore();
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{}", kept: "1" };
    store.observe({
      ...make("a", "1"),
      metadata: { ...make("a", "1").metadata, annotations, managedFields: [{}] } as KubeObject["metadata"],
    });
    const object = store.get("a", "ns");
    assert.ok(object && Object.isFrozen(object) && Object.isFrozen(object.data) && Object.isFrozen(object.metadata));
    assert.deepEqual(object.metadata.annotations, { kept: "1" });
    assert.ok(!("managedFields" in object.metadata));
  });

  it("shows nothing of other namespaces where it holds one: their objects would stay for ever, since no watch tells of their end", () => {
    const store = new Store(ConfigMap, log, "ns");
    store.put(make("a", "1"));
    store.put(make("b", "1", { namespace: "other" }));
    assert.deepEqual(
      store.list().map(({ metadata }) => metadata.name),
      ["a"],
    );
  });

  it("answers from indexes, added early or late, and forgets old values", () => {
    const { store } = newStore();
    store.addIndex("label", ({ metadata }) => (metadata.labels?.x ? [metadata.labels.x] : []));
    store.observe(make("a", "1", { labels: { x: "1" }, ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "n", uid: "owner-1" }] }));
    store.observe(make("b", "2", { labels: { x: "1" } }));
    store.addIndex("late", ({ metadata }) => [metadata.name]);
    assert.equal(store.byIndex("label", "1").length, 2);
    assert.equal(store.byIndex("late", "b")[0]?.metadata.name, "b");
    assert.equal(store.byIndex(ownerIndex, "owner-1").length, 1);
    store.observe(make("b", "3", { labels: { x: "2" } }));
    assert.deepEqual(
      store.byIndex("label", "1").map(({ metadata }) => metadata.name),
      ["a"],
    );
    assert.deepEqual(
      store
        .list("ns")
        .map(({ metadata }) => metadata.name)
        .sort(),
      ["a", "b"],
    );
    assert.deepEqual(store.list("other"), []);
    assert.equal(store.byUid("uid-b")?.metadata.resourceVersion, "3");
    assert.throws(() => store.byIndex("none", "1"), TypeError);
  });

  it("survives index functions and handlers that throw", () => {
    const { store, told } = newStore();
    store.addIndex("bad", () => {
      throw new Error("no");
    });
    store.onChange(() => {
      throw new Error("no");
    });
    store.observe(make("a", "1"));
    assert.deepEqual(told(), ["added uid-a 1"]);
    assert.deepEqual(store.byIndex("bad", "x"), []);
  });

  it("tells a re-creation as the end of one object and the start of another", () => {
    const { store, told } = newStore();
    store.observe(make("a", "1"));
    store.observe(make("a", "2", { uid: "other" }));
    assert.deepEqual(told(), ["added uid-a 1", "deleted uid-a 1", "added other 2"]);
    assert.equal(store.byUid("uid-a"), undefined);
  });

  it("shows changes in order to every handler even when one of them writes", () => {
    const store = new Store(ConfigMap, log);
    const seen: string[] = [];
    store.onChange(({ type, object }) => {
      if (type === "added" && object.metadata.name === "a") store.put(make("b", "9"));
    });
    store.onChange(({ object }) => seen.push(object.metadata.name));
    store.observe(make("a", "1"));
    assert.deepEqual(seen, ["a", "b"]);
  });

  it("relists by uid and keeps what was written while the list was under way", () => {
    const { store, told } = newStore();
    store.observe(make("old", "1"));
    const mark = store.beginList();
    store.put(make("mine", "5"));
    const seen = new Set([store.observe(make("new", "4"), { listMark: mark })]);
    store.endList(seen, mark);
    assert.deepEqual(told(), ["added uid-old 1", "added uid-mine 5", "added uid-new 4", "deleted uid-old 1"]);
    assert.equal(store.get("mine", "ns")?.metadata.resourceVersion, "5");
    const later = store.beginList();
    store.endList(new Set(["ns/new"]), later);
    assert.equal(store.get("mine", "ns"), undefined, "a list that began after the write knows better");
  });
});

describe("Store, reading own writes", () => {
  it("does not go back to an event that is older than what was put", () => {
    const { store, told } = newStore();
    store.observe(make("a", "1"));
    store.put(make("a", "3"));
    store.observe(make("a", "2"));
    assert.equal(shown(store), "3");
    store.observe(make("a", "3"));
    store.observe(make("a", "4"));
    assert.equal(shown(store), "4");
    assert.deepEqual(told(), ["added uid-a 1", "updated uid-a 3", "updated uid-a 4"]);
  });

  it("ignores a late answer whose version, or whose end, the watch already brought", () => {
    const { store } = newStore();
    store.observe(make("a", "1"));
    store.observe(make("a", "2"));
    store.observe(make("a", "3"));
    store.put(make("a", "2"));
    assert.equal(shown(store), "3");
    store.observeDeletion(make("a", "4"));
    store.put(make("a", "3"));
    store.put(make("a", "3b"));
    assert.equal(shown(store), undefined);
  });

  it("waits for the last of several writes", () => {
    const { store } = newStore();
    for (const version of ["2", "3"]) store.put(make("a", version));
    for (const version of ["1", "2"]) store.observe(make("a", version));
    assert.equal(shown(store), "3");
    store.observe(make("a", "3"));
    store.observe(make("a", "5"));
    assert.equal(shown(store), "5");
  });

  it("hides a dropped object until the watch tells its end, and shows its successor", () => {
    const { store } = newStore();
    store.observe(make("a", "1"));
    store.drop(make("a", "1"));
    store.observe(make("a", "2"));
    assert.equal(shown(store), undefined);
    store.put(make("a", "7", { uid: "next" }));
    store.observeDeletion(make("a", "3"));
    assert.equal(shown(store), "7");
    store.observe(make("a", "7", { uid: "next" }));
    store.observe(make("a", "8", { uid: "next" }));
    assert.equal(shown(store), "8");
  });

  it("hides an object that a write deleted, though it still shows finalizers", () => {
    const { store } = newStore();
    store.observe(make("a", "1", { finalizers: ["x/y"] }));
    store.gone(make("a", "1"));
    assert.equal(shown(store), undefined);
    store.observeDeletion(make("a", "2"));
    store.observe(make("a", "3", { uid: "next" }));
    assert.equal(shown(store), "3");
    store.gone(make("a", "3"));
    assert.equal(shown(store), "3", "an object of another uid stays");
  });

  it("does not hide an object that stays for its finalizers", () => {
    const { store } = newStore();
    store.observe(make("a", "1", { finalizers: ["x/y"] }));
    store.drop(make("a", "1"));
    assert.equal(shown(store), "1");
  });

  it("never goes back for the writer, and ends where the server ended, in any interleaving", () => {
    const step = fc.constantFrom("write", "answer", "event");
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { store } = newStore();
        let version = 1;
        const answers: number[] = [];
        const events: number[] = [];
        let newestPut = 0;
        store.observe(make("a", "1"));
        const tell = (list: number[], use: (version: number) => void) => {
          const next = list.shift();
          if (next !== undefined) use(next);
        };
        const answer = (each: number) => {
          store.put(make("a", String(each)));
          newestPut = each;
          assert.ok(Number(shown(store)) >= newestPut);
        };
        const event = (each: number) => {
          store.observe(make("a", String(each)));
          assert.ok(Number(shown(store)) >= newestPut);
        };
        for (const each of steps) {
          if (each === "write") {
            version += 1;
            answers.push(version);
            events.push(version);
          } else if (each === "answer") tell(answers, answer);
          else tell(events, event);
        }
        while (answers.length > 0) tell(answers, answer);
        while (events.length > 0) tell(events, event);
        assert.equal(shown(store), String(version));
      }),
    );
  });

  it("wakes who waits, and tells who waited in vain", async () => {
    const { store } = newStore();
    const key = { name: "a", namespace: "ns" };
    const wait = store.waitFor(key, (object) => object?.data?.version === "2", 1_000);
    store.observe(make("a", "1"));
    store.observe(make("a", "2"));
    assert.equal((await wait)?.metadata.resourceVersion, "2");
    const gone = store.waitFor(key, (object) => object === undefined, 1_000);
    store.observeDeletion(make("a", "3"));
    assert.equal(await gone, undefined);
    await assert.rejects(
      store.waitFor(key, (object) => object !== undefined, 10),
      { code: "Unavailable" },
    );
    await assert.rejects(
      store.waitFor(
        key,
        () => {
          throw new RangeError("mine");
        },
        10,
      ),
      RangeError,
    );
  });
});
