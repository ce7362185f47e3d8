// A real API server with our controllers and the played engines, for stories: create objects as a user does, then look at the world.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { imageKeySecret } from "../../../domain/image/golden.ts";
import { Flavor } from "../../../models/compute/flavor.ts";
import { KeyPair } from "../../../models/compute/key-pair.ts";
import type { Server } from "../../../models/compute/server.ts";
import { Image } from "../../../models/image/image.ts";
import type { Kind, KubeObject } from "../../../models/kind.ts";
import { VolumeType } from "../../../models/volume/volume-type.ts";
import { createCaches } from "../../../operator/cache/caches.ts";
import type { Caches, ControllerDefinition } from "../../../operator/contract.ts";
import { type ApiClient, kubeClient } from "../../../operator/kube/client.ts";
import { Namespace, StorageClass } from "../../../operator/kube/core-kinds.ts";
import { createLog } from "../../../operator/log.ts";
import { createManager } from "../../../operator/manager.ts";
import { createMetrics } from "../../../operator/metrics.ts";
import { sharedKey } from "../../../operator/shared-key.ts";
import { type ControlPlane, startControlPlane } from "../../../operator/testing/control-plane.ts";
import { eventually } from "../../../operator/testing/eventually.ts";
import { imageControllers } from "../../image/controllers.ts";
import { volumeControllers } from "../../volume/controllers.ts";
import { computeControllers } from "../controllers.ts";
import { publicKey } from "./fixtures.ts";
import { type Addresses, engineDefinitions, playedCDI, playedPorts, type Storage } from "./played-engines.ts";
import { type PlayOptions, playedKubeVirt, playedPower } from "./played-kubevirt.ts";

export interface Cloud {
  client: ApiClient;
  /** Path of an administrator's kubeconfig. */
  kubeconfig: string;
  caches: Caches;
  /** Turned by tests: room on nodes, free addresses, imports. */
  hypervisor: PlayOptions;
  storage: Storage;
  addresses: Addresses;
  calls: readonly string[];
  deletedImages: string[];
  /** Requests that our controllers have sent. */
  requests(): number;
  add<T extends KubeObject>(kind: Kind<T>, name: string, spec: object, namespace?: string): Promise<T>;
  /** The object once it looks so. */
  shows<T extends KubeObject>(kind: Kind<T>, name: string, check: (object: T) => void, timeoutMs?: number): Promise<T>;
  gone(kind: Kind, name: string): Promise<void>;
  stop(): Promise<void>;
}

export const tenant = "kumulus-demo";
const base = { apiVersion: "", kind: "", metadata: { name: "" } };

export async function startCloud(goldenIdleMs?: number): Promise<Cloud> {
  const directory = `/tmp/kumulus-compute-crds-${process.pid}`;
  const plane = await startControlPlane({
    crds: [engineDefinitions(directory)],
    controllers: ["garbage-collector-controller", "persistentvolumeclaim-protection-controller"],
  });
  rmSync(directory, { recursive: true, force: true });
  await seed(plane);
  const log = createLog({ name: "story", level: process.env.KUMULUS_TEST_LOG === undefined ? "silent" : "debug" });
  const hypervisor: PlayOptions = { bootMs: 20 };
  const [storage, addresses]: [Storage, Addresses] = [{ importsHang: false }, { free: 1_000 }];
  const power = playedPower(plane.client);
  const deletedImages: string[] = [];
  const imageStore = { delete: async (location: string) => void deletedImages.push(location) };
  const golden = { imageBaseURL: "http://127.0.0.1:8774", imageKey: sharedKey(imageKeySecret) };
  const ours = [
    ...computeControllers({ kubeVirt: power, ...golden }),
    ...imageControllers({ imageStore, ...(goldenIdleMs !== undefined && { goldenIdleMs }) }),
    ...volumeControllers(golden),
  ];
  let sent = 0;
  const count = () => {
    sent += 1;
  };
  const abort = new AbortController();
  const run = (controllers: ControllerDefinition[], client: ApiClient) => {
    const caches = createCaches(client, { log });
    const manager = createManager({ client, caches, controllers, log, metrics: createMetrics() });
    return { caches, manager, running: manager.run(abort.signal) };
  };
  const engines = run([...playedKubeVirt(hypervisor), playedCDI(storage), playedPorts(addresses)], plane.client);
  const cloud = run(ours, kubeClient(plane.client.connection, { onRequest: count }));
  await eventually(() => assert.ok(engines.manager.leads && cloud.manager.leads), 30_000);
  const at = (name: string, namespace = tenant) => ({ name, namespace });
  return {
    client: plane.client,
    kubeconfig: plane.kubeconfig,
    caches: cloud.caches,
    hypervisor,
    storage,
    addresses,
    calls: power.calls,
    deletedImages,
    requests: () => sent,
    add: (kind, name, spec, namespace = tenant) => plane.client.create(kind, { ...base, metadata: at(name, namespace), spec } as never),
    shows: (kind, name, check, timeoutMs) =>
      eventually(() => {
        const object = cloud.caches.of(kind).get(name, kind.namespaced ? tenant : undefined);
        assert.ok(object, `${kind.kind} ${name} is not there`);
        check(object);
        return object;
      }, timeoutMs),
    gone: (kind, name) => eventually(() => assert.equal(cloud.caches.of(kind).get(name, tenant), undefined), 20_000),
    async stop() {
      abort.abort();
      await Promise.allSettled([engines.running, cloud.running]);
      await plane.stop();
    },
  };
}

async function seed({ client }: ControlPlane): Promise<void> {
  const create = <T extends KubeObject>(kind: Kind<T>, object: object) => client.create(kind, { ...base, ...object } as never);
  for (const name of ["kumulus-system", "kumulus-admin", tenant]) await create(Namespace, { metadata: { name } });
  await create(StorageClass, { metadata: { name: "local" }, provisioner: "local.kumulus.cloud", allowVolumeExpansion: true });
  await create(VolumeType, { metadata: { name: "local" }, spec: { storageClassName: "local", isDefault: true } });
  await create(Flavor, { metadata: { name: "m1.tiny" }, spec: { vcpus: 1, ramMiB: 128, diskGiB: 1 } });
  await create(KeyPair, { metadata: { name: "k", namespace: tenant }, spec: { publicKey } });
  const image = { metadata: { name: "guest", namespace: "kumulus-admin" }, spec: { diskFormat: "qcow2", visibility: "public" } };
  await create(Image, image);
  const status = { phase: "active", sizeBytes: 20_000_000, virtualSizeBytes: 900_000_000, location: "file:guest" };
  await client.patch(Image, image.metadata, { status }, { subresource: "status" });
}

/** A server's spec as the shim writes it. */
export const guestSpec = (more: Partial<Server["spec"]> = {}): Server["spec"] => ({
  flavorRef: { name: "m1.tiny" },
  imageRef: { name: "guest", namespace: "kumulus-admin" },
  networks: [{ networkRef: { name: "net" } }],
  keyPairRef: { name: "k" },
  ...more,
});
