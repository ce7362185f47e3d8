// The node agent: plays KubeVirt, CDI, the CSI driver, the snapshot controller, Multus and the kubelet's log endpoint for one host.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { VirtualMachineInstance } from "../../clients/kubevirt/kinds.ts";
import { createOvsdbClient } from "../../clients/ovsdb/client.ts";
import { VolumeSnapshotClass } from "../../clients/snapshot/kinds.ts";
import { createCaches, type StartableCaches } from "../../operator/cache/caches.ts";
import { startHealth } from "../../operator/health.ts";
import { type ApiClient, kubeClient } from "../../operator/kube/client.ts";
import { connect } from "../../operator/kube/connection.ts";
import { createManager } from "../../operator/manager.ts";
import { createMetrics } from "../../operator/metrics.ts";
import { snapshotClass } from "../seed/storage.ts";
import type { Hypervisor } from "./guest/hypervisor.ts";
import { pickAccelerator } from "./guest/kvm-test.ts";
import { qemuHypervisor } from "./guest/qemu-hypervisor.ts";
import { simulatedHypervisor } from "./guest/simulated-hypervisor.ts";
import { startQueue } from "./guest/start-queue.ts";
import { instanceController } from "./instance/controller.ts";
import type { InstanceDeps } from "./instance/deps.ts";
import { liveVolumes } from "./live-volumes.ts";
import { type AgentNode, loopback, registerNode, renewNodeLease } from "./node-object.ts";
import type { NodeOptions } from "./options.ts";
import { ovsPlugs, type Plugs } from "./plug/plugs.ts";
import { taps } from "./plug/tap.ts";
import { type NodeServers, startNodeServers } from "./server/node-servers.ts";
import { claimController, volumeController } from "./storage/claim-controller.ts";
import { dataVolumeController } from "./storage/data-volume-controller.ts";
import type { StorageDeps } from "./storage/deps.ts";
import { emptyFiles, qemuImg } from "./storage/disk-tool.ts";
import { imports } from "./storage/imports.ts";
import { snapshotController } from "./storage/snapshot-controller.ts";
import { startSweeping } from "./storage/sweep.ts";
import { openVolumeStore } from "./storage/volume-store.ts";
import { vmController } from "./vm/controller.ts";

export type { NodeOptions } from "./options.ts";

const confTimeoutMs = 60_000;

function stoppedGuests(file: string | undefined): Set<string> {
  if (file === undefined || !existsSync(file)) return new Set();
  const uids = JSON.parse(readFileSync(file, "utf8")) as string[];
  return new Set(uids);
}

async function openHypervisor({ hypervisor, runDir, netns, group, log }: NodeOptions): Promise<Hypervisor> {
  if (hypervisor === "simulated") return simulatedHypervisor(runDir);
  const accelerator = await pickAccelerator();
  log.info({ accelerator }, "accelerator tested");
  return qemuHypervisor({ runDir, accelerator, log, ...(netns !== undefined && { netns }), ...(group && { group }) });
}

async function openPlugs({ confDatabase, hypervisor, netns, log, signal }: NodeOptions): Promise<Plugs | undefined> {
  if (confDatabase === undefined) return undefined;
  const tables = {
    Bridge: { columns: ["name", "ports"] },
    Port: { columns: ["name", "interfaces", "external_ids"] },
    Interface: { columns: ["name"] },
  };
  const conf = createOvsdbClient({ remotes: [confDatabase], database: "Open_vSwitch", tables, log, signal });
  await conf.whenSynced(confTimeoutMs);
  return ovsPlugs(conf, hypervisor === "qemu" ? taps(netns) : undefined);
}

async function openStorage({ disksDir, hypervisor: kind }: NodeOptions, hypervisor: Hypervisor): Promise<StorageDeps> {
  mkdirSync(disksDir, { recursive: true, mode: 0o700 });
  const tool = kind === "qemu" ? qemuImg : emptyFiles;
  const store = await openVolumeStore({ folder: disksDir, tool, live: liveVolumes(hypervisor, tool) });
  for (const { spec, phase } of hypervisor.list())
    if (phase !== "ended") for (const { volume } of spec.disks) if (volume !== undefined) store.hold(volume);
  const jobs = imports(store);
  return { store, imports: jobs, filled: jobs.tell, simulated: kind === "simulated" };
}

