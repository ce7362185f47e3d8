// A server's volumes: which it may have, and what the guest has of them now. Pure.
import type { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { deviceName } from "../../../domain/compute/devices.ts";
import { volumeDiskName } from "../../../domain/compute/names.ts";
import type { Server, ServerStatusVolume } from "../../../models/compute/server.ts";
import type { Volume } from "../../../models/volume/volume.ts";
import { isLive, type Seen } from "./seen.ts";

const notThere = new Set(["creating", "downloading", "deleting", "error", "error_deleting"]);

/** The claim of a volume that is filled and that the Volume controller has given to this server: it alone decides between two that want one. */
export function heldClaim(server: Server, volume: Volume): string | undefined {
  const { phase = "creating", attachments = [], claimName } = volume.status ?? {};
  if (volume.metadata.deletionTimestamp || notThere.has(phase)) return undefined;
  return attachments.some((attachment) => attachment.server === server.metadata.name) ? claimName : undefined;
}

export function volumesStatus(server: Server, seen: Seen): ServerStatusVolume[] {
  const wanted = new Map((server.spec.volumes ?? []).map((entry) => [entry.name, entry]));
  const before = new Map((server.status?.volumes ?? []).map((entry) => [entry.name, entry]));
  const shown: ServerStatusVolume[] = [];
  for (const volume of seen.volumes) {
    const { name } = volume.metadata;
    const disk = diskState(volume, seen.vm, seen.vmi);
    const entry = wanted.get(name);
    if (!entry && !disk.defined && !disk.plugged) continue;
    const phase = entry ? (disk.attached ? "attached" : "attaching") : "detaching";
    const old = before.get(name);
    const device = deviceName(disk.target, entry?.device) ?? old?.device;
    const attachedAt = phase === "attaching" ? undefined : (old?.attachedAt ?? seen.now.toISOString());
    shown.push({ name, phase, ...(device && { device }), ...(attachedAt && { attachedAt }) });
  }
  const order = [...wanted.keys()];
  return shown.toSorted((a, b) => (order.indexOf(a.name) + 1 || 1e6) - (order.indexOf(b.name) + 1 || 1e6));
}

interface DiskState {
  /** It is in the VM's template. */
  defined: boolean;
  /** The run still holds it: it is detached only when its status entry is gone. */
  plugged: boolean;
  attached: boolean;
  target?: string;
}

function diskState(volume: Volume, vm: VirtualMachine | undefined, vmi: VirtualMachineInstance | undefined): DiskState {
  const name = volumeDiskName(volume);
  const entry = vm?.spec.template.spec?.volumes?.find((candidate) => candidate.name === name);
  const defined = entry !== undefined;
  if (!isLive(vmi)) return { defined, plugged: false, attached: defined };
  const status = vmi.status?.volumeStatus?.find((candidate) => candidate.name === name);
  if (!status) return { defined, plugged: false, attached: false };
  const hotplugged = entry?.persistentVolumeClaim?.hotpluggable ?? status.hotplugVolume !== undefined;
  const attached = hotplugged ? status.phase === "Ready" : status.target !== "";
  return { defined, plugged: true, attached, ...(status.target && { target: status.target }) };
}
