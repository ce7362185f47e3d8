// subresources.kubevirt.io/v1: what virt-api does with the verbs on VMs and VMIs.
import { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { isCode } from "../../../domain/errors.ts";
import type { Kind, KubeObject } from "../../../models/kind.ts";
import type { KubeClient } from "../../../operator/contract.ts";
import { hasCondition } from "../conditions.ts";
import type { Hypervisor } from "../guest/hypervisor.ts";
import { type Answer, conflict, done, notFound, refusal } from "./answers.ts";
import { isRefused, type PowerBody, type PowerVerb, powerNote } from "./power-verbs.ts";
import { type AddVolumeBody, addVolume, removeVolume } from "./volume-verbs.ts";

const attempts = 8;

export interface Call {
  resource: "virtualmachines" | "virtualmachineinstances";
  namespace: string;
  name: string;
  verb: string;
  body: unknown;
}

const path = /^\/apis\/subresources\.kubevirt\.io\/v1\/namespaces\/([^/]+)\/(virtualmachines|virtualmachineinstances)\/([^/]+)\/([^?]+)$/;

/** The parts of a subresource's path. */
export function parsePath(url: string): Omit<Call, "body"> | undefined {
  const [, namespace, resource, name, verb] = path.exec(url.split("?")[0] ?? "") ?? [];
  if (!namespace || !resource || !name || !verb) return undefined;
  return { namespace: decodeURIComponent(namespace), resource: resource as Call["resource"], name: decodeURIComponent(name), verb };
}

async function find<T extends KubeObject>(client: KubeClient, kind: Kind<T>, { name, namespace }: Call): Promise<T | undefined> {
  return client.get(kind, { name, namespace }).catch((error: unknown) => {
    if (isCode(error, "NotFound")) return undefined;
    throw error;
  });
}

/** Tries again when somebody else wrote in between. */
async function insisting(work: () => Promise<Answer>): Promise<Answer> {
  for (let left = attempts; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (!isCode(error, "Conflict") || left <= 1) throw error;
    }
  }
}

async function power(call: Call, client: KubeClient): Promise<Answer> {
  const vm = await find(client, VirtualMachine, call);
  if (!vm) return notFound("virtualmachine", call.name);
  const vmi = await find(client, VirtualMachineInstance, call);
  const result = powerNote(call.verb as PowerVerb, vm, vmi, (call.body ?? {}) as PowerBody);
  if (isRefused(result)) return result;
  if (vmi && result.graceSeconds !== undefined)
    await client.patch(VirtualMachineInstance, call, { spec: { terminationGracePeriodSeconds: result.graceSeconds } });
  const guarded = { metadata: { resourceVersion: vm.metadata.resourceVersion }, status: { stateChangeRequests: result.requests } };
  await client.patch(VirtualMachine, call, guarded, { subresource: "status" });
  return done(202);
}

async function editVolumes(call: Call, client: KubeClient): Promise<Answer> {
  const vm = await find(client, VirtualMachine, call);
  if (!vm) return notFound("virtualmachine", call.name);
  const edited =
    call.verb === "addvolume"
      ? addVolume(vm, (call.body ?? {}) as AddVolumeBody)
      : removeVolume(vm, (call.body ?? {}) as { name?: string });
  if ("code" in edited) return edited;
  await client.replace(VirtualMachine, edited);
  return done(202);
}

async function migrate(call: Call, client: KubeClient): Promise<Answer> {
  const vmi = await find(client, VirtualMachineInstance, call);
  if (!vmi) return notFound("virtualmachineinstance", call.name);
  if (vmi.status?.phase !== "Running") return conflict("virtualmachine", call.name, "VM is not running");
  return refusal(400, "there is no other node to migrate to");
}

const machineVerbs: Record<string, (call: Call, client: KubeClient) => Promise<Answer>> = {
  start: power,
  stop: power,
  restart: power,
  addvolume: editVolumes,
  removevolume: editVolumes,
  migrate,
};

type GuestVerb = (uid: string, isPaused: boolean, hypervisor: Hypervisor) => Promise<void> | string;

const guestVerbs: Record<string, GuestVerb> = {
  pause: (uid, isPaused, hypervisor) => (isPaused ? "VMI is already paused" : hypervisor.pause(uid)),
  unpause: (uid, isPaused, hypervisor) => (isPaused ? hypervisor.resume(uid) : "VMI is not paused"),
  softreboot: (uid, isPaused, hypervisor) => (isPaused ? "VMI is paused" : hypervisor.reboot(uid)),
  reset: (uid, _isPaused, hypervisor) => hypervisor.reset(uid),
};

/** The VMI of a guest that runs, or why it can not be used. */
export async function runningInstance(call: Call, client: KubeClient, hypervisor: Hypervisor): Promise<VirtualMachineInstance | Answer> {
  const vmi = await find(client, VirtualMachineInstance, call);
  if (!vmi) return notFound("virtualmachineinstance", call.name);
  const phase = hypervisor.get(vmi.metadata.uid ?? "")?.phase;
  const runs = vmi.status?.phase === "Running" && phase !== undefined && phase !== "ended";
  return runs ? vmi : conflict("virtualmachineinstance", call.name, "VMI is not running");
}

async function guestCall(call: Call, client: KubeClient, hypervisor: Hypervisor): Promise<Answer> {
  const vmi = await runningInstance(call, client, hypervisor);
  if ("code" in vmi) return vmi;
  const uid = vmi.metadata.uid ?? "";
  if (call.verb === "vnc/screenshot") {
    if (hypervisor.get(uid)?.spec.graphics === false) return refusal(400, "No graphics devices are present.");
    return { code: 200, body: await hypervisor.screenshot(uid), contentType: "image/png" };
  }
  const isPaused = hypervisor.get(uid)?.phase === "paused" || hasCondition(vmi.status?.conditions, "Paused");
  const refused = await guestVerbs[call.verb]?.(uid, isPaused, hypervisor);
  return typeof refused === "string" ? conflict("virtualmachineinstance", call.name, refused) : done(200);
}

const pageNotFound: Answer = { code: 404, body: "404: Page Not Found", contentType: "text/plain" };

function ownedByMachine({ namespace, name }: Call): Answer {
  return refusal(400, `VMI ${namespace}/${name} is owned by a VM`);
}

export async function answerCall(call: Call, method: string, client: KubeClient, hypervisor: Hypervisor): Promise<Answer> {
  const isMachine = call.resource === "virtualmachines";
  const work = isMachine ? machineVerbs[call.verb] : undefined;
  if (work && method === "PUT") return insisting(() => work(call, client));
  if (isMachine) return pageNotFound;
  if (method === "PUT" && (call.verb === "addvolume" || call.verb === "removevolume")) return ownedByMachine(call);
  const isRead = method === "GET" && ["console", "vnc", "vnc/screenshot"].includes(call.verb);
  if (!isRead && !(method === "PUT" && call.verb in guestVerbs)) return pageNotFound;
  if (call.verb === "console" || call.verb === "vnc") {
    const vmi = await runningInstance(call, client, hypervisor);
    return "code" in vmi ? vmi : refusal(400, "a WebSocket with the subprotocol plain.kubevirt.io is needed");
  }
  return guestCall(call, client, hypervisor);
}
