// Verbs on VirtualMachines: they leave notes in the VM's status, or edit its template.
import { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { isCode } from "../../../domain/errors.ts";
import type { Kind, KubeObject } from "../../../models/kind.ts";
import type { KubeClient, ObjectKey } from "../../../operator/contract.ts";
import { type PowerBody, type PowerOrder, restart, start, stop } from "./power-requests.ts";
import { badRequest, conflict, notFound, Refusal } from "./status-error.ts";

interface VolumeBody {
  name?: string;
  disk?: object;
  volumeSource?: object;
}

export type MachineVerb = (client: KubeClient, key: ObjectKey, body: PowerBody & VolumeBody) => Promise<void>;

async function find<T extends KubeObject>(client: KubeClient, kind: Kind<T>, key: ObjectKey): Promise<T | undefined> {
  try {
    return await client.get(kind, key);
  } catch (error) {
    if (isCode(error, "NotFound")) return undefined;
    throw error;
  }
}

async function machine(client: KubeClient, key: ObjectKey): Promise<VirtualMachine> {
  const vm = await find(client, VirtualMachine, key);
  if (!vm) throw notFound("virtualmachine", key.name);
  return vm;
}

const attempts = 5;

/** Writers of a VM's status clash: whoever lost looks again and decides again. */
async function again<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = attempts; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (!isCode(error, "Conflict") || left === 0) throw error;
    }
  }
}

type Decide = typeof start;

const power =
  (decide: Decide): MachineVerb =>
  (client, key, body) =>
    again(async () => {
      const vm = await machine(client, key);
      const vmi = await find(client, VirtualMachineInstance, key);
      const order: PowerOrder | Refusal = decide(vm, vmi, body);
      if (order instanceof Refusal) throw order;
      if (order.graceSeconds !== undefined && vmi) {
        await client.patch(VirtualMachineInstance, key, { spec: { terminationGracePeriodSeconds: order.graceSeconds } });
      }
      const { resourceVersion = "" } = vm.metadata;
      const patch = { metadata: { resourceVersion }, status: { stateChangeRequests: order.requests } };
      await client.patch(VirtualMachine, key, patch, { subresource: "status" });
    });

const edit =
  (change: (vm: VirtualMachine, body: VolumeBody) => void): MachineVerb =>
  async (client, key, body) => {
    await again(async () => {
      const vm = structuredClone(await machine(client, key));
      change(vm, body);
      await client.replace(VirtualMachine, vm, { strict: true });
    });
  };

const addVolume = edit((vm, { name, disk, volumeSource }) => {
  if (!name) throw badRequest("AddVolumeOptions requires name to be set");
  if (!disk) throw badRequest("AddVolumeOptions requires disk to not be nil");
  if (!volumeSource) throw badRequest("AddVolumeOptions requires VolumeSource to not be nil");
  const { spec } = vm.spec.template;
  if (spec?.volumes?.some((volume) => volume.name === name)) {
    throw conflict("virtualmachine", vm.metadata.name, `Unable to add volume [${name}] because volume with that name already exists`);
  }
  const source = Object.fromEntries(
    Object.entries(volumeSource).map(([kind, value]) => [kind, { ...(value as object), hotpluggable: true }]),
  );
  if (!spec) return;
  spec.volumes = [...(spec.volumes ?? []), { name, ...source }];
  spec.domain.devices.disks = [...(spec.domain.devices.disks ?? []), { ...disk, name }];
});

const removeVolume = edit((vm, { name }) => {
  const { spec } = vm.spec.template;
  const volume = spec?.volumes?.find((each) => each.name === name);
  const refused = (why: string) => conflict("virtualmachine", vm.metadata.name, `Unable to remove volume [${name}] because ${why}`);
  if (!spec || !volume) throw refused("it does not exist");
  if (!(volume.persistentVolumeClaim?.hotpluggable || volume.dataVolume?.hotpluggable)) throw refused("it is not hotpluggable");
  spec.volumes = spec.volumes?.filter((each) => each !== volume) ?? [];
  spec.domain.devices.disks = spec.domain.devices.disks?.filter((disk) => disk.name !== name) ?? [];
});

/** By the last segment of `PUT virtualmachines/<name>/<verb>`; success is 202 without a body. */
export const machineVerbs: ReadonlyMap<string, MachineVerb> = new Map([
  ["start", power(start)],
  ["stop", power(stop)],
  ["restart", power(restart)],
  ["addvolume", addVolume],
  ["removevolume", removeVolume],
]);
