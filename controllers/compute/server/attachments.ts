// What changes in a VirtualMachine after it was made: its NICs and its volumes. Pure.
import type { VirtualMachine, VirtualMachineInstance, VirtualMachineInstanceSpec } from "../../../clients/kubevirt/kinds.ts";
import { attachmentName, interfaceName, volumeDiskName } from "../../../domain/compute/names.ts";
import { idOf } from "../../../domain/id.ts";
import type { Port } from "../../../models/network/port.ts";
import type { Volume } from "../../../models/volume/volume.ts";
import { isLive } from "./seen.ts";

type Devices = VirtualMachineInstanceSpec["domain"]["devices"];
type Interface = NonNullable<Devices["interfaces"]>[number];
type Network = NonNullable<VirtualMachineInstanceSpec["networks"]>[number];
type Disk = NonNullable<Devices["disks"]>[number];
type MachineVolume = NonNullable<VirtualMachineInstanceSpec["volumes"]>[number];

export function interfaceOf(port: Port, model = "virtio"): Interface {
  return { name: interfaceName(port), bridge: {}, model, macAddress: port.status?.macAddress ?? "" };
}

export function networkOf(port: Port): Network {
  return { name: interfaceName(port), multus: { networkName: attachmentName(port) } };
}

/** A volume's disk; scsi, since PCI slots for hotplug are few. */
export function volumeDisk(volume: Volume): { disk: Disk; source: Omit<MachineVolume, "name"> } {
  const claimName = volume.status?.claimName ?? volume.metadata.name;
  return {
    disk: {
      name: volumeDiskName(volume),
      disk: { bus: "scsi", ...(volume.spec.readOnly ? { readonly: true } : {}) },
      serial: idOf(volume),
    },
    source: { persistentVolumeClaim: { claimName, hotpluggable: true } },
  };
}

/**
 * The VM with exactly these NICs and volumes, or undefined when it has them. Only hotpluggable disks are touched: the root stays. A NIC of a guest
 * that runs leaves through `state: absent`, since one that is just taken off the list stays plugged; KubeVirt takes it off when it is out.
 */
export function withAttachments(
  vm: VirtualMachine,
  vmi: VirtualMachineInstance | undefined,
  wanted: { ports: readonly Port[]; volumes: readonly Volume[] },
): VirtualMachine | undefined {
  const spec = vm.spec.template.spec;
  if (!spec) return undefined;
  const nics = withNics(spec, wanted.ports, isLive(vmi));
  const storage = withVolumes(spec, wanted.volumes);
  if (!nics && !storage) return undefined;
  const devices: Devices = {
    ...spec.domain.devices,
    ...(nics && { interfaces: nics.interfaces }),
    ...(storage && { disks: storage.disks }),
  };
  const changed: VirtualMachineInstanceSpec = {
    ...spec,
    domain: { ...spec.domain, devices },
    ...(nics && { networks: nics.networks }),
    ...(storage && { volumes: storage.volumes }),
  };
  const { name, namespace, labels, finalizers, resourceVersion } = vm.metadata;
  return {
    apiVersion: vm.apiVersion,
    kind: vm.kind,
    // The version guards the lists: between reading and writing KubeVirt may have taken a NIC off.
    metadata: {
      name,
      ...(namespace && { namespace }),
      ...(labels && { labels }),
      ...(finalizers && { finalizers }),
      ...(resourceVersion && { resourceVersion }),
    },
    spec: { ...vm.spec, template: { ...vm.spec.template, spec: changed } },
  };
}

function withNics(spec: VirtualMachineInstanceSpec, ports: readonly Port[], live: boolean) {
  const interfaces = spec.domain.devices.interfaces ?? [];
  const networks = spec.networks ?? [];
  const wanted = new Map(ports.map((port) => [interfaceName(port), port]));
  const missing = ports.filter((port) => !interfaces.some(({ name }) => name === interfaceName(port)));
  const unwanted = new Set(
    interfaces.filter(({ name, state }) => !wanted.has(name) && !(live && state === "absent")).map(({ name }) => name),
  );
  if (missing.length === 0 && unwanted.size === 0) return undefined;
  const kept: Interface[] = live
    ? interfaces.map((nic) => (unwanted.has(nic.name) ? { ...nic, state: "absent" } : nic))
    : interfaces.filter(({ name }) => !unwanted.has(name));
  return {
    interfaces: [...kept, ...missing.map((port) => interfaceOf(port))],
    networks: [...(live ? networks : networks.filter(({ name }) => !unwanted.has(name))), ...missing.map(networkOf)],
  };
}

function withVolumes(spec: VirtualMachineInstanceSpec, wanted: readonly Volume[]) {
  const volumes = spec.volumes ?? [];
  const disks = spec.domain.devices.disks ?? [];
  const names = new Set(wanted.map(volumeDiskName));
  const gone = new Set(
    volumes.filter(({ name, persistentVolumeClaim }) => persistentVolumeClaim?.hotpluggable && !names.has(name)).map(({ name }) => name),
  );
  const missing = wanted.filter((volume) => !volumes.some(({ name }) => name === volumeDiskName(volume)));
  if (gone.size === 0 && missing.length === 0) return undefined;
  const added = missing.map(volumeDisk);
  return {
    disks: [...disks.filter(({ name }) => !gone.has(name)), ...added.map(({ disk }) => disk)],
    volumes: [...volumes.filter(({ name }) => !gone.has(name)), ...added.map(({ disk, source }) => ({ name: disk.name, ...source }))],
  };
}

/** Whether a Port's NIC is in the guest or on its way in or out. */
export function isPlugged(port: Port, vm: VirtualMachine | undefined, vmi: VirtualMachineInstance | undefined): boolean {
  const name = interfaceName(port);
  const inTemplate = vm?.spec.template.spec?.domain.devices.interfaces?.some((nic) => nic.name === name) ?? false;
  return inTemplate || (isLive(vmi) && (vmi.status?.interfaces?.some((nic) => nic.name === name) ?? false));
}
