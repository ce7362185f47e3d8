// The Ready condition of the identity kinds. Pure.
import type { Domain } from "../../models/identity/domain.ts";
import type { LocalRef } from "../../models/kind.ts";
import type { ConditionInput } from "../../operator/contract.ts";

export const ready = (reason: string, message: string): ConditionInput => ({ type: "Ready", status: "True", reason, message });
export const notReady = (reason: string, message: string): ConditionInput => ({ type: "Ready", status: "False", reason, message });

/** Ready of something that belongs to a domain, or to none. `otherwise`: what it is good for. */
export function domainCondition(ref: LocalRef | undefined, domain: Domain | undefined, otherwise: string): ConditionInput {
  return ref && !domain ? notReady("DomainMissing", `Waiting for Domain ${ref.name}`) : ready("Active", otherwise);
}

/** Ready of something that can be switched off. */
export function enabledCondition(enabled: boolean | undefined, whenDisabled: string): ConditionInput {
  return enabled === false ? notReady("Disabled", whenDisabled) : ready("Active", "It can be used.");
}
