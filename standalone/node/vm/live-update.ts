// Changes of a VM's template that reach a running guest: hotpluggable volumes, NICs and their link. Pure.
import type { VirtualMachine, VirtualMachineInstance, VirtualMachineInstanceSpec } from "../../../clients/kubevirt/kinds.ts";

type Spec = VirtualMachineInstanceSpec;
type Volume = NonNullable<Spec["volumes"]>[number];

const isHot = (volume: Volume) => (volume.persistentVolumeClaim?.hotpluggable ?? volume.dataVolume?.hotpluggable) === true;
const names = (list: readonly { name: string }[] | undefined) => new Set((list ?? []).map(({ name }) => name));

/** The VMI's spec with the template's hotpluggable volumes added, and those that left the template taken out. */
function withVolumes(spec: Spec, template: Spec): Spec {
  const [have, want] = [names(spec.volumes), names(template.volumes)];
  const kept = (name: string) => want.has(name) || !(spec.volumes ?? []).some((volume) => volume.name === name && isHot(volume));
  const added = (template.volumes ?? []).filter((volume) => isHot(volume) && !have.has(volume.name));
  const addedNames = names(added);
  const disks = [
    ...(spec.domain.devices.disks ?? []).filter(({ name }) => kept(name)),
    ...(template.domain.devices.disks ?? []).filter(({ name }) => addedNames.has(name)),
  ];
  const volumes = [...(spec.volumes ?? []).filter(({ name }) => kept(name)), ...added];
  return { ...spec, volumes, domain: { ...spec.domain, devices: { ...spec.domain.devices, disks } } };
}

/** New NICs are added, `state` is copied; a NIC that left the template without `state: absent` stays. */
function withInterfaces(spec: Spec, template: Spec): Spec {
  const have = names(spec.domain.devices.interfaces);
  const wanted = new Map((template.domain.devices.interfaces ?? []).map((nic) => [nic.name, nic]));
  const kept = (spec.domain.devices.interfaces ?? []).map((nic) => {
    const state = wanted.get(nic.name)?.state;
    return wanted.has(nic.name) && state !== nic.state ? { ...nic, ...(state === undefined ? { state: "up" } : { state }) } : nic;
  });
  const added = [...wanted.values()].filter(({ name, state }) => state !== "absent" && !have.has(name));
  const addedNames = names(added);
  const networks = [...(spec.networks ?? []), ...(template.networks ?? []).filter(({ name }) => addedNames.has(name))];
  const interfaces = [...kept, ...added];
  if (interfaces.length === 0 && !spec.domain.devices.interfaces) return spec;
  return { ...spec, networks, domain: { ...spec.domain, devices: { ...spec.domain.devices, interfaces } } };
}

function without(spec: Spec, gone: ReadonlySet<string>): Spec {
  if (gone.size === 0) return spec;
  const { devices } = spec.domain;
  return {
    ...spec,
    ...(spec.networks ? { networks: spec.networks.filter(({ name }) => !gone.has(name)) } : {}),
    domain: { ...spec.domain, devices: { ...devices, interfaces: (devices.interfaces ?? []).filter(({ name }) => !gone.has(name)) } },
  };
}

/** NICs that are to go and that no guest has any more. */
function unplugged(spec: Spec, vmi: VirtualMachineInstance | undefined): Set<string> {
  const inGuest = names((vmi?.status?.interfaces ?? []).map(({ name = "" }) => ({ name })));
  const asked = new Set((spec.domain.devices.interfaces ?? []).flatMap(({ name, state }) => (state === "absent" ? [name] : [])));
  // Before the guest runs its status lists no NICs, though it may be starting with them.
  const starting = vmi !== undefined && !["Running", "Succeeded", "Failed"].includes(vmi.status?.phase ?? "");
  const inSpec = starting ? names(vmi.spec.domain.devices.interfaces) : new Set<string>();
  return new Set([...asked].filter((name) => !inGuest.has(name) && !inSpec.has(name)));
}

export interface LiveUpdate {
  /** New spec of the VMI; the same object when nothing changes. */
  instance: Spec | undefined;
  /** New template spec of the VM: without NICs that were taken out. */
  template: Spec;
}

export function liveUpdate(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined): LiveUpdate {
  const template = vm.spec.template.spec as Spec;
  const left = without(template, unplugged(template, vmi));
  if (!vmi || vmi.metadata.deletionTimestamp !== undefined) return { instance: vmi?.spec, template: left };
  const updated = withInterfaces(withVolumes(vmi.spec, template), template);
  return { instance: without(updated, unplugged(updated, vmi)), template: left };
}
