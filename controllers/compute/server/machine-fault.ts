// Why a first start can not come to anything (Nova's fault), or how long to watch before saying so. Pure.
import type { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import type { Fault } from "./build.ts";

/** The scheduler says Unschedulable also while a claim is being bound or a node comes up. */
export const unschedulableGraceMs = 10_000;

export function machineFault(
  vm: VirtualMachine,
  vmi: VirtualMachineInstance | undefined,
  now: Date,
): { fault?: Fault; wakeAfterMs?: number } | undefined {
  switch (vm.status?.printableStatus) {
    case "ErrorUnschedulable":
      return unschedulable(vmi, now);
    case "DataVolumeError":
      return { fault: { code: 500, message: "Block Device Mapping is Invalid: the root disk could not be made." } };
    case "ErrorPvcNotFound":
      return { fault: { code: 500, message: "Block Device Mapping is Invalid: a volume's claim is missing." } };
    case "Stopped":
      // The run ended before the guest ever ran.
      return vmi?.status?.phase === "Failed" && !vmi.metadata.deletionTimestamp
        ? { fault: { code: 500, message: `The hypervisor could not start the server${because(vmi)}.` } }
        : undefined;
    default:
      return undefined;
  }
}

function unschedulable(vmi: VirtualMachineInstance | undefined, now: Date): { fault?: Fault; wakeAfterMs?: number } {
  const scheduled = vmi?.status?.conditions?.find(({ type }) => type === "PodScheduled");
  const since = Date.parse(scheduled?.lastTransitionTime ?? "");
  const left = (Number.isNaN(since) ? now.getTime() : since) + unschedulableGraceMs - now.getTime();
  if (left > 0) return { wakeAfterMs: left };
  return { fault: { code: 500, message: "No valid host was found." } };
}

function because(vmi: VirtualMachineInstance): string {
  const words =
    vmi.status?.conditions?.find(({ type, status }) => type === "Synchronized" && status === "False")?.message ?? vmi.status?.reason;
  return words ? `: ${words}` : "";
}
