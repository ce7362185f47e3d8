// VM.status.printableStatus: the first row of KubeVirt's table that matches. Pure.
import type { DataVolume } from "../../../clients/cdi/kinds.ts";
import type { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { hasCondition } from "../conditions.ts";
import { isFinal } from "./power.ts";

export interface Seen {
  vm: VirtualMachine;
  vmi: VirtualMachineInstance | undefined;
  /** DataVolumes of the VM's templates; undefined where one is not made yet. */
  dataVolumes: readonly (DataVolume | undefined)[];
}

const isFilling = (volume: DataVolume | undefined) =>
  !["Succeeded", "PendingPopulation", "WaitForFirstConsumer"].includes(volume?.status?.phase ?? "");
const waitsForConsumer = (volume: DataVolume | undefined) =>
  ["PendingPopulation", "WaitForFirstConsumer"].includes(volume?.status?.phase ?? "");

function hasReason(vmi: VirtualMachineInstance | undefined, type: string, reason: string): boolean {
  return vmi?.status?.conditions?.some((condition) => condition.type === type && condition.reason === reason) ?? false;
}

const rows: readonly [status: string, matches: (seen: Seen) => boolean][] = [
  ["Terminating", ({ vm }) => vm.metadata.deletionTimestamp !== undefined],
  ["Stopping", ({ vmi }) => vmi?.metadata.deletionTimestamp !== undefined && !isFinal(vmi)],
  ["Migrating", ({ vmi }) => vmi?.status?.migrationState !== undefined && !vmi.status.migrationState.completed && !isFinal(vmi)],
  ["Paused", ({ vmi }) => vmi?.status?.phase === "Running" && hasCondition(vmi.status.conditions, "Paused")],
  ["Running", ({ vmi }) => vmi?.status?.phase === "Running"],
  ["ErrorPvcNotFound", ({ vmi }) => hasReason(vmi, "Synchronized", "FailedPvcNotFound")],
  ["DataVolumeError", ({ dataVolumes }) => dataVolumes.some((volume) => volume?.status?.phase === "Failed")],
  ["ErrorUnschedulable", ({ vmi }) => hasReason(vmi, "PodScheduled", "Unschedulable")],
  ["Provisioning", ({ dataVolumes }) => dataVolumes.some(isFilling)],
  ["WaitingForVolumeBinding", ({ dataVolumes }) => dataVolumes.some(waitsForConsumer)],
  ["Starting", ({ vmi }) => vmi !== undefined && !isFinal(vmi)],
  ["Stopped", ({ vmi }) => vmi === undefined || isFinal(vmi)],
];

export function printableStatus(seen: Seen): string {
  return rows.find(([, matches]) => matches(seen))?.[0] ?? "Unknown";
}
