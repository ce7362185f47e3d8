// Verbs on VirtualMachineInstances: they act on the guest at once.
import { VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { isCode } from "../../../domain/errors.ts";
import type { KubeClient, ObjectKey } from "../../../operator/contract.ts";
import type { Hypervisor } from "../guest/hypervisor.ts";
import { conflict, notFound } from "./status-error.ts";

export type InstanceVerb = (hypervisor: Hypervisor, uid: string, refuse: (words: string) => Error) => Promise<void>;

/** The running guest of a VMI; 404 without a VMI, 409 while it does not run. */
export async function runningGuest(client: KubeClient, hypervisor: Hypervisor, key: ObjectKey): Promise<string> {
  try {
    const vmi = await client.get(VirtualMachineInstance, key);
    const uid = vmi.metadata.uid ?? "";
    const phase = hypervisor.get(uid)?.phase;
    if (vmi.status?.phase === "Running" && phase !== undefined && phase !== "ended") return uid;
  } catch (error) {
    if (isCode(error, "NotFound")) throw notFound("virtualmachineinstance", key.name);
    throw error;
  }
  throw conflict("virtualmachineinstance", key.name, "VM is not running");
}

const isPaused = (hypervisor: Hypervisor, uid: string) => hypervisor.get(uid)?.phase === "paused";

/** By the last segment of `PUT virtualmachineinstances/<name>/<verb>`; success is 200 without a body. */
export const instanceVerbs: ReadonlyMap<string, InstanceVerb> = new Map<string, InstanceVerb>([
  [
    "pause",
    async (hypervisor, uid, refuse) => {
      if (isPaused(hypervisor, uid)) throw refuse("VMI is already paused");
      await hypervisor.pause(uid);
    },
  ],
  [
    "unpause",
    async (hypervisor, uid, refuse) => {
      if (!isPaused(hypervisor, uid)) throw refuse("VMI is not paused");
      await hypervisor.resume(uid);
    },
  ],
  [
    "softreboot",
    async (hypervisor, uid, refuse) => {
      if (isPaused(hypervisor, uid)) throw refuse("VMI is paused");
      await hypervisor.reboot(uid);
    },
  ],
  ["reset", (hypervisor, uid) => hypervisor.reset(uid)],
]);
