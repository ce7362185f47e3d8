// What a new trust may give: the roles and the end that it asks for against those of the trust or token that it is made with. Pure.
import { KumulusError } from "../../domain/errors.ts";
import { displayNameOf, idOf } from "../../domain/id.ts";
import type { Role } from "../../models/identity/role.ts";
import type { Trust } from "../../models/identity/trust.ts";

export interface Terms {
  readonly impersonation: boolean;
  readonly expiresAt: string | undefined;
  readonly remainingUses: number | undefined;
  readonly redelegationCount: number;
}

export interface AskedTerms {
  readonly impersonation: boolean;
  readonly expiresAt: string | undefined;
  readonly remaining_uses?: number | null;
  readonly allow_redelegation?: boolean | null;
  readonly redelegation_count?: number | null;
}

const forbidden = (message: string) => new KumulusError("Forbidden", message);

/** How deep a chain may become. `parent`: the trust that it is made from. */
function depth({ allow_redelegation: allow, redelegation_count: asked }: AskedTerms, parent: Trust | undefined, most: number): number {
  if (!allow || asked === 0) return 0;
  if (asked && asked > most) {
    throw forbidden(`Requested redelegation depth of ${asked} is greater than allowed ${most}`);
  }
  if (!parent) return asked ?? most;
  const left = (parent.spec.redelegationCount ?? 0) - 1;
  if (asked && asked !== left) {
    throw forbidden('Modifying "redelegation_count" upon redelegation is forbidden. Omitting this parameter is advised.');
  }
  return left;
}

function requireWithin({ spec: parent }: Trust, asked: AskedTerms, most: number): void {
  const left = parent.redelegationCount ?? 0;
  if (left <= 0 || left > most) {
    throw forbidden(`Remaining redelegation depth of ${left} out of allowed range of [0..${most}]`);
  }
  if (asked.remaining_uses) {
    throw forbidden('Field "remaining_uses" must not be set in order to redelegate a trust');
  }
  if (parent.expiresAt !== undefined && asked.expiresAt !== undefined && Date.parse(asked.expiresAt) > Date.parse(parent.expiresAt)) {
    throw forbidden("Requested expiration time is more than redelegated trust can provide");
  }
  if (asked.impersonation && !parent.impersonation) {
    throw forbidden("Impersonation is not allowed because redelegated trust does not specify impersonation.");
  }
}

/** Forbidden (403) for terms that go beyond the parent's; Invalid (400) for ones that contradict each other. `most`: Keystone's max_redelegation_count. */
export function termsOf(asked: AskedTerms, parent: Trust | undefined, most: number): Terms {
  if (parent) requireWithin(parent, asked, most);
  const redelegationCount = depth(asked, parent, most);
  const remainingUses = asked.remaining_uses ?? undefined;
  if (redelegationCount > 0 && remainingUses !== undefined) {
    throw new KumulusError("Invalid", "remaining_uses must not be set if redelegation is allowed");
  }
  const expiresAt = asked.expiresAt ?? parent?.spec.expiresAt;
  return { impersonation: asked.impersonation, expiresAt, remainingUses, redelegationCount };
}

/** The roles that the body names, out of those that may be given. NotFound (404) for another, Forbidden (403) for one that the parent lacks. */
export function rolesFor(
  asked: readonly { id?: string; name?: string }[],
  held: readonly Role[],
  parent: Trust | undefined,
): readonly Role[] {
  const given = parent && new Set((parent.spec.roleRefs ?? []).map(({ name }) => name));
  return asked.map(({ id, name }) => {
    const role = held.find((each) => (id === undefined ? displayNameOf(each) === name : idOf(each) === id));
    if (!role) throw new KumulusError("NotFound", `Could not find role: ${id ?? name}.`);
    if (given && !given.has(role.metadata.name)) throw forbidden("Some of requested roles are not in redelegated trust");
    return role;
  });
}
