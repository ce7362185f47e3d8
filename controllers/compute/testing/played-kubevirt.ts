// KubeVirt's writes, played in its name by the samples' order: the contract that a cluster's engines and the node agent both fulfil.
import { setTimeout as sleep } from "node:timers/promises";
import { DataVolume } from "../../../clients/cdi/kinds.ts";
import {
  machineFinalizer,
  VirtualMachine,
  VirtualMachineInstance,
  type VirtualMachineInstanceStatus,
  type VirtualMachineStatus,
} from "../../../clients/kubevirt/kinds.ts";
import { type KubeVirt, underway } from "../../../clients/kubevirt/subresources.ts";
import { isCode, KumulusError } from "../../../domain/errors.ts";
import type { Context, ControllerDefinition, KubeClient, ObjectKey } from "../../../operator/contract.ts";
import { defineController, watch } from "../../../operator/controller/define-controller.ts";
import { isLive } from "../server/seen.ts";

export interface PlayOptions {
  /** How long a guest boots. */
  bootMs: number;
  /** No node has room. */
  unschedulable?: boolean;
}

type Notes = NonNullable<VirtualMachineStatus["stateChangeRequests"]>;
const key = ({ name, namespace }: ObjectKey): ObjectKey => (namespace === undefined ? { name } : { name, namespace });

/** virt-api. */
export function playedPower(client: KubeClient): KubeVirt & { readonly calls: string[] } {
  const calls: string[] = [];
  async function change(
    guest: ObjectKey,
    verb: string,
    notesOf: (vmi: VirtualMachineInstance | undefined, notes: Notes) => Notes,
  ): Promise<void> {
    calls.push(`${verb} ${guest.name}`);
    for (;;) {
      try {
        return await changeOnce(guest, notesOf);
      } catch (error) {
        if (!/has been modified/.test(String(error))) throw error;
      }
    }
  }
  async function changeOnce(guest: ObjectKey, notesOf: (vmi: VirtualMachineInstance | undefined, notes: Notes) => Notes): Promise<void> {
    const vm = await client.get(VirtualMachine, key(guest));
    const vmi = await client.get(VirtualMachineInstance, key(guest)).catch(() => undefined);
    const stateChangeRequests = notesOf(vmi, vm.status?.stateChangeRequests ?? []);
    const patch = { metadata: { resourceVersion: vm.metadata.resourceVersion }, status: { stateChangeRequests } };
    await client.patch(VirtualMachine, key(guest), patch, { subresource: "status" });
  }
  const free = (notes: Notes) => {
    if (notes.length > 0)
      throw new KumulusError("Unavailable", "unable to complete request: stop/start already underway", { reason: underway });
  };
  const stopNote = (vmi: VirtualMachineInstance) => ({ action: "Stop", uid: vmi.metadata.uid ?? "" });
  const note = async (verb: string, { name }: ObjectKey) => void calls.push(`${verb} ${name}`);
  return {
    calls,
    start: (guest) =>
      change(guest, "start", (vmi, notes) => {
        if (isLive(vmi)) throw new KumulusError("Conflict", "VM is already running");
        free(notes);
        return [...(vmi ? [stopNote(vmi)] : []), { action: "Start" }];
      }),
    stop: (guest) =>
      change(guest, "stop", (vmi) => {
        if (!isLive(vmi)) throw new KumulusError("Conflict", "VM is not running");
        return [stopNote(vmi)];
      }),
    restart: (guest) =>
      change(guest, "restart", (vmi, notes) => {
        if (!vmi) throw new KumulusError("Conflict", "VM is not running: Halted");
        free(notes);
        return [stopNote(vmi), { action: "Start" }];
      }),
    reset: (guest) => note("reset", guest),
    softReboot: (guest) => note("softReboot", guest),
    pause: (guest) => note("pause", guest),
    unpause: (guest) => note("unpause", guest),
    addVolume: (guest) => note("addVolume", guest),
    removeVolume: (guest) => note("removeVolume", guest),
  };
}

/** virt-controller and virt-handler. */
export function playedKubeVirt(options: PlayOptions): ControllerDefinition[] {
  return [machineController(), instanceController(options)];
}

