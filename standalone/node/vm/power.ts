// What the notes in VM.status.stateChangeRequests and the run strategy ask for, given the VMI that is there. Pure.
import type { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";

export type StateChangeRequest = NonNullable<NonNullable<VirtualMachine["status"]>["stateChangeRequests"]>[number];

export interface PowerPlan {
  act: "create" | "delete" | "none";
  /** The notes that are left. */
  requests: readonly StateChangeRequest[];
  startPaused: boolean;
}

export const isFinal = (vmi: VirtualMachineInstance | undefined) => vmi?.status?.phase === "Succeeded" || vmi?.status?.phase === "Failed";

export function runStrategy({ spec }: VirtualMachine): string {
  if (spec.runStrategy !== undefined) return spec.runStrategy;
  return spec.running ? "Always" : "Halted";
}

/** Notes that are done: a Stop of a VMI that is gone, a Start when a live VMI is there. */
export function openRequests(
  requests: readonly StateChangeRequest[],
  vmi: VirtualMachineInstance | undefined,
): readonly StateChangeRequest[] {
  const [first, ...rest] = requests;
  if (!first) return requests;
  const live = vmi !== undefined && !isFinal(vmi) && vmi.metadata.deletionTimestamp === undefined;
  const done = first.action === "Stop" ? vmi?.metadata.uid !== first.uid : live;
  return done ? openRequests(rest, vmi) : requests;
}

function byStrategy(strategy: string, vmi: VirtualMachineInstance | undefined): "create" | "delete" | "none" {
  if (strategy === "Halted") return vmi ? "delete" : "none";
  if (strategy === "Always") return vmi === undefined ? "create" : isFinal(vmi) ? "delete" : "none";
  if (strategy === "RerunOnFailure") return vmi === undefined ? "create" : vmi.status?.phase === "Failed" ? "delete" : "none";
  return "none";
}

/** `disksReady`: every DataVolume of the template is filled. A start waits for it and keeps its note. */
export function powerPlan(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined, disksReady: boolean): PowerPlan {
  const requests = openRequests(vm.status?.stateChangeRequests ?? [], vmi);
  const [first] = requests;
  const wanted = first ? (first.action === "Start" && vmi === undefined ? "create" : "delete") : byStrategy(runStrategy(vm), vmi);
  const startPaused = first?.action === "Start" && first.data?.paused === "true";
  if (wanted === "create") return { act: disksReady ? "create" : "none", requests, startPaused };
  if (wanted === "delete" && vmi?.metadata.deletionTimestamp === undefined) return { act: vmi ? "delete" : "none", requests, startPaused };
  return { act: "none", requests, startPaused };
}
