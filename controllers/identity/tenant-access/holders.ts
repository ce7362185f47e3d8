// Who holds which of the standard roles on a project: by own assignments and the groups', inherited and implied ones. Pure, but for what it reads.

import { displayNameOf } from "../../../domain/id.ts";
import { standsFor } from "../../../domain/identity/bound.ts";
import { type StandardRole, standardRoles } from "../../../domain/identity/tenant-rights.ts";
import { Domain } from "../../../models/identity/domain.ts";
import { Group } from "../../../models/identity/group.ts";
import { ImpliedRole } from "../../../models/identity/implied-role.ts";
import { Role } from "../../../models/identity/role.ts";
import { RoleAssignment } from "../../../models/identity/role-assignment.ts";
import { Tenant } from "../../../models/identity/tenant.ts";
import { User } from "../../../models/identity/user.ts";
import type { Context } from "../../../operator/contract.ts";
import { referenceIndex } from "../references.ts";

export const groupIndex = "identity-groups";
type Reads = Pick<Context, "get" | "byIndex">;

const isOn = (object: { spec: { enabled?: boolean } } | undefined) => object !== undefined && object.spec.enabled !== false;

/** The projects above, nearest first; one whose parent is another object than the one it was made below has none. */
function ancestorsOf(tenant: Tenant, ctx: Reads): Tenant[] {
  const found: Tenant[] = [];
  for (let child = tenant; child.spec.parentRef && found.length < 10; ) {
    const parent = ctx.get(Tenant, child.spec.parentRef.name);
    if (!parent || !standsFor(child, [parent])) break;
    found.push(parent);
    child = parent;
  }
  return found;
}

/** Assignments that hold on the project, each with the object that it is on. */
function* assignmentsOn(tenant: Tenant, ctx: Reads): Generator<[RoleAssignment, Tenant | Domain]> {
  const on = (place: Tenant | Domain, inherited: boolean) =>
    ctx
      .byIndex(RoleAssignment, referenceIndex, `${place.kind}/${place.metadata.name}`)
      .filter(({ spec }) => (spec.inherited ?? false) === inherited)
      .map((each): [RoleAssignment, Tenant | Domain] => [each, place]);
  yield* on(tenant, false);
  for (const above of ancestorsOf(tenant, ctx)) yield* on(above, true);
  const domain = ctx.get(Domain, tenant.spec.domainRef.name);
  if (domain) yield* on(domain, true);
}

/** The greatest of the standard roles among a role and those that come with it. */
function standardRoleOf(given: Role, ctx: Reads): StandardRole | undefined {
  const seen = new Set<string>();
  const names = new Set<string>();
  for (const waiting = [given]; waiting.length > 0; ) {
    const role = waiting.pop();
    if (!role || seen.has(role.metadata.name)) continue;
    seen.add(role.metadata.name);
    if (!role.spec.domainRef) names.add(displayNameOf(role).toLowerCase());
    for (const rule of ctx.byIndex(ImpliedRole, referenceIndex, `Role/${role.metadata.name}`)) {
      const implied = ctx.get(Role, rule.spec.impliedRoleRef.name);
      if (rule.spec.priorRoleRef.name === role.metadata.name && implied && standsFor(rule, [role, implied])) waiting.push(implied);
    }
  }
  return standardRoles.findLast((role) => names.has(role));
}

/** Members of the group, or the user itself; only who could log in. */
function usersOf({ spec }: RoleAssignment, ctx: Reads): { actor: User | Group | undefined; users: readonly User[] } {
  const actor = spec.userRef ? ctx.get(User, spec.userRef.name) : spec.groupRef && ctx.get(Group, spec.groupRef.name);
  const users = spec.userRef ? [actor as User | undefined] : spec.groupRef ? ctx.byIndex(User, groupIndex, spec.groupRef.name) : [];
  const present = users.filter((user) => user !== undefined);
  return { actor, users: present.filter((user) => isOn(user) && isOn(ctx.get(Domain, user.spec.domainRef.name))) };
}

/** Greatest standard role by the User's Kubernetes name. */
export function holdersOf(tenant: Tenant, ctx: Reads): ReadonlyMap<string, StandardRole> {
  const holders = new Map<string, StandardRole>();
  if (!isOn(tenant) || !isOn(ctx.get(Domain, tenant.spec.domainRef.name))) return holders;
  for (const [assignment, place] of assignmentsOn(tenant, ctx)) {
    const role = ctx.get(Role, assignment.spec.roleRef.name);
    const { actor, users } = usersOf(assignment, ctx);
    const standard = role && standsFor(assignment, [role, actor, place]) ? standardRoleOf(role, ctx) : undefined;
    if (!standard) continue;
    for (const { metadata } of users) {
      const before = holders.get(metadata.name);
      if (!before || standardRoles.indexOf(before) < standardRoles.indexOf(standard)) holders.set(metadata.name, standard);
    }
  }
  return holders;
}