function machineController(): ControllerDefinition {
  return defineController<VirtualMachine>({
    name: "played-virt-controller",
    kind: VirtualMachine,
    finalizer: machineFinalizer,
    owns: [DataVolume],
    watches: [watch(VirtualMachineInstance, ({ metadata }) => [metadata])],
    concurrency: 16,
    async reconcile(vm, ctx) {
      await makeDisks(vm, ctx);
      const vmi = ctx.get(VirtualMachineInstance, vm.metadata.name, vm.metadata.namespace);
      const notes = await carryOutNotes(vm, vmi, ctx);
      if (isLive(vmi)) await syncTemplate(vm, vmi, ctx);
      await showStatus(vm, ctx.get(VirtualMachineInstance, vm.metadata.name, vm.metadata.namespace), notes, ctx);
      return {};
    },
    async finalize(vm, ctx) {
      const vmi = ctx.get(VirtualMachineInstance, vm.metadata.name, vm.metadata.namespace);
      if (vmi) await ctx.delete(VirtualMachineInstance, key(vm.metadata));
      return ctx.get(VirtualMachineInstance, vm.metadata.name, vm.metadata.namespace) ? {} : "done";
    },
  });
}

async function makeDisks(vm: VirtualMachine, ctx: Context): Promise<void> {
  for (const { metadata, spec } of vm.spec.dataVolumeTemplates ?? []) {
    const name = metadata?.name ?? "";
    if (ctx.get(DataVolume, name, vm.metadata.namespace)) continue;
    const made: DataVolume = { apiVersion: "cdi.kubevirt.io/v1beta1", kind: "DataVolume", metadata: key({ ...vm.metadata, name }), spec };
    await ctx.create(DataVolume, made, { owner: vm }).catch((error: unknown) => {
      if (!isCode(error, "Conflict")) throw error;
    });
  }
}

const disksReady = (vm: VirtualMachine, ctx: Context) =>
  (vm.spec.dataVolumeTemplates ?? []).every(
    ({ metadata }) => ctx.get(DataVolume, metadata?.name ?? "", vm.metadata.namespace)?.status?.phase === "Succeeded",
  );

async function carryOutNotes(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined, ctx: Context): Promise<Notes> {
  const [first, ...rest] = vm.status?.stateChangeRequests ?? [];
  if (!first) return [];
  if (first.action === "Stop") {
    if (!vmi || vmi.metadata.uid !== first.uid) return rest;
    if (!vmi.metadata.deletionTimestamp) await ctx.delete(VirtualMachineInstance, key(vmi.metadata));
    return [first, ...rest];
  }
  if (vmi) return isLive(vmi) ? rest : [first, ...rest];
  if (disksReady(vm, ctx)) await ctx.create(VirtualMachineInstance, newInstance(vm), { owner: vm });
  return [first, ...rest];
}

function newInstance(vm: VirtualMachine): VirtualMachineInstance {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachineInstance",
    metadata: { ...key(vm.metadata), labels: { ...vm.spec.template.metadata?.labels } },
    spec: vm.spec.template.spec ?? { domain: { devices: {} } },
    status: { phase: "Pending" },
  };
}

/** Volumes and NICs of the template reach the run; a NIC that is absent and out leaves both. */
async function syncTemplate(vm: VirtualMachine, vmi: VirtualMachineInstance, ctx: Context): Promise<void> {
  const spec = vm.spec.template.spec;
  if (!spec || vmi.metadata.deletionTimestamp) return;
  const gone = (spec.domain.devices.interfaces ?? [])
    .filter(({ name, state }) => state === "absent" && !vmi.status?.interfaces?.some((nic) => nic.name === name))
    .map(({ name }) => name);
  const interfaces = (spec.domain.devices.interfaces ?? []).filter(({ name }) => !gone.includes(name));
  const networks = (spec.networks ?? []).filter(({ name }) => !gone.includes(name));
  const wanted = { domain: { devices: { interfaces, disks: spec.domain.devices.disks ?? [] } }, networks, volumes: spec.volumes ?? [] };
  if (gone.length > 0) {
    const patch = {
      metadata: { resourceVersion: vm.metadata.resourceVersion },
      spec: { template: { spec: { domain: { devices: { interfaces } }, networks } } },
    };
    await ctx.client.patch(VirtualMachine, key(vm.metadata), patch);
  }
  const has = {
    domain: { devices: { interfaces: vmi.spec.domain.devices.interfaces ?? [], disks: vmi.spec.domain.devices.disks ?? [] } },
    networks: vmi.spec.networks ?? [],
    volumes: vmi.spec.volumes ?? [],
  };
  if (JSON.stringify(has) !== JSON.stringify(wanted)) await ctx.client.patch(VirtualMachineInstance, key(vmi.metadata), { spec: wanted });
}

