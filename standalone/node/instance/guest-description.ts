// From a VMI to a guest: its claims become files, its networks plugs. Reads caches, touches the volume store and the config drive.

import type { VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { NetworkAttachmentDefinition } from "../../../clients/multus/kinds.ts";
import { Waiting } from "../../../domain/errors.ts";
import { bytesOf } from "../../../domain/volume/quantity.ts";
import type { Context } from "../../../operator/contract.ts";
import { PersistentVolume, PersistentVolumeClaim, Secret } from "../../../operator/kube/core-kinds.ts";
import { configDriveFiles } from "../config-drive/content.ts";
import { writeConfigDrive } from "../config-drive/iso.ts";
import { configDriveInput } from "../config-drive/source.ts";
import { guestPaths } from "../guest/guest-paths.ts";
import type { GuestDisk, GuestNic, GuestSpec } from "../guest/guest-spec.ts";
import { nadKey, parsePlugConfig, tapName } from "../plug/nad.ts";
import type { Plug } from "../plug/plugs.ts";
import type { InstanceDeps } from "./deps.ts";
import { claimOf, diskOf, isHotplug, placement, type Volume } from "./volumes.ts";

const defaultMemoryBytes = 128 * 2 ** 20;
const models = { virtio: "virtio-net-pci", e1000e: "e1000e", e1000: "e1000", rtl8139: "rtl8139" } as const;

export interface NicPlan {
  nic: GuestNic;
  plug: Plug;
}

const uuidOf = ({ spec, metadata }: VirtualMachineInstance) => spec.domain.firmware?.uuid ?? metadata.uid ?? "";

/** Throws Waiting for a NetworkAttachmentDefinition that is not there, Terminal for one that makes no sense. */
export function nicPlan(vmi: VirtualMachineInstance, name: string, ctx: Context): NicPlan {
  const network = vmi.spec.networks?.find((each) => each.name === name);
  const nic = vmi.spec.domain.devices.interfaces?.find((each) => each.name === name);
  const key = nadKey(network?.multus?.networkName ?? name, vmi.metadata.namespace ?? "");
  const nad = ctx.get(NetworkAttachmentDefinition, key.name, key.namespace);
  if (!nad) throw new Waiting("NetworkMissing", `Waiting for NetworkAttachmentDefinition ${key.namespace}/${key.name}`);
  const config = parsePlugConfig(key.name, nad.spec.config);
  const mac = nic?.macAddress ?? config.mac ?? "";
  const tap = tapName(config.port);
  const model = models[(nic?.model ?? "virtio") as keyof typeof models] ?? models.virtio;
  return {
    nic: {
      name,
      port: config.port,
      tap,
      mac,
      mtu: config.mtu,
      model,
      linkUp: nic?.state !== "down",
      ...(nic?.bootOrder === undefined ? {} : { bootIndex: nic.bootOrder }),
    },
    plug: { tap, bridge: config.bridge, port: config.port, mac, mtu: config.mtu, owner: vmi.metadata.uid ?? "", vmUuid: uuidOf(vmi) },
  };
}

/** Networks that a guest should have: Multus ones that are not on their way out. */
export function wantedNics({ spec }: VirtualMachineInstance): string[] {
  const leaving = new Set((spec.domain.devices.interfaces ?? []).flatMap(({ name, state }) => (state === "absent" ? [name] : [])));
  return (spec.networks ?? []).flatMap(({ name, multus }) => (multus && !leaving.has(name) ? [name] : []));
}

function handleOf(vmi: VirtualMachineInstance, claimName: string, ctx: Context): string {
  const claim = ctx.get(PersistentVolumeClaim, claimName, vmi.metadata.namespace);
  const volumeName = claim?.status?.phase === "Bound" ? claim.spec?.volumeName : undefined;
  const volume = volumeName === undefined ? undefined : ctx.get(PersistentVolume, volumeName);
  const handle = volume?.spec?.csi?.volumeHandle;
  if (handle === undefined) throw new Waiting("ClaimNotBound", `Waiting for PersistentVolumeClaim ${claimName} to be bound`);
  return handle;
}

/** The disk of one volume, its file ready for this guest; undefined for a kind of volume that is no disk here. */
export async function guestDisk(
  vmi: VirtualMachineInstance,
  volume: Volume,
  taken: ReadonlySet<string>,
  ctx: Context,
  deps: InstanceDeps,
): Promise<GuestDisk | undefined> {
  const { uid = "", namespace } = vmi.metadata;
  const place = placement(diskOf(vmi, volume.name), taken);
  const common = { name: volume.name, hotplug: isHotplug(volume), ...place };
  const claim = claimOf(volume);
  if (claim !== undefined) {
    const handle = handleOf(vmi, claim, ctx);
    return { ...common, volume: handle, path: await deps.store.acquire(handle), format: "qcow2" };
  }
  if (volume.emptyDisk) {
    const handle = `empty-${uid}-${volume.name}`;
    await deps.store.createBlank(handle, bytesOf(volume.emptyDisk.capacity) ?? 0);
    return { ...common, volume: handle, path: await deps.store.acquire(handle), format: "qcow2" };
  }
  const input = configDriveInput(vmi, volume, (name) => ctx.get(Secret, name, namespace));
  if (!input) return undefined;
  const path = guestPaths(deps.runDir, uid).configDrive;
  if (deps.hypervisor.kind === "qemu") await writeConfigDrive(path, configDriveFiles(input));
  return { ...common, path, format: "raw", readOnly: true };
}

export async function guestSpec(vmi: VirtualMachineInstance, nics: GuestNic[], ctx: Context, deps: InstanceDeps): Promise<GuestSpec> {
  const { uid = "", name, namespace = "" } = vmi.metadata;
  const { domain } = vmi.spec;
  const disks: GuestDisk[] = [];
  const taken = new Set<string>();
  for (const volume of inDiskOrder(vmi)) {
    const disk = await guestDisk(vmi, volume, taken, ctx, deps);
    if (!disk) continue;
    disks.push(disk);
    taken.add(disk.target);
  }
  return {
    uid,
    namespace,
    name,
    uuid: uuidOf(vmi),
    sockets: domain.cpu?.sockets ?? 1,
    cores: domain.cpu?.cores ?? 1,
    threads: domain.cpu?.threads ?? 1,
    memoryBytes: bytesOf(domain.memory?.guest) ?? bytesOf(domain.resources?.requests?.memory as string | undefined) ?? defaultMemoryBytes,
    disks,
    nics,
    startPaused: vmi.spec.startStrategy === "Paused",
    graphics: domain.devices.autoattachGraphicsDevice !== false,
  };
}

/** Disks keep the order of spec.domain.devices.disks, as their names in the guest follow from it. */
function inDiskOrder({ spec }: VirtualMachineInstance): Volume[] {
  const order = (spec.domain.devices.disks ?? []).map(({ name }) => name);
  const rank = ({ name }: Volume) => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...(spec.volumes ?? [])].sort((one, other) => rank(one) - rank(other));
}
