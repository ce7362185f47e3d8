// Who has which role where: assignments of users and their groups, inherited ones, and the roles that come with others. By indexes alone.
import { standsFor } from "../../domain/identity/bound.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { Group } from "../../models/identity/group.ts";
import type { Role } from "../../models/identity/role.ts";
import type { RoleAssignment } from "../../models/identity/role-assignment.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { User, UserFederated } from "../../models/identity/user.ts";
import type { KubeObject } from "../../models/kind.ts";
import { withImpliedRoles } from "../http/policy.ts";
import type { IdentityStores } from "./world.ts";

/** Where roles hold. */
export type Target = { readonly tenant: Tenant } | { readonly domain: Domain } | { readonly system: true };
export type Actor = { readonly user: User } | { readonly group: Group };

/** One assignment with the objects that it names. */
export interface Grant {
  readonly assignment: RoleAssignment;
  readonly role: Role;
  readonly actor: Actor;
  readonly target: Target;
  readonly inherited: boolean;
}

export interface AssignmentReads {
  groupsOf(user: User): readonly Group[];
  /** All assignments of the user and of its groups. */
  assignmentsOf(user: User): readonly RoleAssignment[];
  /** Roles that the user has right there, by assignments of its own, its groups', and inherited ones; each once; implied ones not counted in. */
  rolesOf(user: User, target: Target): readonly Role[];
  /** The roles and those that come with them, each once, without those of a domain: these give others and are none themselves. */
  withImplied(roles: readonly Role[]): readonly Role[];
  /** Roles that come directly with this one. */
  impliedBy(role: Role): readonly Role[];
  /** Undefined when something that it names is not there, or is another object than the one that it was made for. */
  grantOf(assignment: RoleAssignment): Grant | undefined;
  grantsOf(actor: Actor): readonly Grant[];
  grantsOn(target: Target): readonly Grant[];
  grantsOfRole(role: Role): readonly Grant[];
  /** Assignments of one actor on one target itself; `inherited`: those that hold below it. */
  grantsBetween(actor: Actor, target: Target, inherited: boolean): readonly Grant[];
  /** Projects on which the user has a role, whatever way. */
  tenantsOf(user: User): readonly Tenant[];
  /** Domains on which the user has a role. */
  domainsOf(user: User): readonly Domain[];
}

interface Tree {
  ancestorsOf(tenant: Tenant): readonly Tenant[];
  descendantsOf(tenant: Tenant): readonly Tenant[];
  domainOf(tenant: Tenant): Domain | undefined;
}

const actorKey = (actor: Actor) => ("user" in actor ? `user/${actor.user.metadata.name}` : `group/${actor.group.metadata.name}`);

function targetKey(target: Target): string {
  if ("tenant" in target) return `tenant/${target.tenant.metadata.name}`;
  return "domain" in target ? `domain/${target.domain.metadata.name}` : "system";
}

const pairKey = (actor: string, target: string, inherited: boolean) => `${actor} ${target}${inherited ? " inherited" : ""}`;

/** The same keys from what an assignment says. */
const keysOf = ({ spec }: RoleAssignment) => ({
  actor: spec.userRef ? `user/${spec.userRef.name}` : `group/${spec.groupRef?.name ?? ""}`,
  target: spec.tenantRef ? `tenant/${spec.tenantRef.name}` : spec.domainRef ? `domain/${spec.domainRef.name}` : "system",
});

const unique = <T extends KubeObject>(objects: readonly T[]): T[] => [
  ...new Map(objects.map((object) => [object.metadata.name, object])).values(),
];

/** Whether an assignment is on the target itself. */
export const holdsOn = (assignment: RoleAssignment, target: Target): boolean =>
  !assignment.spec.inherited && keysOf(assignment).target === targetKey(target);

/** Groups that an identity provider gave somebody hold for a time. */
const federatedGroups = (federated: UserFederated | undefined) =>
  federated?.groupsUntil !== undefined && Date.parse(federated.groupsUntil) > Date.now() ? (federated.groupRefs ?? []) : [];

/** The objects that an assignment names, in the order of its binding: role, who, where. */
export function grantReader({ users, groups, roles, tenants, domains }: IdentityStores) {
  return (assignment: RoleAssignment): Grant | undefined => {
    const { roleRef, userRef, groupRef, tenantRef, domainRef, inherited = false } = assignment.spec;
    const role = roles.get(roleRef.name);
    const user = userRef && users.get(userRef.name);
    const group = groupRef && groups.get(groupRef.name);
    const tenant = tenantRef && tenants.get(tenantRef.name);
    const domain = domainRef && domains.get(domainRef.name);
    const where = tenantRef ? [tenant] : domainRef ? [domain] : [];
    if (!role || !standsFor(assignment, [role, user ?? group, ...where])) return undefined;
    const actor = user ? { user } : group && { group };
    const target = tenant ? { tenant } : domain ? { domain } : ({ system: true } as const);
    return actor && { assignment, role, actor, target, inherited };
  };
}