async function showStatus(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined, notes: Notes, ctx: Context): Promise<void> {
  const printableStatus = printable(vm, vmi, notes, ctx);
  const status = { printableStatus, created: vmi !== undefined, ready: printableStatus === "Running", stateChangeRequests: notes };
  const { created, ready, stateChangeRequests = [], printableStatus: shown } = vm.status ?? {};
  if (JSON.stringify(status) === JSON.stringify({ printableStatus: shown, created, ready, stateChangeRequests })) return;
  await ctx.client.patch(
    VirtualMachine,
    key(vm.metadata),
    { metadata: { resourceVersion: vm.metadata.resourceVersion }, status },
    { subresource: "status" },
  );
}

function printable(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined, notes: Notes, ctx: Context): string {
  if (isLive(vmi)) {
    if (vmi.metadata.deletionTimestamp) return "Stopping";
    if (vmi.status?.conditions?.some(({ type, status }) => type === "PodScheduled" && status === "False")) return "ErrorUnschedulable";
    return vmi.status?.phase === "Running" ? "Running" : "Starting";
  }
  return !vmi && notes.length >= 0 && !disksReady(vm, ctx) ? "Provisioning" : "Stopped";
}

function instanceController(options: PlayOptions): ControllerDefinition {
  return defineController<VirtualMachineInstance>({
    name: "played-virt-handler",
    kind: VirtualMachineInstance,
    finalizer: "kubevirt.io/foregroundDeleteVirtualMachine",
    concurrency: 64,
    async reconcile(vmi, ctx) {
      const phase = vmi.status?.phase;
      if (phase === "Pending" && options.unschedulable) {
        const lastTransitionTime = new Date(Date.now() - 60_000).toISOString();
        const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes", lastTransitionTime }];
        await show(vmi, { phase: "Scheduling", conditions }, ctx);
      } else if (phase === "Pending") await show(vmi, { phase: "Scheduled", nodeName: "node-1" }, ctx);
      else if (phase === "Scheduled") {
        await sleep(options.bootMs);
        const phaseTransitionTimestamps = [{ phase: "Running", phaseTransitionTimestamp: new Date().toISOString() }];
        await show(vmi, { phase: "Running", phaseTransitionTimestamps, ...devices(vmi) }, ctx);
      } else if (phase === "Running" && JSON.stringify(devices(vmi)) !== JSON.stringify(shownDevices(vmi)))
        await show(vmi, devices(vmi), ctx);
      return {};
    },
    async finalize(vmi, ctx) {
      if (isLive(vmi)) await show(vmi, { phase: "Succeeded" }, ctx);
      return "done";
    },
  });
}

async function show(vmi: VirtualMachineInstance, status: Partial<VirtualMachineInstanceStatus>, ctx: Context): Promise<void> {
  await ctx.client.patch(VirtualMachineInstance, key(vmi.metadata), {
    metadata: { resourceVersion: vmi.metadata.resourceVersion },
    status,
  });
}

function devices({ spec }: VirtualMachineInstance): Pick<VirtualMachineInstanceStatus, "interfaces" | "volumeStatus"> {
  const interfaces = (spec.domain.devices.interfaces ?? [])
    .filter(({ state }) => state !== "absent")
    .map(({ name, macAddress = "" }) => ({ name, mac: macAddress, infoSource: "domain" }));
  const volumeStatus = (spec.volumes ?? []).map(({ name, persistentVolumeClaim }, index) =>
    persistentVolumeClaim?.hotpluggable
      ? { name, phase: "Ready", target: `sd${String.fromCharCode(97 + index)}`, hotplugVolume: { attachPodName: "hp" } }
      : { name, target: `vd${String.fromCharCode(97 + index)}` },
  );
  return { interfaces, volumeStatus };
}

const shownDevices = ({ status }: VirtualMachineInstance) => ({
  interfaces: status?.interfaces ?? [],
  volumeStatus: status?.volumeStatus ?? [],
});
