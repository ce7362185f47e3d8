// The view over caches: admitted objects count at once, and stop to count when the cache knows better.
import assert from "node:assert/strict";
import { Server } from "../models/compute/server.ts";
import { Store } from "../operator/cache/store.ts";
import { createLog } from "../operator/log.ts";
import { createOverlay, type Overlay } from "./overlay.ts";
import { make } from "./testing/world.ts";

describe("overlay", () => {
  let store: Store<Server>;
  let overlay: Overlay;
  let clock: number;
  beforeEach(() => {
    clock = 0;
    store = new Store(Server, createLog({ name: "test", level: "silent" }));
    overlay = createOverlay({ of: () => store as never }, () => clock);
  });

  const server = (name: string, version: number, { uid = name, hostname = "" } = {}) => {
    const made = make.server(name, { hostname });
    return { ...made, metadata: { ...made.metadata, uid, resourceVersion: String(version) } };
  };
  const seen = () => overlay.list(Server, "demo").map(({ metadata, spec }) => `${metadata.name}:${spec.hostname}`);

  it("shows an admitted create until the cache has it, and follows the cache from then on", () => {
    overlay.admit(Server, server("a", 0, { hostname: "asked" }), undefined);
    assert.deepEqual(seen(), ["a:asked"]);
    assert.equal(overlay.get(Server, "a", "demo")?.spec.hostname, "asked");
    store.observe(server("a", 1, { hostname: "stored" }));
    assert.deepEqual(seen(), ["a:stored"]);
    store.observeDeletion(server("a", 2));
    assert.deepEqual(seen(), []);
  });

  it("shows an admitted update until the cache is newer than what it was made from", () => {
    store.observe(server("a", 1, { hostname: "first" }));
    overlay.admit(Server, server("a", 3, { hostname: "second" }), server("a", 3));
    store.observe(server("a", 3, { hostname: "late" }));
    assert.deepEqual(seen(), ["a:second"]);
    store.observe(server("a", 4, { hostname: "second stored" }));
    assert.deepEqual(seen(), ["a:second stored"]);
  });

  it("forgets what never came", () => {
    overlay.admit(Server, server("a", 0), undefined);
    clock = 10_001;
    assert.deepEqual(seen(), []);
    assert.equal(overlay.get(Server, "a", "demo"), undefined);
  });

  it("is not misled by a create under a name that is taken", () => {
    store.observe(server("a", 1, { hostname: "first" }));
    overlay.admit(Server, server("a", 0, { uid: "other", hostname: "second" }), undefined);
    assert.deepEqual(seen(), ["a:first"]);
  });

  it("hides what the API server no longer has, until another takes the name", () => {
    const old = server("a", 1);
    store.observe(old);
    overlay.correct(Server, old, undefined);
    assert.deepEqual(seen(), []);
    store.observe(server("a", 5, { uid: "new", hostname: "new" }));
    assert.deepEqual(seen(), ["a:new"]);
  });

  it("takes a newer state that the API server told", () => {
    const old = server("a", 1, { hostname: "old" });
    store.observe(old);
    overlay.correct(Server, old, server("a", 2, { hostname: "new" }));
    assert.deepEqual(seen(), ["a:new"]);
  });

  it("knows how long an object has been waiting", () => {
    overlay.admit(Server, server("a", 0), undefined);
    clock = 70;
    assert.equal(overlay.pendingMs(Server, server("a", 0)), 70);
    assert.equal(overlay.pendingMs(Server, server("b", 0)), undefined);
  });
});
