// The Ready condition of the identity kinds. Pure.
import type { ConditionInput } from "../../operator/contract.ts";

export const ready = (reason: string, message: string): ConditionInput => ({ type: "Ready", status: "True", reason, message });
export const notReady = (reason: string, message: string): ConditionInput => ({ type: "Ready", status: "False", reason, message });

/** Ready of something that can be switched off. */
export function enabledCondition(enabled: boolean | undefined, whenDisabled: string): ConditionInput {
  return enabled === false ? notReady("Disabled", whenDisabled) : ready("Active", "It can be used.");
}