function instanceDeps(
  options: NodeOptions,
  hypervisor: Hypervisor,
  storage: StorageDeps,
  plugs: Plugs | undefined,
  restart: Set<string>,
): InstanceDeps {
  const listeners: ((uid: string) => void)[] = [];
  const free = (uid: string) => {
    for (const listener of listeners) listener(uid);
  };
  const queue = startQueue(options.startSlots ?? availableParallelism(), free);
  const deps = {
    hypervisor,
    store: storage.store,
    plugs,
    queue,
    runDir: options.runDir,
    nodeName: options.nodeName,
    address: options.address ?? loopback,
    restart,
  };
  return { ...deps, onTurn: (listener) => void listeners.push(listener) };
}

/** Guests whose VMI is gone, as after a cloud's objects were restored from a backup: nobody else would ever end them. */
async function endOrphans(deps: InstanceDeps, caches: StartableCaches): Promise<void> {
  const instances = caches.of(VirtualMachineInstance);
  for (const { spec, phase } of deps.hypervisor.list()) {
    if (instances.byUid(spec.uid)) continue;
    if (phase !== "ended") await deps.hypervisor.kill(spec.uid);
    for (const { volume } of spec.disks) if (volume !== undefined) deps.store.release(volume);
    deps.hypervisor.forget(spec.uid);
  }
  for (const { tap, owner } of deps.plugs?.list() ?? []) if (!instances.byUid(owner)) await deps.plugs?.unplug(tap, owner);
}

async function whenReady(ready: () => boolean, signal: AbortSignal): Promise<void> {
  while (!ready() && !signal.aborted) await sleep(20, undefined, { signal }).catch(() => undefined);
}

async function run(options: NodeOptions, client: ApiClient): Promise<void> {
  const { log, signal, ports, address = loopback } = options;
  const restart = stoppedGuests(options.stoppedGuestsFile);
  const [hypervisor, plugs] = await Promise.all([openHypervisor(options), openPlugs(options)]);
  await hypervisor.adopt(restart);
  const storage = await openStorage(options, hypervisor);
  const deps = instanceDeps(options, hypervisor, storage, plugs, restart);
  const caches = createCaches(client, { log });
  const metrics = createMetrics();
  const controllers = [
    vmController(),
    instanceController(deps, caches),
    dataVolumeController(storage, caches),
    claimController(storage),
    volumeController(),
    snapshotController(storage),
  ];
  const manager = createManager({ client, caches, controllers, log, metrics });
  const health = await startHealth({ host: address, port: ports.health, registry: metrics.registry, ready: () => manager.ready() });
  let servers: NodeServers | undefined;
  try {
    const { runDir } = options;
    servers = await startNodeServers({ client, caches, hypervisor, storage, filled: storage.filled, runDir, address, ports, log });
    const node: AgentNode = { name: options.nodeName, address, kubeletPort: servers.ports.kubelet, hypervisor: hypervisor.kind };
    await registerNode(client, node);
    // On one machine `make up` brings it; a chart can not, since it brings its kind too.
    if (address !== loopback)
      await client.apply(VolumeSnapshotClass, snapshotClass as VolumeSnapshotClass, { fieldManager: "kumulus-node" });
    void renewNodeLease(client, node, log, signal);
    const running = manager.run(signal);
    await Promise.race([running, whenReady(manager.ready, signal)]);
    if (!signal.aborted) await endOrphans(deps, caches);
    startSweeping(storage, caches, log, signal);
    if (options.stoppedGuestsFile !== undefined) rmSync(options.stoppedGuestsFile, { force: true });
    await running;
  } finally {
    storage.imports.close();
    hypervisor.close();
    await servers?.stop();
    await health.stop();
  }
}

/** Runs until the signal aborts. Guests go on without it, and the next agent finds them again. */
export async function startNode(options: NodeOptions): Promise<void> {
  const connection = connect(options.kubeconfig);
  try {
    await run(options, kubeClient(connection, { fieldManager: "kumulus-node" }));
  } finally {
    await connection.close();
  }
}
