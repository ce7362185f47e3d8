// VM.status as virt-controller writes it. Pure.
import type { VirtualMachine, VirtualMachineInstance, VirtualMachineStatus } from "../../../clients/kubevirt/kinds.ts";
import { hasCondition, withCondition, withoutCondition } from "../conditions.ts";
import { runStrategy, type StateChangeRequest } from "./power.ts";
import { printableStatus, type Seen } from "./printable-status.ts";

/** Conditions of the VM itself; all others come from the VMI. */
const own = new Set(["Failure", "RestartRequired"]);

type Conditions = NonNullable<VirtualMachineStatus["conditions"]>;

function conditionsOf(old: Conditions, vmi: VirtualMachineInstance | undefined, now: string): Conditions {
  if (!vmi) {
    const words = { type: "Ready", status: "False", reason: "VMINotExists", message: "VMI does not exist" } as const;
    return withCondition(old, words, now);
  }
  const theirs = vmi.status?.conditions ?? [];
  const kept = old.filter(({ type }) => own.has(type) || theirs.some((condition) => condition.type === type));
  const merged = theirs.reduce<Conditions>((list, condition) => [...withoutCondition(list, condition.type), condition], kept);
  if (theirs.some(({ type }) => type === "Ready")) return merged;
  return withCondition(
    merged,
    { type: "Ready", status: "False", reason: "VMIConditionMissing", message: "VMI is missing the Ready condition" },
    now,
  );
}

function snapshotStatuses({ spec }: VirtualMachine): VirtualMachineStatus["volumeSnapshotStatuses"] {
  return (spec.template.spec?.volumes ?? []).map(({ name, dataVolume, persistentVolumeClaim }) =>
    dataVolume || persistentVolumeClaim
      ? { name, enabled: true }
      : { name, enabled: false, reason: `Snapshot is not supported for this volumeSource type [${name}]` },
  );
}

function startedGeneration(vm: VirtualMachine, vmi: VirtualMachineInstance | undefined): number | undefined {
  const told = vmi?.metadata.annotations?.["kubevirt.io/vm-generation"];
  return told === undefined ? vm.status?.observedGeneration : Number(told);
}

export interface StatusInput extends Seen {
  requests: readonly StateChangeRequest[];
  restartRequired: boolean;
  now: string;
}

export function vmStatus({ requests, restartRequired, now, ...seen }: StatusInput): VirtualMachineStatus {
  const { vm, vmi } = seen;
  const { created: _c, ready: _r, stateChangeRequests: _s, observedGeneration: _o, ...kept } = vm.status ?? {};
  let conditions = conditionsOf(vm.status?.conditions ?? [], vmi, now);
  conditions = restartRequired
    ? withCondition(
        conditions,
        { type: "RestartRequired", status: "True", message: "a non-live-updatable field was changed in the template spec" },
        now,
      )
    : withoutCondition(conditions, "RestartRequired");
  const observedGeneration = startedGeneration(vm, vmi);
  return {
    ...kept,
    conditions,
    ...(vmi ? { created: true } : {}),
    ...(vmi?.status?.phase === "Running" && hasCondition(vmi.status.conditions, "Ready") ? { ready: true } : {}),
    desiredGeneration: vm.metadata.generation ?? 1,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    printableStatus: printableStatus(seen),
    runStrategy: runStrategy(vm),
    ...(requests.length > 0 ? { stateChangeRequests: [...requests] } : {}),
    volumeSnapshotStatuses: snapshotStatuses(vm),
  };
}
