// What the identity API reads: the stores with their indexes, and who has which role where.

import { displayNameOf, idOf } from "../../domain/id.ts";
import { standsFor } from "../../domain/identity/bound.ts";
import { type NamedInDomain, nameKey, nameKeyOf } from "../../domain/identity/names.ts";
import { Domain } from "../../models/identity/domain.ts";
import { Group } from "../../models/identity/group.ts";
import { IdentityProvider } from "../../models/identity/identity-provider.ts";
import { ImpliedRole } from "../../models/identity/implied-role.ts";
import { Role } from "../../models/identity/role.ts";
import { RoleAssignment } from "../../models/identity/role-assignment.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { TokenRevocation } from "../../models/identity/token-revocation.ts";
import { User } from "../../models/identity/user.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { Store, Stores } from "../http/store.ts";
import { type AssignmentReads, assignmentReads } from "./effective-roles.ts";
import { isLeaving, presentStore } from "./present.ts";

export interface IdentityStores {
  readonly domains: Store<Domain>;
  readonly tenants: Store<Tenant>;
  readonly users: Store<User>;
  readonly groups: Store<Group>;
  readonly roles: Store<Role>;
  readonly impliedRoles: Store<ImpliedRole>;
  readonly assignments: Store<RoleAssignment>;
  readonly revocations: Store<TokenRevocation>;
  readonly identityProviders: Store<IdentityProvider>;
}

export interface IdentityWorld extends IdentityStores, AssignmentReads {
  /** From the cache alone: logins and token checks never wait for the API server. */
  byId<T extends KubeObject>(store: Store<T>, id: string): T | undefined;
  domainByName(name: string): Domain | undefined;
  userByName(name: string, domain: Domain): User | undefined;
  tenantByName(name: string, domain: Domain): Tenant | undefined;
  groupByName(name: string, domain: Domain): Group | undefined;
  /** `domain` undefined: a role of the whole cloud. */
  roleByName(name: string, domain: Domain | undefined): Role | undefined;
  domainOf(object: { spec: { domainRef: { name: string } } }): Domain | undefined;
  /** Undefined for a project on top of its domain. */
  parentOf(tenant: Tenant): Tenant | undefined;
  /** Directly below. */
  childrenOf(tenant: Tenant): readonly Tenant[];
  /** From the parent upwards. */
  ancestorsOf(tenant: Tenant): readonly Tenant[];
  /** All below it, parents before their children. */
  descendantsOf(tenant: Tenant): readonly Tenant[];
  membersOf(group: Group): readonly User[];
  /** Changes whenever an object that token checks read changes. */
  epoch(): number;
}

/** Indexes of every store whose objects belong to a domain. */
export const plainNameIndex = "plain-name";
export const domainIndex = "domain";
const nameIndex = "name";

function indexNames<T extends NamedInDomain>({ cache }: Store<T>): void {
  cache.addIndex(nameIndex, (object) => [nameKeyOf(object)]);
  cache.addIndex(plainNameIndex, (object) => [displayNameOf(object).toLowerCase()]);
  cache.addIndex(domainIndex, ({ spec }) => (spec.domainRef ? [spec.domainRef.name] : []));
}

function changeCounter(stores: readonly Store<never>[]): () => number {
  let count = 0;
  for (const { cache } of stores) cache.onChange(() => (count += 1));
  return () => count;
}

function storesOf(stores: Stores): IdentityStores {
  const domains = presentStore(stores.of(Domain), isLeaving);
  const inDomain = <T extends NamedInDomain>(kind: Kind<T>) => {
    const store = presentStore(
      stores.of(kind),
      (object) => isLeaving(object) || (object.spec.domainRef !== undefined && isDomainLeaving(object.spec.domainRef.name)),
    );
    indexNames(store);
    return store;
  };
  const isDomainLeaving = (name: string) => {
    const domain = domains.cache.get(name);
    return domain !== undefined && isLeaving(domain);
  };
  indexNames(domains);
  return {
    domains,
    tenants: inDomain(Tenant),
    users: inDomain(User),
    groups: inDomain(Group),
    roles: inDomain(Role),
    impliedRoles: stores.of(ImpliedRole),
    assignments: stores.of(RoleAssignment),
    revocations: stores.of(TokenRevocation),
    identityProviders: stores.of(IdentityProvider),
  };
}

function hierarchy({ tenants }: IdentityStores) {
  const parentOf = (tenant: Tenant): Tenant | undefined => {
    const parent = tenant.spec.parentRef && tenants.get(tenant.spec.parentRef.name);
    return parent?.spec.domainRef.name === tenant.spec.domainRef.name && standsFor(tenant, [parent]) ? parent : undefined;
  };
  const childrenOf = ({ metadata }: Tenant) =>
    tenants.byIndex("parent", metadata.name).filter((child) => parentOf(child)?.metadata.name === metadata.name);
  /** Parents are fixed at the creation, but names can be used again: a walk never goes in circles. */
  const walk = (start: Tenant, next: (tenant: Tenant) => readonly Tenant[]): Tenant[] => {
    const seen = new Set([start.metadata.name]);
    const found: Tenant[] = [];
    for (let level = next(start); level.length > 0; level = level.flatMap(next)) {
      level = level.filter(({ metadata }) => !seen.has(metadata.name));
      for (const tenant of level) seen.add(tenant.metadata.name);
      found.push(...level);
    }
    return found;
  };
  return {
    parentOf,
    childrenOf,
    ancestorsOf: (tenant: Tenant) => walk(tenant, (each) => [parentOf(each)].filter((parent) => parent !== undefined)),
    descendantsOf: (tenant: Tenant) => walk(tenant, childrenOf),
  };
}

export function identityWorld(stores: Stores): IdentityWorld {
  const all = storesOf(stores);
  const { domains, tenants, users, groups, roles } = all;
  tenants.cache.addIndex("parent", ({ spec }) => (spec.parentRef ? [spec.parentRef.name] : []));
  users.cache.addIndex("group", ({ spec }) => (spec.groupRefs ?? []).map(({ name }) => name));
  const domainOf = ({ spec }: { spec: { domainRef: { name: string } } }) => domains.get(spec.domainRef.name);
  const named = <T extends NamedInDomain>(store: Store<T>, name: string, domain: Domain | undefined) =>
    store.byIndex(nameIndex, nameKey(domain?.metadata.name ?? "", name))[0];
  const tree = hierarchy(all);
  return {
    ...all,
    ...tree,
    ...assignmentReads(all, { ...tree, domainOf }),
    byId: (store, id) => store.byIndex("id", id)[0],
    domainByName: (name) => named(domains, name, undefined),
    userByName: (name, domain) => named(users, name, domain),
    tenantByName: (name, domain) => named(tenants, name, domain),
    groupByName: (name, domain) => named(groups, name, domain),
    roleByName: (name, domain) => named(roles, name, domain),
    domainOf,
    membersOf: ({ metadata }) => users.byIndex("group", metadata.name),
    epoch: changeCounter(Object.values(all) as unknown as Store<never>[]),
  };
}

export const isEnabled = (object: { spec: { enabled?: boolean } } | undefined): boolean =>
  object !== undefined && object.spec.enabled !== false;

/** Keystone's id of a Role, Domain, … by its object. */
export const named = (object: KubeObject & { spec: { displayName?: string } }) => ({ id: idOf(object), name: displayNameOf(object) });
