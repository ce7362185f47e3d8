// DataVolume.status as cdi-controller writes it. Pure.
import type { DataVolume, DataVolumeStatus } from "../../../clients/cdi/kinds.ts";
import type { ConditionWords } from "../conditions.ts";
import type { Filling } from "./data-volume-claim.ts";

export interface Progress {
  phase: string | undefined;
  progress: string;
  failures: number;
  bound: ConditionWords;
  ready: ConditionWords;
  running: ConditionWords;
}

type Condition = NonNullable<DataVolumeStatus["conditions"]>[number];

const doneWords: Record<Filling, string> = { import: "Import Complete", upload: "Upload Complete", clone: "Clone Complete" };

export function succeeded(name: string, filling: Filling): Progress {
  return {
    phase: "Succeeded",
    progress: filling === "upload" ? "N/A" : "100.0%",
    failures: 0,
    bound: { type: "Bound", status: "True", reason: "Bound", message: `PVC ${name} Bound` },
    ready: { type: "Ready", status: "True" },
    running: { type: "Running", status: "False", reason: "Completed", message: doneWords[filling] },
  };
}

export function pending(name: string, phase: string): Progress {
  return {
    phase,
    progress: "N/A",
    failures: 0,
    bound: { type: "Bound", status: "False", reason: "Pending", message: `PVC ${name} Pending` },
    ready: { type: "Ready", status: "False" },
    running: { type: "Running", status: "False" },
  };
}

export function transferring(name: string, phase: string, share: number | undefined, failures: number): Progress {
  return {
    ...pending(name, phase),
    progress: share === undefined ? "N/A" : `${(share * 100).toFixed(2)}%`,
    failures,
    ready: { type: "Ready", status: "False", reason: "TransferRunning" },
    running: { type: "Running", status: "True", reason: "Pod is running" },
  };
}

/** A failed attempt; the phase stays, as CDI's does, unless no attempt can help. */
export function failing(name: string, phase: string, failures: number, message: string, isFinal: boolean): Progress {
  return {
    ...pending(name, isFinal ? "Failed" : phase),
    failures,
    running: { type: "Running", status: "False", reason: "Error", message },
  };
}

/** What can not begin, such as a clone of nothing: no phase at all, and it waits for ever. */
export function refused(reason: "CloneValidationFailed" | "CloneWithoutSource" | "ErrResourceExists", message: string): Progress {
  return {
    phase: undefined,
    progress: "N/A",
    failures: 0,
    bound: { type: "Bound", status: "False", reason, message },
    ready: { type: "Ready", status: "False", reason, message },
    running: { type: "Running", status: "False" },
  };
}

function condition(old: readonly Condition[], { type, status, reason, message }: ConditionWords, now: string): Condition {
  const before = old.find((each) => each.type === type) as (Condition & { reason?: string; message?: string }) | undefined;
  const same = before?.status === status && (before.reason ?? "") === (reason ?? "") && (before.message ?? "") === (message ?? "");
  if (before && same) return before;
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
  const said = { type, status, ...(reason ? { reason } : {}), ...(message ? { message } : {}) };
  return { ...said, lastHeartbeatTime: now, lastTransitionTime } as unknown as Condition;
}

export function dataVolumeStatus(dataVolume: DataVolume, seen: Progress, now: string): DataVolumeStatus {
  const old = dataVolume.status?.conditions ?? [];
  return {
    claimName: dataVolume.metadata.name,
    ...(seen.phase === undefined ? {} : { phase: seen.phase }),
    progress: seen.progress,
    ...(seen.failures > 0 ? { restartCount: seen.failures } : {}),
    conditions: [seen.bound, seen.ready, seen.running].map((words) => condition(old, words, now)),
  };
}
