// Objects for unit tests: a VM with one disk and one NIC, and a VMI of it.
import type { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { newInstance } from "../vm/new-instance.ts";
import { testMachine } from "./cloud.ts";

export const now = "2026-11-24T07:00:00Z";

export function machine(change: Partial<NonNullable<VirtualMachine["status"]>> = {}): VirtualMachine {
  const made = testMachine("web", "demo", "http://127.0.0.1/x");
  const spec = made.spec.template.spec;
  if (spec) {
    spec.domain.devices.interfaces = [{ name: "p-1", bridge: {}, macAddress: "fa:16:3e:00:00:01" }];
    spec.networks = [{ name: "p-1", multus: { networkName: "port-1" } }];
  }
  return { ...made, metadata: { ...made.metadata, uid: "vm-uid", generation: 3 }, status: change };
}

export function instance(phase: string, change: Partial<VirtualMachineInstance["metadata"]> = {}): VirtualMachineInstance {
  const vmi = newInstance(machine(), false, now);
  return { ...vmi, metadata: { ...vmi.metadata, uid: "vmi-uid", ...change }, status: { ...vmi.status, phase } };
}

export const deleting = { deletionTimestamp: now };
