// start, stop and restart of a VM: which note they leave, or why they are refused. Pure.
import type { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { isFinal, type StateChangeRequest } from "../vm/power.ts";
import { type Answer, conflict, refusal, underway } from "./answers.ts";

export interface PowerBody {
  paused?: boolean;
  gracePeriod?: number;
  gracePeriodSeconds?: number;
}

export interface Note {
  requests: StateChangeRequest[];
  /** New terminationGracePeriodSeconds of the VMI. */
  graceSeconds?: number;
}

export type PowerVerb = "start" | "stop" | "restart";

export function isRefused(result: Note | Answer): result is Answer {
  return "code" in result;
}

const pending = ({ status }: VirtualMachine) => (status?.stateChangeRequests?.length ?? 0) > 0;
const stopOf = ({ metadata }: VirtualMachineInstance): StateChangeRequest => ({
  action: "Stop",
  ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
});

function start(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined, body: PowerBody): Note | Answer {
  if (vmi && !isFinal(vmi)) return conflict("virtualmachine", vm.metadata.name, "VM is already running");
  if (pending(vm)) return underway();
  const wanted: StateChangeRequest = { action: "Start", ...(body.paused ? { data: { paused: "true" } } : {}) };
  return { requests: vmi ? [stopOf(vmi), wanted] : [wanted] };
}

function stop(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined, body: PowerBody): Note | Answer {
  if (!vmi || isFinal(vmi)) return conflict("virtualmachine", vm.metadata.name, "VM is not running");
  return { requests: [stopOf(vmi)], ...(body.gracePeriod === undefined ? {} : { graceSeconds: body.gracePeriod }) };
}

function restart(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined, { gracePeriodSeconds }: PowerBody): Note | Answer {
  if (!vmi) return conflict("virtualmachine", vm.metadata.name, "VM is not running: Halted");
  if (gracePeriodSeconds !== undefined && gracePeriodSeconds > 0)
    return refusal(400, "For force restart, only gracePeriod=0 is supported for now");
  if (pending(vm)) return underway();
  return { requests: [stopOf(vmi), { action: "Start" }], ...(gracePeriodSeconds === 0 ? { graceSeconds: 1 } : {}) };
}

const verbs = { start, stop, restart };

export function powerNote(verb: PowerVerb, vm: VirtualMachine, vmi: VirtualMachineInstance | undefined, body: PowerBody): Note | Answer {
  return verbs[verb](vm, vmi, body);
}
