// What start, stop and restart leave in VM.status.stateChangeRequests, or why they are refused. Pure; KubeVirt 1.9's rules and words.
import type { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { isFinal, runStrategy, type StateChangeRequest } from "../vm/power.ts";
import { badRequest, conflict, internal, type Refusal } from "./status-error.ts";

export interface PowerOrder {
  requests: readonly StateChangeRequest[];
  /** Written to VMI.spec.terminationGracePeriodSeconds before the stop, in seconds. */
  graceSeconds?: number;
}

export interface PowerBody {
  paused?: boolean;
  gracePeriod?: number;
  gracePeriodSeconds?: number;
}

type Decide = (vm: VirtualMachine, vmi: VirtualMachineInstance | undefined, body: PowerBody) => PowerOrder | Refusal;

const refuse = (vm: VirtualMachine, words: string) => conflict("virtualmachine", vm.metadata.name, words);
const underway = () => internal("unable to complete request: stop/start already underway");
const pending = (vm: VirtualMachine) => (vm.status?.stateChangeRequests ?? []).length > 0;
const stopOf = (vmi: VirtualMachineInstance): StateChangeRequest => ({ action: "Stop", uid: vmi.metadata.uid ?? "" });

export const start: Decide = (vm, vmi, { paused }) => {
  if (vmi && !isFinal(vmi)) return refuse(vm, "VM is already running");
  if (pending(vm)) return underway();
  const begin: StateChangeRequest = { action: "Start", ...(paused ? { data: { paused: "true" } } : {}) };
  return { requests: vmi ? [stopOf(vmi), begin] : [begin] };
};

export const stop: Decide = (vm, vmi, { gracePeriod }) => {
  if (!vmi || isFinal(vmi)) return refuse(vm, "VM is not running");
  return { requests: [stopOf(vmi)], ...(gracePeriod === undefined ? {} : { graceSeconds: gracePeriod }) };
};

export const restart: Decide = (vm, vmi, { gracePeriodSeconds }) => {
  if (gracePeriodSeconds !== undefined && gracePeriodSeconds > 0)
    return badRequest("For force restart, only gracePeriod=0 is supported for now");
  if (!vmi) return refuse(vm, `VM is not running: ${runStrategy(vm) === "Manual" ? "Halted" : runStrategy(vm)}`);
  if (pending(vm)) return underway();
  return { requests: [stopOf(vmi), { action: "Start" }], ...(gracePeriodSeconds === 0 ? { graceSeconds: 1 } : {}) };
};
