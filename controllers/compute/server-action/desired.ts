// The next step of one ServerAction, and what it shows. Pure: no I/O, no clock.
import type { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import type { Server } from "../../../models/compute/server.ts";
import type { ServerAction, ServerActionStatus } from "../../../models/compute/server-action.ts";
import { isFinal, isLive } from "../server/seen.ts";
import { hasEnded, isRecordOnly } from "./queue.ts";

export interface Seen {
  server: Server | undefined;
  vm: VirtualMachine | undefined;
  vmi: VirtualMachineInstance | undefined;
  /** It is this action's turn. */
  isNext: boolean;
  now: Date;
}

export type Call =
  | { verb: "start" | "reset" | "softReboot" }
  | { verb: "stop"; gracePeriodSeconds?: number }
  | { verb: "restart"; force: true };

export interface Step {
  call?: Call;
  status: Omit<ServerActionStatus, "conditions" | "observedGeneration">;
  wakeAfterMs?: number;
}

/** Nova's wait_soft_reboot_seconds: a guest that has not gone down by then is not asked any longer. */
export const softRebootMs = 120_000;
/** Nothing that an action waits for takes longer on a healthy cloud. */
export const deadlineMs = 10 * 60_000;

type Outcome = { call?: Call; end?: "Succeeded" | "Failed"; message?: string; wakeAfterMs?: number };

export function desiredAction(action: ServerAction, seen: Seen): Step {
  const old = action.status ?? {};
  const now = seen.now.toISOString();
  if (hasEnded(action)) return { status: shownOf(old) };
  if (isRecordOnly(action)) return { status: { phase: "Succeeded", startedAt: now, finishedAt: now } };
  if (!seen.server) return { status: ended("Failed", old, now, "The server does not exist") };
  if (!seen.isNext || !seen.vm || seen.server.status?.phase === "BUILD") return notYet(seen, old, now);
  return begun(action, seen, old, now);
}

function notYet({ server, isNext, vm }: Seen, old: ServerActionStatus, now: string): Step {
  const failed = isNext && !vm && server?.status?.phase === "ERROR";
  return { status: failed ? ended("Failed", old, now, "The server was never built") : { phase: "Pending" } };
}

function begun(action: ServerAction, seen: Seen, old: ServerActionStatus, now: string): Step {
  const startedAt = old.startedAt ?? now;
  const uid = old.serverInstanceUID ?? seen.vmi?.metadata.uid ?? "";
  const ageMs = seen.now.getTime() - Date.parse(startedAt);
  const first = old.phase !== "Running";
  const outcome = stepOf(action, seen, { uid, ageMs, startedMs: Date.parse(startedAt), first });
  const common = { startedAt, serverInstanceUID: uid };
  if (outcome.end)
    return { ...callOf(outcome), status: { ...ended(outcome.end, { ...old, startedAt }, now, outcome.message), serverInstanceUID: uid } };
  if (ageMs >= deadlineMs)
    return { status: { ...ended("Failed", { ...old, startedAt }, now, "It took too long"), serverInstanceUID: uid } };
  return {
    ...callOf(outcome),
    status: { phase: "Running", ...common },
    wakeAfterMs: Math.min(outcome.wakeAfterMs ?? deadlineMs, deadlineMs - ageMs),
  };
}

const callOf = ({ call }: Outcome) => (call ? { call } : {});

interface Progress {
  /** Run that it began with; "" for none. */
  uid: string;
  startedMs: number;
  ageMs: number;
  /** Nothing has been asked yet. */
  first: boolean;
}

function stepOf({ spec }: ServerAction, seen: Seen, progress: Progress): Outcome {
  if (spec.action === "Start") return startStep(seen, progress);
  if (spec.action === "Stop") return stopStep(seen);
  const sameRun = isLive(seen.vmi) && seen.vmi.metadata.uid === progress.uid && !seen.vmi.metadata.deletionTimestamp;
  if (!sameRun) return spec.rebootType === "SOFT" && progress.first ? fail("The guest does not run") : startStep(seen, progress);
  if (seen.vmi?.status?.phase !== "Running") return {};
  return spec.rebootType === "SOFT" && !isPaused(seen.vmi) ? softStep(seen.vmi, progress) : hardStep(seen, progress);
}

const fail = (message: string): Outcome => ({ end: "Failed", message });

/** Until a run other than a finished one is Running. */
function startStep({ vm, vmi }: Seen, { uid }: Progress): Outcome {
  if (vmi && isFinal(vmi)) {
    if (vmi.metadata.uid !== uid) return ranOnce(vmi) ? { end: "Succeeded" } : fail("The hypervisor could not start the guest");
  } else if (vmi) {
    return vmi.status?.phase === "Running" && !vmi.metadata.deletionTimestamp ? { end: "Succeeded" } : {};
  }
  const asked = vm?.status?.stateChangeRequests?.some(({ action }) => action === "Start") ?? false;
  return asked ? {} : { call: { verb: "start" } };
}

function ranOnce(vmi: VirtualMachineInstance): boolean {
  return vmi.status?.phaseTransitionTimestamps?.some(({ phase }) => phase === "Running") ?? false;
}

/** Until nothing runs and KubeVirt has tidied up, so that a start would be accepted. */
function stopStep({ vm, vmi }: Seen): Outcome {
  const pending = vm?.status?.stateChangeRequests?.length ?? 0;
  if (!isLive(vmi)) return pending === 0 ? { end: "Succeeded" } : {};
  const asked = vm?.status?.stateChangeRequests?.some(({ action }) => action === "Stop") ?? false;
  return vmi.metadata.deletionTimestamp || asked ? {} : { call: { verb: "stop" } };
}

/** The reset button; a guest that is paused, or whose VM has changes that wait for a restart, is cycled instead. */
function hardStep({ vm, vmi }: Seen, { first }: Progress): Outcome {
  const changed = vm?.status?.conditions?.some(({ type, status }) => type === "RestartRequired" && status === "True") ?? false;
  if (!isPaused(vmi) && !changed) return { call: { verb: "reset" }, end: "Succeeded" };
  return first ? { call: { verb: "restart", force: true } } : {};
}

/**
 * With an agent the guest reboots itself, which the agent's coming back shows; KubeVirt tells nothing else about it. Without an agent the guest is
 * powered down in an orderly way, 120 s at the longest, and started again, as Nova's libvirt driver does; `startStep` goes on from there.
 */
function softStep(vmi: VirtualMachineInstance, { ageMs, startedMs, first }: Progress): Outcome {
  const agent = vmi.status?.conditions?.find(({ type }) => type === "AgentConnected");
  if (first && agent?.status === "True") return { call: { verb: "softReboot" }, wakeAfterMs: softRebootMs };
  if (first || !agent) return { call: { verb: "stop", gracePeriodSeconds: softRebootMs / 1000 } };
  const backMs = Date.parse(agent.lastTransitionTime ?? "");
  if (agent.status === "True" && backMs >= startedMs) return { end: "Succeeded" };
  if (ageMs >= softRebootMs) return { call: { verb: "reset" }, end: "Succeeded" };
  return { wakeAfterMs: softRebootMs - ageMs };
}

function isPaused(vmi: VirtualMachineInstance | undefined): boolean {
  return vmi?.status?.conditions?.some(({ type, status }) => type === "Paused" && status === "True") ?? false;
}

function ended(phase: "Succeeded" | "Failed", old: ServerActionStatus, now: string, message?: string) {
  return { phase, startedAt: old.startedAt ?? now, finishedAt: now, ...(message && { message }) };
}

function shownOf({ conditions: _conditions, observedGeneration: _generation, ...shown }: ServerActionStatus) {
  return shown;
}
