// What one User shows: whether it can log in, and when its password last changed. Pure.
import { passwordKey, passwordStatus, readPassword } from "../../../domain/identity/password-record.ts";
import type { Domain } from "../../../models/identity/domain.ts";
import type { User, UserStatus } from "../../../models/identity/user.ts";
import type { ConditionInput } from "../../../operator/contract.ts";
import type { Secret } from "../../../operator/kube/core-kinds.ts";
import { notReady, ready } from "../conditions.ts";

export interface Seen {
  domain: Domain | undefined;
  secret: Secret | undefined;
}

export type Plan = Omit<UserStatus, "conditions" | "observedGeneration" | "lastActiveOn"> & { conditions: ConditionInput[] };

function condition(user: User, { domain }: Seen, hasPassword: boolean): ConditionInput {
  const { domainRef, enabled, passwordSecretRef: ref } = user.spec;
  if (!domain) return notReady("DomainMissing", `Waiting for Domain ${domainRef.name}`);
  if (enabled === false) return notReady("Disabled", "The user is disabled: it can not log in.");
  if (ref && !hasPassword) return notReady("PasswordMissing", `Waiting for key ${ref.key ?? "hash"} of Secret ${ref.name}`);
  return ref ? ready("Active", "It can log in.") : ready("NoPassword", "It has no password.");
}

const wasDisabled = ({ status }: User) =>
  status?.conditions?.some(({ type, reason }) => type === "Ready" && reason === "Disabled") ?? false;

/**
 * A password that is taken away also ends the tokens made with it: the time moves, the fingerprint goes. `now` is RFC 3339. The first hash
 * counts as changed now; tokens carry the fingerprint of the hash that they were made with, so a login before this note stays valid.
 */
export function desiredUser(user: User, seen: Seen, now: string): Plan {
  const stored = user.spec.passwordSecretRef && readPassword(seen.secret?.data, passwordKey(user.spec));
  const unchanged = stored?.fingerprint === user.status?.passwordFingerprint;
  const disabledAt = user.spec.enabled === false && !wasDisabled(user) ? now : user.status?.disabledAt;
  const changedAt = unchanged ? user.status?.passwordChangedAt : now;
  return {
    conditions: [condition(user, seen, stored !== undefined)],
    ...(changedAt !== undefined && { passwordChangedAt: changedAt }),
    ...(stored && passwordStatus(stored)),
    ...(disabledAt !== undefined && { disabledAt }),
  };
}
