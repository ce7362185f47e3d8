// An upgrade: this release's CRDs over the previous one's, with its objects in them and this release's operator before and after. Nothing is rewritten.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { fileStore } from "../clients/image-store/file-store.ts";
import { kubeVirt } from "../clients/kubevirt/subresources.ts";
import { createOvsdbClient } from "../clients/ovsdb/client.ts";
import { type DatabaseServer, northboundSchema, southboundSchema, startDatabaseServer } from "../clients/ovsdb/testing/database-server.ts";
import { computeControllers } from "../controllers/compute/controllers.ts";
import { identityControllers } from "../controllers/identity/controllers.ts";
import { imageControllers } from "../controllers/image/controllers.ts";
import { networkControllers } from "../controllers/network/controllers.ts";
import { northboundTables, southboundTables } from "../controllers/network/ovn/tables.ts";
import { volumeControllers } from "../controllers/volume/controllers.ts";
import { systemNamespace } from "../domain/id.ts";
import { imageKeySecret } from "../domain/image/golden.ts";
import { type Definition, incompatibilities } from "../hack/upgrade/compatibility.ts";
import { type PreviousRelease, previousRelease } from "../hack/upgrade/previous-release.ts";
import type { Kind, KubeObject } from "../models/kind.ts";
import { kumulusKinds } from "../models/kinds.ts";
import { createCaches } from "../operator/cache/caches.ts";
import { CustomResourceDefinition, Namespace } from "../operator/kube/core-kinds.ts";
import { collectionPath } from "../operator/kube/path.ts";
import { createLog } from "../operator/log.ts";
import { createManager } from "../operator/manager.ts";
import { createMetrics } from "../operator/metrics.ts";
import { sharedKey } from "../operator/shared-key.ts";
import { type ControlPlane, installDefinitions, startControlPlane } from "../operator/testing/control-plane.ts";
import { eventually } from "../operator/testing/eventually.ts";
import { assertUnchanged, type Snapshot, settledSnapshot } from "../operator/testing/snapshot.ts";

/** Changes that the checker can not judge and people have: the sentence, and why no stored object is hurt. */
const accepted: Readonly<Record<string, string>> = {
  "servers.compute.kumulus.cloud v1alpha1.spec.adminPasswordSecretRef: is gone, and with it what objects have there":
    "no release had it, and nothing ever read it",
};

const repository = join(import.meta.dirname, "..");
const log = createLog({ name: "upgrade", level: "silent" });
const definitionsOf = (folder: string) =>
  globSync(join(folder, "crds/!(samples)/*.yaml")).map((file) => parse(readFileSync(file, "utf8")) as Definition);
const samplesOf = (folder: string) =>
  globSync(join(folder, "crds/samples/*.yaml")).flatMap((file) =>
    parseAllDocuments(readFileSync(file, "utf8")).map((document) => document.toJS() as KubeObject),
  );

/** The same under another name, which of a limit also says whose and of what it is. */
function another({ kind }: Kind, object: KubeObject & { spec?: object }): KubeObject {
  const { name, namespace, labels, annotations } = object.metadata;
  const named = (other: string, spec = object.spec) => ({
    ...object,
    metadata: { name: other, ...(namespace && { namespace }), ...(labels && { labels }), ...(annotations && { annotations }) },
    ...(spec && { spec }),
  });
  if (kind === "RegisteredLimit") return named(`${name}.two`, { ...object.spec, region: "two" });
  if (kind === "Limit") return named(name.replace(/^project\.[^.]+/, "project.two"), { ...object.spec, tenantRef: { name: "two" } });
  return named(`${name}-2`);
}

describe("an upgrade from the previous release", function () {
  this.timeout(120_000);
  let previous: PreviousRelease;
  let plane: ControlPlane;
  let databases: DatabaseServer[] = [];
  let settled: Snapshot;

  before(async function () {
    const found = previousRelease();
    if (typeof found === "string") {
      console.log(`      not run: ${found}`);
      return this.skip();
    }
    previous = found;
    console.log(`      from ${previous.name}`);
    databases = await Promise.all([startDatabaseServer(northboundSchema), startDatabaseServer(southboundSchema)]);
    plane = await startControlPlane({
      definitions: join(previous.directory, "crds"),
      crds: [join(repository, "standalone/engine-crds")],
      controllers: ["namespace-controller", "garbage-collector-controller"],
    });
    for (const name of [systemNamespace, "kumulus-demo", "kumulus-admin"])
      await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  });
  after(async () => {
    await plane?.stop();
    await Promise.all(databases.map((database) => database.stop()));
    previous?.remove();
  });

  /** Runs until the world stands still, and stops. */
  async function reconcileAll(): Promise<Snapshot> {
    const stop = new AbortController();
    const { signal } = stop;
    const { client } = plane;
    const caches = createCaches(client, { log });
    const [nb, sb] = databases.map(({ remote }) => remote);
    const ovn = (remote: string | undefined, database: string, tables: typeof northboundTables) =>
      createOvsdbClient({ remotes: [remote ?? ""], database, tables, log, signal });
    const golden = { imageBaseURL: "http://api.test", imageKey: sharedKey(imageKeySecret) };
    const [northbound, southbound] = [ovn(nb, "OVN_Northbound", northboundTables), ovn(sb, "OVN_Southbound", southboundTables)];
    const controllers = [
      ...identityControllers(),
      ...networkControllers({ northbound, southbound, caches, log }),
      ...computeControllers({ ...golden, kubeVirt: kubeVirt(client) }),
      ...imageControllers({ imageStore: fileStore(join(plane.directory, "images")) }),
      ...volumeControllers(golden),
    ];
    const manager = createManager({ client, caches, controllers, log, metrics: createMetrics() });
    const running = manager.run(signal);
    await eventually(() => assert.ok(manager.ready() && manager.leads), 20_000);
    const last = await settledSnapshot(client, kumulusKinds);
    stop.abort();
    await running;
    return last;
  }

  it("changes no CRD in a way that stored objects could not bear", () => {
    const found = incompatibilities(definitionsOf(previous.directory), definitionsOf(repository));
    assert.deepEqual(
      found.filter((problem) => accepted[problem] === undefined),
      [],
    );
  });

  it("begins with the previous release's objects", async () => {
    const samples = samplesOf(previous.directory);
    assert.ok(samples.length > 10);
    for (const sample of samples) {
      const kind = kumulusKinds.find((each) => each.kind === sample.kind) as Kind;
      await plane.client.apply(kind, sample, { fieldManager: "kubectl" });
    }
    settled = await reconcileAll();
    assert.ok(settled.size >= samples.length);
  });

  it("takes this release's CRDs", async () => {
    await installDefinitions(plane.client, [join(repository, "crds")]);
    const stored = await plane.client.list(CustomResourceDefinition);
    for (const { metadata, spec } of definitionsOf(repository)) {
      const now = stored.find((each) => each.metadata.name === metadata.name);
      assert.deepEqual(
        now?.spec.versions.map(({ name }) => name),
        spec.versions.map(({ name }) => name),
      );
    }
  });

  it("rewrites no object, and each is still valid", async () => {
    assertUnchanged(settled, await reconcileAll());
    for (const kind of kumulusKinds) {
      for (const object of await plane.client.list(kind)) {
        // As a new object it is judged by all rules, also by those that old ones are spared.
        const path = `${collectionPath(kind, object.metadata.namespace)}?dryRun=All&fieldValidation=Strict`;
        await plane.client.request("POST", path, another(kind, object));
      }
    }
  });
});
