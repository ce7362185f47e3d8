// Which projects a change of users, groups, roles and assignments concerns.
import { Domain } from "../../../models/identity/domain.ts";
import { Group } from "../../../models/identity/group.ts";
import { ImpliedRole } from "../../../models/identity/implied-role.ts";
import { Role } from "../../../models/identity/role.ts";
import { RoleAssignment } from "../../../models/identity/role-assignment.ts";
import { Tenant } from "../../../models/identity/tenant.ts";
import { User } from "../../../models/identity/user.ts";
import type { KubeObject } from "../../../models/kind.ts";
import type { Caches, ObjectKey, Watch } from "../../../operator/contract.ts";
import { watch } from "../../../operator/controller/define-controller.ts";
import { referenceIndex } from "../references.ts";

const keyOf = ({ metadata }: KubeObject): ObjectKey => ({ name: metadata.name });
const naming = (caches: Caches, what: string) => caches.of(RoleAssignment).byIndex(referenceIndex, what);

/** The project and all below it. */
function withDescendants(name: string, caches: Caches): ObjectKey[] {
  const below = caches.of(Tenant).byIndex(referenceIndex, `Tenant/${name}`);
  return [{ name }, ...below.flatMap(({ metadata }) => withDescendants(metadata.name, caches))];
}

function byAssignment({ spec }: RoleAssignment, caches: Caches): readonly ObjectKey[] {
  if (spec.tenantRef) return spec.inherited ? withDescendants(spec.tenantRef.name, caches) : [{ name: spec.tenantRef.name }];
  return spec.domainRef && spec.inherited ? caches.of(Tenant).byIndex(referenceIndex, `Domain/${spec.domainRef.name}`).map(keyOf) : [];
}

const byAssignments = (assignments: readonly RoleAssignment[], caches: Caches) => assignments.flatMap((each) => byAssignment(each, caches));

function byUser({ metadata, spec }: User, caches: Caches): readonly ObjectKey[] {
  const actors = [`User/${metadata.name}`, ...(spec.groupRefs ?? []).map(({ name }) => `Group/${name}`)];
  return actors.flatMap((actor) => byAssignments(naming(caches, actor), caches));
}

/** Assignments of the role and of all that bring it with them. */
function byRole(name: string, caches: Caches, seen: Set<string> = new Set()): readonly ObjectKey[] {
  if (seen.has(name)) return [];
  seen.add(name);
  const priors = caches
    .of(ImpliedRole)
    .byIndex(referenceIndex, `Role/${name}`)
    .filter(({ spec }) => spec.impliedRoleRef.name === name);
  const own = byAssignments(naming(caches, `Role/${name}`), caches);
  return [...own, ...priors.flatMap(({ spec }) => byRole(spec.priorRoleRef.name, caches, seen))];
}

export const wakeTenants: readonly Watch<never>[] = [
  watch(RoleAssignment, byAssignment),
  watch(User, byUser),
  watch(Group, ({ metadata }, caches) => byAssignments(naming(caches, `Group/${metadata.name}`), caches)),
  watch(Role, ({ metadata }, caches) => byRole(metadata.name, caches)),
  watch(ImpliedRole, ({ spec }, caches) => byRole(spec.priorRoleRef.name, caches)),
  watch(Domain, ({ metadata }, caches) => [
    ...caches.of(Tenant).byIndex(referenceIndex, `Domain/${metadata.name}`).map(keyOf),
    ...caches
      .of(User)
      .byIndex(referenceIndex, `Domain/${metadata.name}`)
      .flatMap((user) => byUser(user, caches)),
  ]),
];