function impliedReader({ impliedRoles, roles }: IdentityStores) {
  impliedRoles.cache.addIndex("prior", ({ spec }) => [spec.priorRoleRef.name]);
  /** While a release that did not have ImpliedRoles is being upgraded, nobody may lose what the roles gave. */
  const standard = (prior: Role): Role[] =>
    withImpliedRoles([prior.metadata.name])
      .slice(1)
      .flatMap((name) => roles.get(name) ?? []);
  const impliedBy = (prior: Role): Role[] => {
    if (impliedRoles.list().length === 0) return standard(prior);
    return impliedRoles.byIndex("prior", prior.metadata.name).flatMap((rule) => {
      const implied = roles.get(rule.spec.impliedRoleRef.name);
      return implied && standsFor(rule, [prior, implied]) ? [implied] : [];
    });
  };
  const withImplied = (given: readonly Role[]): Role[] => {
    const found = new Map<string, Role>();
    for (const waiting = [...given]; waiting.length > 0; ) {
      const role = waiting.shift();
      if (!role || found.has(role.metadata.name)) continue;
      found.set(role.metadata.name, role);
      waiting.push(...impliedBy(role));
    }
    return [...found.values()].filter(({ spec }) => spec.domainRef === undefined);
  };
  return { impliedBy, withImplied };
}

function indexAssignments({ assignments: { cache } }: IdentityStores): void {
  cache.addIndex("actor", (assignment) => [keysOf(assignment).actor]);
  cache.addIndex("target", (assignment) => [keysOf(assignment).target]);
  cache.addIndex("role", ({ spec }) => [spec.roleRef.name]);
  cache.addIndex("pair", (assignment) => {
    const { actor, target } = keysOf(assignment);
    return [pairKey(actor, target, assignment.spec.inherited ?? false)];
  });
}

export function assignmentReads(stores: IdentityStores, tree: Tree): AssignmentReads {
  const { assignments, groups, tenants } = stores;
  indexAssignments(stores);
  const grantOf = grantReader(stores);
  const grants = (index: string, key: string) => assignments.byIndex(index, key).flatMap((each) => grantOf(each) ?? []);
  const groupsOf = ({ spec }: User) => {
    const given = federatedGroups(spec.federated).filter(({ name, uid }) => groups.get(name)?.metadata.uid === uid);
    const names = new Set([...(spec.groupRefs ?? []), ...given].map(({ name }) => name));
    return [...names].flatMap((name) => groups.get(name) ?? []);
  };
  const actorsOf = (user: User): Actor[] => [{ user }, ...groupsOf(user).map((group) => ({ group }))];

  /** Assignments of these actors that hold on the target: on itself, or inherited from above it. */
  function* holding(actors: readonly Actor[], target: Target): Generator<Grant> {
    const places: [Target, boolean][] = [[target, false]];
    if ("tenant" in target) {
      const domain = tree.domainOf(target.tenant);
      places.push(...tree.ancestorsOf(target.tenant).map((tenant): [Target, boolean] => [{ tenant }, true]));
      if (domain) places.push([{ domain }, true]);
    }
    for (const actor of actors) {
      for (const [place, inherited] of places) yield* grants("pair", pairKey(actorKey(actor), targetKey(place), inherited));
    }
  }

  /** The projects on which one assignment holds. */
  const tenantsUnder = ({ target, inherited }: Grant): readonly Tenant[] => {
    if ("tenant" in target) return inherited ? tree.descendantsOf(target.tenant) : [target.tenant];
    return inherited && "domain" in target ? tenants.byIndex("domain", target.domain.metadata.name) : [];
  };
  const grantsOf = (actor: Actor) => grants("actor", actorKey(actor));
  const allGrantsOf = (user: User) => actorsOf(user).flatMap(grantsOf);

  return {
    ...impliedReader(stores),
    groupsOf,
    assignmentsOf: (user) => allGrantsOf(user).map(({ assignment }) => assignment),
    rolesOf: (user, target) => unique([...holding(actorsOf(user), target)].map(({ role }) => role)),
    grantOf,
    grantsOf,
    grantsOn: (target) => grants("target", targetKey(target)),
    grantsOfRole: (role) => grants("role", role.metadata.name),
    grantsBetween: (actor, target, inherited) => grants("pair", pairKey(actorKey(actor), targetKey(target), inherited)),
    tenantsOf: (user) => unique(allGrantsOf(user).flatMap(tenantsUnder)),
    domainsOf: (user) =>
      unique(allGrantsOf(user).flatMap(({ target, inherited }) => ("domain" in target && !inherited ? [target.domain] : []))),
  };
}
