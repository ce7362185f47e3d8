// The status that a controller writes: conditions with their times, and the generation it was computed from. Pure.
import type { Condition, KubeObject } from "../../models/kind.ts";
import type { ConditionInput, StatusInput } from "../contract.ts";

export interface StatusLike {
  conditions?: readonly Condition[];
}

export function statusOf(object: KubeObject): StatusLike {
  return (object as KubeObject & { status?: StatusLike }).status ?? {};
}

export function readyOf(object: KubeObject): Condition | undefined {
  return statusOf(object).conditions?.find(({ type }) => type === "Ready");
}

/** `lastTransitionTime` moves only when `status` does. `now` is RFC 3339 in whole seconds. */
export function conditionsFrom(inputs: readonly ConditionInput[], before: StatusLike, generation: number, now: string): Condition[] {
  return inputs.map(({ type, status, reason, message }) => {
    const old = before.conditions?.find((condition) => condition.type === type);
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : now;
    return { type, status, reason, message, observedGeneration: generation, lastTransitionTime };
  });
}

export function desiredStatus<S extends StatusInput>(
  status: S,
  before: StatusLike,
  generation: number,
  now: string,
): Omit<S, "conditions"> & { conditions: Condition[]; observedGeneration: number } {
  return { ...status, observedGeneration: generation, conditions: conditionsFrom(status.conditions, before, generation, now) };
}

/** The API server's form of a time. */
export function wholeSeconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}
