// The table of printableStatus, row by row.
import assert from "node:assert/strict";
import type { DataVolume } from "../../../clients/cdi/kinds.ts";
import type { VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { deleting, instance, machine } from "../testing/objects.ts";
import { printableStatus } from "./printable-status.ts";

const volume = (phase: string) => ({ status: { phase } }) as DataVolume;
const says = (vmi: VirtualMachineInstance, type: string, status: string, reason?: string): VirtualMachineInstance => ({
  ...vmi,
  status: { ...vmi.status, conditions: [{ type, status, ...(reason ? { reason } : {}) }] },
});

describe("printableStatus", () => {
  const gone = { ...machine(), metadata: { ...machine().metadata, ...deleting } };
  for (const [wanted, vmi, volumes, vm] of [
    ["Terminating", instance("Running"), [], gone],
    ["Stopping", instance("Running", deleting), []],
    ["Stopping", instance("Scheduling", deleting), []],
    ["Paused", says(instance("Running"), "Paused", "True"), []],
    ["Running", instance("Running"), [volume("ImportInProgress")]],
    ["ErrorPvcNotFound", says(instance("Pending"), "Synchronized", "False", "FailedPvcNotFound"), []],
    ["DataVolumeError", undefined, [volume("Failed")]],
    ["ErrorUnschedulable", says(instance("Scheduling"), "PodScheduled", "False", "Unschedulable"), []],
    ["Provisioning", undefined, [volume("ImportScheduled")]],
    ["Provisioning", undefined, [undefined]],
    ["WaitingForVolumeBinding", undefined, [volume("WaitForFirstConsumer")]],
    ["Starting", instance("Scheduled"), [volume("Succeeded")]],
    ["Stopped", undefined, [volume("Succeeded")]],
    ["Stopped", instance("Failed"), []],
    ["Stopped", instance("Succeeded", deleting), []],
  ] as const)
    it(`${wanted}: VMI ${vmi?.status?.phase ?? "none"}`, () =>
      assert.equal(printableStatus({ vm: vm ?? machine(), vmi, dataVolumes: volumes }), wanted));
});
