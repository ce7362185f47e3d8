// KubeVirt's verbs on guests (`subresources.kubevirt.io`, served by virt-api, or by the node agent where there is no cluster).
import { isCode, KumulusError } from "../../domain/errors.ts";
import type { Right } from "../../domain/rights.ts";
import type { KubeClient, ObjectKey } from "../../operator/contract.ts";
import type { AddVolumeOptions } from "./kinds.ts";

export interface Power {
  /** 202: leaves a note; the guest is made when its disks are there. `paused` stops it before its first instruction. */
  start(guest: ObjectKey, options?: { paused?: boolean }): Promise<void>;
  /** ACPI power button, and the plug after `gracePeriodSeconds` (the VM's own when absent; 0 pulls it at once). */
  stop(guest: ObjectKey, options?: { gracePeriodSeconds?: number }): Promise<void>;
  /** Stop and start. `force` pulls the plug. Also starts a guest that has ended by itself: whoever must refuse that does so before. */
  restart(guest: ObjectKey, options?: { force?: boolean }): Promise<void>;
  /** Asks the guest (agent, else ACPI) to reboot; the run stays the same. */
  softReboot(guest: ObjectKey): Promise<void>;
  /** The reset button; the run stays the same. */
  reset(guest: ObjectKey): Promise<void>;
  pause(guest: ObjectKey): Promise<void>;
  unpause(guest: ObjectKey): Promise<void>;
}

export interface KubeVirt extends Power {
  addVolume(guest: ObjectKey, options: AddVolumeOptions): Promise<void>;
  removeVolume(guest: ObjectKey, volumeName: string): Promise<void>;
}

/** `reason` of the error that start and restart give while an earlier request is carried out: ask again. */
export const underway = "StateChangeUnderway";

/** Whether a refused start or stop found the guest where it shall be. Other conflicts are clashes of writers: ask again. */
export function isSettled(error: unknown, verb: "start" | "stop"): boolean {
  if (!isCode(error, "Conflict")) return false;
  return verb === "start" ? /VM is already running/.test(error.message) : /VM is not running/.test(error.message);
}

type Target = "virtualmachines" | "virtualmachineinstances";

/** What each verb is a subresource of. */
const targets: Readonly<Record<keyof KubeVirt, Target>> = {
  start: "virtualmachines",
  stop: "virtualmachines",
  restart: "virtualmachines",
  softReboot: "virtualmachineinstances",
  reset: "virtualmachineinstances",
  pause: "virtualmachineinstances",
  unpause: "virtualmachineinstances",
  addVolume: "virtualmachines",
  removeVolume: "virtualmachines",
};

export function subresourcePath(target: Target, { namespace, name }: ObjectKey, verb: string): string {
  return `/apis/subresources.kubevirt.io/v1/namespaces/${encodeURIComponent(namespace ?? "")}/${target}/${encodeURIComponent(name)}/${verb}`;
}

/** Rights to these verbs. */
export const subresourceRights = (...verbs: (keyof KubeVirt)[]): Right[] =>
  verbs.map((verb) => ({ group: "subresources.kubevirt.io", resource: `${targets[verb]}/${verb.toLowerCase()}`, verbs: ["update"] }));

/** Every method rejects with KumulusError in KubeVirt's words: NotFound (no such guest, or it has no run), Conflict (wrong state), Invalid, Unavailable. */
export function kubeVirt(client: Pick<KubeClient, "request">): KubeVirt {
  async function call(verb: keyof KubeVirt, guest: ObjectKey, body?: object): Promise<void> {
    try {
      await client.request("PUT", subresourcePath(targets[verb], guest, verb.toLowerCase()), body);
    } catch (error) {
      throw inKubeVirtsWords(error);
    }
  }
  return {
    start: (guest, { paused } = {}) => call("start", guest, paused ? { paused } : undefined),
    stop: (guest, { gracePeriodSeconds: gracePeriod } = {}) => call("stop", guest, gracePeriod === undefined ? undefined : { gracePeriod }),
    restart: (guest, { force } = {}) => call("restart", guest, force ? { gracePeriodSeconds: 0 } : undefined),
    softReboot: (guest) => call("softReboot", guest),
    reset: (guest) => call("reset", guest),
    pause: (guest) => call("pause", guest),
    unpause: (guest) => call("unpause", guest),
    addVolume: (guest, options) => call("addVolume", guest, options),
    removeVolume: (guest, name) => call("removeVolume", guest, { name }),
  };
}

const preamble = /^Operation cannot be fulfilled on virtualmachine(?:instance)?\.kubevirt\.io "[^"]*": /;

/** Leaves out Kubernetes' preamble; a request that came while another is underway gets a reason of its own, since KubeVirt says only 500. */
export function inKubeVirtsWords(error: unknown): unknown {
  if (!(error instanceof KumulusError)) return error;
  const message = error.message.replace(preamble, "").replace(/^Internal error occurred: /, "");
  const reason = /stop\/start already underway/.test(message) ? underway : error.reason;
  return new KumulusError(error.code, message, { status: error.status, cause: error, ...(reason === undefined ? {} : { reason }) });
}
