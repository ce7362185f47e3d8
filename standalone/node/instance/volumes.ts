// Volumes of a VMI: which claim each is, where its disk goes, and what status.volumeStatus says of it. Pure.
import type { VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import type { PersistentVolumeClaim } from "../../../operator/kube/core-kinds.ts";
import type { GuestDisk } from "../guest/guest-spec.ts";

export type Volume = NonNullable<VirtualMachineInstance["spec"]["volumes"]>[number];
export type Disk = NonNullable<VirtualMachineInstance["spec"]["domain"]["devices"]["disks"]>[number];
export type VolumeStatus = NonNullable<NonNullable<VirtualMachineInstance["status"]>["volumeStatus"]>[number];

export const claimOf = (volume: Volume): string | undefined => volume.persistentVolumeClaim?.claimName ?? volume.dataVolume?.name;
export const isHotplug = (volume: Volume): boolean =>
  (volume.persistentVolumeClaim?.hotpluggable ?? volume.dataVolume?.hotpluggable) === true;

export const claimsOf = ({ spec }: VirtualMachineInstance): string[] =>
  (spec.volumes ?? []).flatMap((volume) => {
    const claim = claimOf(volume);
    return claim === undefined ? [] : [claim];
  });

/** The disk of a volume; one that has none becomes a virtio disk. */
export function diskOf({ spec }: VirtualMachineInstance, volume: string): Disk {
  return spec.domain.devices.disks?.find(({ name }) => name === volume) ?? { name: volume, disk: { bus: "virtio" } };
}

type Placement = Pick<GuestDisk, "bus" | "cdrom" | "readOnly" | "serial" | "bootIndex" | "target">;

const prefixes = { virtio: "vd", scsi: "sd", sata: "sd" } as const;

function freeTarget(prefix: string, taken: ReadonlySet<string>): string {
  for (let index = 0; ; index++) {
    const high = index < 26 ? "" : String.fromCharCode(96 + Math.floor(index / 26));
    const name = `${prefix}${high}${String.fromCharCode(97 + (index % 26))}`;
    if (!taken.has(name)) return name;
  }
}

export function placement(disk: Disk, taken: ReadonlySet<string>): Placement {
  const asked = disk.disk?.bus ?? disk.cdrom?.bus ?? disk.lun?.bus ?? (disk.cdrom ? "sata" : "virtio");
  const bus = asked === "scsi" || asked === "sata" ? asked : "virtio";
  return {
    bus,
    cdrom: disk.cdrom !== undefined,
    readOnly: disk.cdrom !== undefined || disk.disk?.readonly === true,
    target: freeTarget(prefixes[bus], taken),
    ...(disk.serial === undefined ? {} : { serial: disk.serial }),
    ...(disk.bootOrder === undefined ? {} : { bootIndex: disk.bootOrder }),
  };
}

function claimInfo(claim: PersistentVolumeClaim): VolumeStatus["persistentVolumeClaimInfo"] {
  const { accessModes, volumeMode, resources } = claim.spec ?? {};
  return {
    claimName: claim.metadata.name,
    accessModes: accessModes as never,
    volumeMode: (volumeMode ?? "Filesystem") as never,
    capacity: (claim.status?.capacity ?? {}) as never,
    requests: (resources?.requests ?? {}) as never,
    filesystemOverhead: "0",
  };
}

export interface VolumeView {
  volume: Volume;
  claim: PersistentVolumeClaim | undefined;
  /** The disk in the guest. */
  disk: GuestDisk | undefined;
  attachPod: string;
}

/** What a hotpluggable volume's entry says at each step. */
function hotplugState({ volume: { name }, claim, disk, attachPod }: VolumeView): Partial<VolumeStatus> {
  const hotplugVolume = { attachPodName: attachPod };
  if (disk) return { hotplugVolume, phase: "Ready", reason: "VolumeReady", message: `Successfully attach hotplugged volume ${name} to VM` };
  if (claim?.status?.phase !== "Bound")
    return { hotplugVolume: {}, phase: claim ? "Bound" : "Pending", reason: "PVCNotReady", message: "PVC is not ready" };
  const message = `Created hotplug attachment pod ${attachPod}, for volume ${name}`;
  return { hotplugVolume, phase: "AttachedToNode", reason: "SuccessfulCreate", message };
}

export function volumeStatus(view: VolumeView): VolumeStatus {
  const { volume, claim, disk } = view;
  return {
    name: volume.name,
    target: disk?.target ?? "",
    ...(claim ? { persistentVolumeClaimInfo: claimInfo(claim) } : {}),
    ...(isHotplug(volume) ? hotplugState(view) : {}),
  };
}

export const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0);
