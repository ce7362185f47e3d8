// For stories: a real control plane with the engines' kinds, and a node agent on it.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import type { Kind, KubeObject } from "../../../models/kind.ts";
import { Namespace, StorageClass } from "../../../operator/kube/core-kinds.ts";
import { createLog } from "../../../operator/log.ts";
import { type ControlPlane, startControlPlane } from "../../../operator/testing/control-plane.ts";
import { type NodeOptions, startNode } from "../agent.ts";
import { guestPaths } from "../guest/guest-paths.ts";
import { guestRecords } from "../guest/guest-records.ts";
import { endProcess } from "../guest/process.ts";
import { driverName } from "../storage/driver.ts";
import { agentFlags } from "./certificates.ts";

export const loops = [
  "persistentvolume-binder-controller",
  "persistentvolumeclaim-protection-controller",
  "persistentvolume-protection-controller",
  "garbage-collector-controller",
  "namespace-controller",
];

export interface TestCloud extends ControlPlane {
  namespace: string;
  runDir: string;
  disksDir: string;
  /** Starts an agent; the function it gives stops it, guests go on. */
  agent(change?: Partial<NodeOptions>): () => Promise<void>;
  /** Waits until the object is as wanted (undefined: gone) and gives it. */
  until<T extends KubeObject>(
    what: string,
    kind: Kind<T>,
    name: string,
    accept: (object: T | undefined) => boolean,
    timeoutMs?: number,
  ): Promise<T | undefined>;
  end(): Promise<void>;
}

export async function startTestCloud(): Promise<TestCloud> {
  const runDir = mkdtempSync("/tmp/kumulus-node-");
  const plane = await startControlPlane({
    crds: [join(import.meta.dirname, "../../engine-crds")],
    controllers: loops,
    apiServerFlags: await agentFlags(join(runDir, "certs")),
  });
  const disksDir = join(runDir, "disks");
  const namespace = "story";
  const running = new Set<() => Promise<void>>();
  await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  await plane.client.create(StorageClass, {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "local" },
    provisioner: driverName,
    allowVolumeExpansion: true,
    volumeBindingMode: "Immediate",
  });
  return {
    ...plane,
    namespace,
    runDir,
    disksDir,
    agent(change = {}) {
      const abort = new AbortController();
      const log = createLog({ name: "node", level: (process.env.KUMULUS_LOG_LEVEL as "debug" | undefined) ?? "error" });
      const options: NodeOptions = {
        kubeconfig: plane.kubeconfig,
        nodeName: "story-node",
        hypervisor: "qemu",
        runDir,
        disksDir,
        ports: { api: 0, kubelet: 0, health: 0 },
        log,
        signal: abort.signal,
        ...change,
      };
      const ended = startNode(options);
      ended.catch((error) => console.error("the agent failed", error));
      const stop = async () => {
        running.delete(stop);
        abort.abort();
        await ended;
      };
      running.add(stop);
      return stop;
    },
    async until(what, kind, name, accept, timeoutMs = 90_000) {
      let last: unknown;
      for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(50)) {
        const object = await plane.client.get(kind, kind.namespaced ? { name, namespace } : { name }).catch(() => undefined);
        if (accept(object)) return object;
        last = object && { ...object, spec: undefined, metadata: { ...object.metadata, managedFields: undefined } };
      }
      throw new Error(`not in ${timeoutMs} ms: ${what}; last seen ${JSON.stringify(last, undefined, 1)?.slice(0, 4_000)}`);
    },
    async end() {
      for (const stop of [...running]) await stop();
      for (const { spec } of guestRecords(runDir).load()) await endProcess(guestPaths(runDir, spec.uid).pid);
      await plane.stop();
      rmSync(runDir, { recursive: true, force: true });
    },
  };
}

/** A VM with a root disk from `url`, runStrategy Manual and no NIC. */
export function testMachine(name: string, namespace: string, url: string, { rootSize = "4Mi", memory = "32Mi" } = {}): VirtualMachine {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name, namespace },
    spec: {
      runStrategy: "Manual",
      dataVolumeTemplates: [
        {
          metadata: { name: `${name}-root` },
          spec: {
            source: { http: { url } },
            storage: {
              accessModes: ["ReadWriteOnce"] as never,
              storageClassName: "local",
              resources: { requests: { storage: rootSize as never } },
            },
          },
        },
      ],
      template: {
        metadata: { labels: { "kumulus.cloud/server": name } } as never,
        spec: {
          domain: {
            cpu: { sockets: 1, cores: 1 },
            memory: { guest: memory },
            devices: {
              autoattachPodInterface: false,
              autoattachGraphicsDevice: false,
              disks: [{ name: "root", bootOrder: 1, disk: { bus: "virtio" as never } }],
            },
          },
          terminationGracePeriodSeconds: 30,
          volumes: [{ name: "root", dataVolume: { name: `${name}-root` } }],
        },
      },
    },
  };
}

export const phaseIs = (phase: string) => (vmi: VirtualMachineInstance | undefined) => vmi?.status?.phase === phase;
