// A release from its installation to its end against a real API server (no kubelet: no pod runs): what it changes, and what it leaves.
import assert from "node:assert/strict";
import { buildEngine } from "../hack/engines.ts";
import { Flavor } from "../models/compute/flavor.ts";
import type { KubeObject } from "../models/kind.ts";
import { Subnet } from "../models/network/subnet.ts";
import { createCaches } from "../operator/cache/caches.ts";
import {
  ConfigMap,
  CustomResourceDefinition,
  PersistentVolumeClaim,
  ServiceAccount,
  ValidatingWebhookConfiguration,
} from "../operator/kube/core-kinds.ts";
import { createLog } from "../operator/log.ts";
import { type ControlPlane, startControlPlane } from "../operator/testing/control-plane.ts";
import { eventually } from "../operator/testing/eventually.ts";
import { startWebhook } from "../webhooks/server.ts";
import { helm, helmUninstall } from "./testing/helm.ts";

const namespace = "kumulus-system";
const log = createLog({ name: "lifecycle", level: "silent" });
const subnet: Subnet = {
  apiVersion: "network.kumulus.cloud/v1alpha1",
  kind: "Subnet",
  metadata: { name: "s", namespace },
  spec: { networkRef: { name: "none" }, cidr: "10.0.0.0/24" },
};
const crd = { name: "flavors.compute.kumulus.cloud" };

describe("a release of charts/kumulus", function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  const stop = new AbortController();

  before(async function () {
    this.timeout(900_000);
    buildEngine("helm");
    plane = await startControlPlane();
  });
  after(async () => {
    stop.abort();
    await plane?.stop();
  });

  // Helm would wait for the pods of its hooks.
  const run = (command: string[], values = {}) => {
    const { ok, stdout, stderr } = helm([...command, "--kubeconfig", plane.kubeconfig], {
      doctor: { enabled: false },
      bootstrap: { enabled: false },
      ...values,
    });
    assert.ok(ok, stderr);
    return stdout;
  };
  const flavor: Flavor = {
    apiVersion: "compute.kumulus.cloud/v1alpha1",
    kind: "Flavor",
    metadata: { name: "small" },
    spec: { vcpus: 1, ramMiB: 64, diskGiB: 1 },
  };
  const uid = ({ metadata }: KubeObject) => metadata.uid;

  it("installs, and its notes say what next", async () => {
    // The CRDs of the test control plane are there already: the release takes them over.
    const notes = run(["install", "kumulus", "--create-namespace", "--take-ownership"]);
    assert.match(notes, /rollout status deployment/);
    assert.equal((await plane.client.list(ServiceAccount, { namespace })).length, 3);
    await plane.client.create(Flavor, flavor);
  });

  it("upgrades its CRDs in place: objects stay", async () => {
    const before = await plane.client.get(Flavor, flavor.metadata);
    const definition = await plane.client.get(CustomResourceDefinition, crd);
    await plane.client.patch(CustomResourceDefinition, crd, { spec: { names: { shortNames: ["old"] } } });
    run(["upgrade", "kumulus"], { region: "RegionTwo" });
    const after = await plane.client.get(CustomResourceDefinition, crd);
    assert.equal(uid(after), uid(definition));
    assert.deepEqual(after.spec?.names.shortNames, ["flv"]);
    assert.deepEqual(await plane.client.get(Flavor, flavor.metadata), before);
    const settings = await plane.client.get(ConfigMap, { name: "kumulus-settings", namespace });
    assert.match(settings.data?.["settings.yaml"] ?? "", /region: "RegionTwo"/);
  });

  it("leaves to the webhook what it wrote into its configuration, at an upgrade as well", async () => {
    const caches = createCaches(plane.client, { log });
    await caches.start(stop.signal);
    await startWebhook({ client: plane.client, caches, log, signal: stop.signal, host: "127.0.0.1", port: 0 });
    const read = async () => (await plane.client.get(ValidatingWebhookConfiguration, { name: "kumulus" })).webhooks ?? [];
    const before = await read();
    assert.ok(before[0]?.clientConfig.caBundle);
    run(["upgrade", "kumulus"], { region: "RegionThree" });
    assert.deepEqual(await read(), before);
    // It judges: a subnet of no network is refused.
    await assert.rejects(plane.client.create(Subnet, subnet), /Network none could not be found/);
    stop.abort();
  });

  it("keeps the CRDs with their objects and the images when it is uninstalled, and takes them up again", async () => {
    const { ok, stderr } = helmUninstall(plane.kubeconfig);
    assert.ok(ok, stderr);
    assert.deepEqual(await plane.client.list(ConfigMap, { namespace, labelSelector: "app.kubernetes.io/name=kumulus" }), []);
    // Nothing that was installed refuses what nobody is there to judge.
    assert.deepEqual(await plane.client.list(ValidatingWebhookConfiguration), []);
    await eventually(() => plane.client.create(Subnet, subnet));
    const before = await plane.client.get(Flavor, flavor.metadata);
    const images = await plane.client.get(PersistentVolumeClaim, { name: "kumulus-images", namespace });
    run(["install", "kumulus"]);
    assert.deepEqual(await plane.client.get(Flavor, flavor.metadata), before);
    assert.equal(uid(await plane.client.get(PersistentVolumeClaim, images.metadata)), uid(images));
  });
});
