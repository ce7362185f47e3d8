// addvolume and removevolume: edits of the VM's template, exactly as a patch of it would be. Pure.
import type { VirtualMachine } from "../../../clients/kubevirt/kinds.ts";
import { type Disk, isHotplug, type Volume } from "../instance/volumes.ts";
import { type Answer, conflict, refusal } from "./answers.ts";

export interface AddVolumeBody {
  name?: string;
  disk?: Omit<Disk, "name">;
  volumeSource?: Omit<Volume, "name">;
}

function withDevices(vm: VirtualMachine, volumes: Volume[], disks: Disk[]): VirtualMachine {
  const template = vm.spec.template;
  if (!template.spec) return vm;
  const { domain } = template.spec;
  const spec = { ...template.spec, volumes, domain: { ...domain, devices: { ...domain.devices, disks } } };
  return { ...vm, spec: { ...vm.spec, template: { ...template, spec } } };
}

const volumesOf = (vm: VirtualMachine) => vm.spec.template.spec?.volumes ?? [];
const disksOf = (vm: VirtualMachine) => vm.spec.template.spec?.domain.devices.disks ?? [];

export function addVolume(vm: VirtualMachine, { name = "", disk, volumeSource }: AddVolumeBody): VirtualMachine | Answer {
  if (!name) return refusal(400, "AddVolumeOptions requires name to be set");
  if (!disk) return refusal(400, "AddVolumeOptions requires disk to not be nil");
  if (!volumeSource) return refusal(400, "AddVolumeOptions requires VolumeSource to not be nil");
  if (volumesOf(vm).some((volume) => volume.name === name))
    return conflict("virtualmachine", vm.metadata.name, `Unable to add volume [${name}] because volume with that name already exists`);
  const { persistentVolumeClaim: claim, dataVolume } = volumeSource;
  const volume: Volume = {
    name,
    ...(claim ? { persistentVolumeClaim: { ...claim, hotpluggable: true } } : {}),
    ...(dataVolume ? { dataVolume: { ...dataVolume, hotpluggable: true } } : {}),
  };
  return withDevices(vm, [...volumesOf(vm), volume], [...disksOf(vm), { ...disk, name }]);
}

export function removeVolume(vm: VirtualMachine, { name = "" }: { name?: string }): VirtualMachine | Answer {
  const volume = volumesOf(vm).find((each) => each.name === name);
  const words = (why: string) => conflict("virtualmachine", vm.metadata.name, `Unable to remove volume [${name}] because it ${why}`);
  if (!volume) return words("does not exist");
  if (!isHotplug(volume)) return words("is not hotpluggable");
  return withDevices(
    vm,
    volumesOf(vm).filter((each) => each.name !== name),
    disksOf(vm).filter((each) => each.name !== name),
  );
}
