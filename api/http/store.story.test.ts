// Stores on a real kube-apiserver: two replicas of the API, one world.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { idLabel, idOf, newMetadata } from "../../domain/id.ts";
import { Image } from "../../models/image/image.ts";
import { createCaches } from "../../operator/cache/caches.ts";
import { Namespace } from "../../operator/kube/core-kinds.ts";
import { createLog } from "../../operator/log.ts";
import { type ControlPlane, startControlPlane } from "../../operator/testing/control-plane.ts";
import { type Auth, anonymous } from "./auth.ts";
import { createStores, type Store } from "./store.ts";

const namespace = "kumulus-demo";
const log = createLog({ name: "store", level: "error" });

function wanted(name: string): Image {
  return { apiVersion: "image.kumulus.cloud/v1alpha1", kind: "Image", metadata: newMetadata(name, namespace), spec: { displayName: name } };
}

describe("stores", function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  const stopping = new AbortController();
  /** The second one's caches are never started: it is a replica whose watch lags for ever. */
  let here: Store<Image>;
  let behind: Store<Image>;

  before(async () => {
    plane = await startControlPlane();
    await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const caches = createCaches(plane.client, { log });
    here = createStores(plane.client, caches).of(Image);
    await caches.start(stopping.signal);
    behind = createStores(plane.client, createCaches(plane.client, { log })).of(Image);
  });
  after(async () => {
    stopping.abort();
    await plane?.stop();
  });

  it("show a client its own writes at once", async () => {
    const image = await here.create(wanted("one"));
    assert.equal((await here.byId(idOf(image)))?.spec.displayName, "one");
    const changed = await here.update(image, ({ spec }) => {
      spec.displayName = "two";
    });
    assert.equal(here.get(image.metadata.name, namespace)?.metadata.resourceVersion, changed.metadata.resourceVersion);
    await here.delete(changed);
    assert.equal(await here.byId(idOf(image)), undefined);
    assert.equal(here.list(namespace).length, 0);
  });

  it("show an object with finalizers as going", async () => {
    const image = wanted("held");
    const made = await here.create({ ...image, metadata: { ...image.metadata, finalizers: ["test.kumulus.cloud/hold"] } });
    await here.delete(made);
    assert.ok((await here.byId(idOf(made)))?.metadata.deletionTimestamp);
    await here.update(made, ({ metadata }) => {
      metadata.finalizers = [];
    });
  });

  it("ask the API server for an id that another replica has just given", async () => {
    const image = await here.create(wanted("elsewhere"));
    assert.equal((await behind.byId(idOf(image)))?.metadata.uid, image.metadata.uid);
    assert.equal(await behind.byId(randomUUID()), undefined);
    assert.equal(await behind.byId("elsewhere"), undefined, "a name costs no question");
  });

  it("remember for a moment that there was nothing, and forget it for what they make themselves", async () => {
    const id = randomUUID();
    assert.equal(await behind.byId(id), undefined);
    const image = wanted("late");
    await plane.client.create(Image, { ...image, metadata: { ...image.metadata, labels: { [idLabel]: id } } });
    assert.equal(await behind.byId(id), undefined, "asked a moment ago");
    const own = wanted("own");
    assert.equal(await behind.byId(idOf(own)), undefined);
    await behind.create(own);
    assert.ok(await behind.byId(idOf(own)));
  });

  it("merge fifty writers of one object without losing one", async () => {
    const image = await here.create(wanted("busy"));
    const tags = Array.from({ length: 50 }, (_, index) => `t${index}`);
    const write = (tag: string) =>
      here.update(image, ({ spec }) => {
        spec.tags = [...(spec.tags ?? []), tag];
      });
    await Promise.all(tags.map(write));
    assert.deepEqual((await here.refresh(image)).spec.tags?.toSorted(), tags.toSorted());
  });

  it("do not mistake a new object of the same name for the old one", async () => {
    const image = await here.create(wanted("twice"));
    await plane.client.delete(Image, image.metadata);
    const { name, labels = {} } = image.metadata;
    await plane.client.create(Image, { ...image, metadata: { name, namespace, labels } });
    await assert.rejects(
      here.update(image, ({ spec }) => {
        spec.hidden = true;
      }),
      { code: "NotFound" },
    );
  });

  it("hide other projects' objects from all but admins", async () => {
    const image = await here.create(wanted("private"));
    const scope = (name: string) => ({ id: name, name, tenant: name, namespace: `kumulus-${name}`, domainId: "default" });
    const auth = (name: string, isAdmin = false): Auth => ({ ...anonymous, userId: "u", project: scope(name), isAdmin });
    assert.equal(idOf(await here.owned(auth("demo"), idOf(image))), idOf(image));
    assert.equal(idOf(await here.owned(auth("other", true), idOf(image))), idOf(image));
    await assert.rejects(here.owned(auth("other"), idOf(image)), { code: "NotFound", status: 404, reason: "ImageNotFound" });
  });
});
