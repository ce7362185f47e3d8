// VMI.status, phase by phase, as virt-controller and virt-handler write it. Pure.
import type { VirtualMachineInstance, VirtualMachineInstanceStatus } from "../../../clients/kubevirt/kinds.ts";
import { withCondition, withoutCondition } from "../conditions.ts";
import type { GuestState } from "../guest/guest-spec.ts";
import { podInterfaceName } from "../plug/nad.ts";
import { launcherImage } from "./launcher-pod.ts";
import type { VolumeStatus } from "./volumes.ts";

type Status = VirtualMachineInstanceStatus;
export type Phase = "Pending" | "Scheduling" | "Scheduled" | "Running" | "Succeeded" | "Failed";

export function withPhase(status: Status, phase: Phase, now: string): Status {
  if (status.phase === phase) return status;
  const times = [...(status.phaseTransitionTimestamps ?? []), { phase, phaseTransitionTimestamp: now as never }];
  return { ...status, phase, phaseTransitionTimestamps: times };
}

export function withClaimMissing(status: Status, claim: string, now: string): Status {
  const message = `PVC ${claim} does not exist, waiting for it to appear`;
  const synchronized = withCondition(
    status.conditions ?? [],
    { type: "Synchronized", status: "False", reason: "FailedPvcNotFound", message },
    now,
  );
  return {
    ...status,
    conditions: withCondition(synchronized, { type: "PodScheduled", status: "False", reason: "Unschedulable", message }, now),
  };
}

/** A start that did not work is tried again; people read why. */
export function withSyncError(status: Status, message: string, now: string): Status {
  const words = { type: "Synchronized", status: "False", reason: "Synchronizing with the Domain failed.", message } as const;
  return { ...status, conditions: withCondition(status.conditions ?? [], words, now) };
}

const withoutTrouble = (status: Status) => withoutCondition(withoutCondition(status.conditions ?? [], "Synchronized"), "PodScheduled");

export function scheduling(status: Status, podUid: string, nodeName: string, now: string): Status {
  const notRunning = { type: "Ready", status: "False", reason: "GuestNotRunning", message: "Guest VM is not reported as running" } as const;
  return withPhase(
    {
      ...status,
      conditions: withCondition(withoutTrouble(status), notRunning, now),
      launcherContainerImageVersion: launcherImage,
      activePods: { [podUid]: nodeName },
      qosClass: "Burstable" as Status["qosClass"],
      ...(status.memory ? { memory: { ...status.memory, memoryOverhead: "0" } } : {}),
    } as Status,
    "Scheduling",
    now,
  );
}

type Interfaces = NonNullable<Status["interfaces"]>;

/** NICs that the pod has, before the guest runs. */
export function podInterfaces({ spec }: VirtualMachineInstance): Interfaces {
  return (spec.networks ?? []).flatMap(({ name, multus }) =>
    multus ? [{ name, podInterfaceName: podInterfaceName(name), infoSource: "multus-status" }] : [],
  );
}

export function guestInterfaces({ spec }: VirtualMachineInstance, guest: GuestState): Interfaces {
  const order = (spec.networks ?? []).map(({ name }) => name);
  return [...guest.spec.nics]
    .sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name))
    .map(({ name, mac, linkUp }) => ({
      name,
      mac,
      podInterfaceName: podInterfaceName(name),
      queueCount: 1,
      linkState: linkUp ? "up" : "down",
      infoSource: "domain, multus-status",
    }));
}

export function scheduled(status: Status, vmi: VirtualMachineInstance, nodeName: string, volumes: VolumeStatus[], now: string): Status {
  const interfaces = podInterfaces(vmi);
  return withPhase(
    { ...status, nodeName, migrationTransport: "Unix", volumeStatus: volumes, ...(interfaces.length > 0 ? { interfaces } : {}) },
    "Scheduled",
    now,
  );
}

function pauseCondition(conditions: NonNullable<Status["conditions"]>, guest: GuestState, now: string): NonNullable<Status["conditions"]> {
  if (guest.phase !== "paused") return withoutCondition(conditions, "Paused");
  const words =
    guest.pauseReason === "io-error"
      ? { reason: "PausedIOError", message: "VMI was paused, low-level IO error detected" }
      : { reason: "PausedByUser", message: "VMI was paused by user" };
  return withCondition(conditions, { type: "Paused", status: "True", ...words }, now);
}

export function running(status: Status, vmi: VirtualMachineInstance, guest: GuestState, volumes: VolumeStatus[], now: string): Status {
  let conditions = withCondition(withoutTrouble(status), { type: "Ready", status: "True" }, now);
  conditions = withCondition(
    conditions,
    { type: "LiveMigratable", status: "False", reason: "NotMigratable", message: "this cloud has one node" },
    now,
  );
  conditions = withCondition(conditions, { type: "StorageLiveMigratable", status: "False", reason: "NotMigratable" }, now);
  const interfaces = guestInterfaces(vmi, guest);
  const { interfaces: _before, ...rest } = status;
  return withPhase(
    {
      ...rest,
      conditions: pauseCondition(conditions, guest, now),
      ...(interfaces.length > 0 ? { interfaces } : {}),
      volumeStatus: volumes,
      selinuxContext: "none",
      ...(guest.machine ? { machine: { type: guest.machine } } : {}),
    },
    "Running",
    now,
  );
}

/** The phase of a guest that ended. One that we had to kill counts as failed when it was given time to shut down. */
export function finalPhase(guest: GuestState | undefined, graceSeconds: number): "Succeeded" | "Failed" {
  if (guest?.end === "shutdown") return "Succeeded";
  return guest?.end === "killed" && graceSeconds === 0 ? "Succeeded" : "Failed";
}

export function final(status: Status, phase: "Succeeded" | "Failed", now: string): Status {
  const words = { type: "Ready", status: "False", reason: "PodTerminating", message: "virt-launcher pod is terminating" } as const;
  const conditions = withoutCondition(withCondition(status.conditions ?? [], words, now), "Paused");
  return withPhase({ ...status, conditions }, phase, now);
}
