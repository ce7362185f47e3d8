// Nova's view of a server: status, task_state and power_state from what KubeVirt says about its VirtualMachine. Pure.

import type { ServerStatus } from "../../models/compute/server.ts";
import type { ServerActionSpec } from "../../models/compute/server-action.ts";

export type ServerPhase = NonNullable<ServerStatus["phase"]>;
export type PowerState = NonNullable<ServerStatus["powerState"]>;
export type Power = "On" | "Off";

/** One run of the guest (KubeVirt's VirtualMachineInstance). */
export interface GuestRun {
  phase: string;
  deleting: boolean;
  paused: boolean;
}

/** What KubeVirt shows of a guest that is defined. */
export interface Guest {
  /** `VM.status.printableStatus`; absent until KubeVirt has seen the VM. */
  printableStatus?: string;
  /** Actions of `VM.status.stateChangeRequests` in order. */
  stateChanges: readonly string[];
  run?: GuestRun;
}

export interface StateInput {
  deleting: boolean;
  /** The build failed for good. */
  failed: boolean;
  /** The guest has run once. */
  launched: boolean;
  power: Power;
  /** The power that was carried out last; undefined before the first. */
  powerDone: Power | undefined;
  /** What the build does while there is no VM yet: scheduling, networking, block_device_mapping. */
  buildTask: string;
  guest: Guest | undefined;
  /** The oldest ServerAction that has not ended. */
  action?: Pick<ServerActionSpec, "action" | "rebootType"> & { running: boolean };
}

export interface NovaState {
  phase: ServerPhase;
  taskState?: string;
  powerState: PowerState;
}

const faulty = new Set([
  "ErrorUnschedulable",
  "ErrorPvcNotFound",
  "DataVolumeError",
  "ErrImagePull",
  "ImagePullBackOff",
  "CrashLoopBackOff",
]);
const starting = new Set(["Starting", "Provisioning", "WaitingForVolumeBinding", "WaitingForReceiver"]);

export function novaState(input: StateInput): NovaState {
  const state = input.launched ? launchedState(input) : buildState(input);
  return { ...state, ...(input.deleting ? { taskState: "deleting" } : {}), powerState: powerState(input) };
}

type Shown = Omit<NovaState, "powerState">;

function buildState({ failed, guest, power, powerDone, buildTask }: StateInput): Shown {
  if (failed) return { phase: "ERROR" };
  if (!guest) return { phase: "BUILD", taskState: buildTask };
  if (power === "Off" && powerDone === "Off" && guest.printableStatus === "Stopped") return { phase: "SHUTOFF" };
  return { phase: "BUILD", taskState: "spawning" };
}

function launchedState(input: StateInput): Shown {
  const { failed, guest, action } = input;
  const shown = shownStatus(guest);
  if (failed || faulty.has(shown)) return { phase: "ERROR" };
  if (!guest) return { phase: "BUILD", taskState: input.buildTask };
  if (shown === "Migrating") return { phase: "MIGRATING", taskState: "migrating" };
  if (action?.action === "Reboot" && shown !== "Terminating") return rebootState(action);
  return plainState(input, guest, shown);
}

/** The VM's own words lag behind its run: a guest that runs is not starting any more. */
function shownStatus(guest: Guest | undefined): string {
  const { printableStatus = "", run } = guest ?? {};
  if (!starting.has(printableStatus) || run?.phase !== "Running" || run.deleting) return printableStatus;
  return run.paused ? "Paused" : "Running";
}

function rebootState({ rebootType, running }: NonNullable<StateInput["action"]>): Shown {
  if (rebootType === "HARD") return { phase: "HARD_REBOOT", taskState: running ? "reboot_started_hard" : "rebooting_hard" };
  return { phase: "REBOOT", taskState: running ? "reboot_started" : "rebooting" };
}

function plainState(input: StateInput, guest: Guest, shown: string): Shown {
  const { stateChanges } = guest;
  const stops = input.action?.action === "Stop" || stateChanges.includes("Stop") || (input.power === "Off" && input.powerDone === "On");
  const starts = input.action?.action === "Start" || stateChanges.includes("Start") || (input.power === "On" && input.powerDone === "Off");
  if (shown === "Running") return { phase: "ACTIVE", ...(stops ? { taskState: "powering-off" } : {}) };
  if (shown === "Paused") return { phase: "PAUSED", ...(stops ? { taskState: "powering-off" } : {}) };
  if (shown === "Stopping") return { phase: "ACTIVE", taskState: "powering-off" };
  if (shown === "Terminating") return { phase: "ACTIVE", taskState: "deleting" };
  if (starting.has(shown)) return { phase: "SHUTOFF", taskState: "powering-on" };
  if (shown !== "Stopped") return { phase: "UNKNOWN" };
  if (starts) return { phase: "SHUTOFF", taskState: "powering-on" };
  // The guest is down, but KubeVirt still tidies up: SHUTOFF only once a start would be accepted.
  if (stateChanges.length > 0) return { phase: "ACTIVE", taskState: "powering-off" };
  return { phase: "SHUTOFF" };
}

/** A crash and a power-off both print Stopped: only the phase of the run that is left over tells them apart. A run that we stopped never crashed. */
function powerState({ guest, launched }: StateInput): PowerState {
  const run = guest?.run;
  const off = launched ? "SHUTDOWN" : "NOSTATE";
  switch (run?.phase) {
    case "Running":
      return run.paused ? "PAUSED" : "RUNNING";
    case "Succeeded":
      return "SHUTDOWN";
    case "Failed":
      return run.deleting || guest?.stateChanges.includes("Stop") || !launched ? off : "CRASHED";
    default:
      return guest?.printableStatus === "Stopped" ? "SHUTDOWN" : off;
  }
}
