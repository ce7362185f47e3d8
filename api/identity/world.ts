// What the identity API reads: the stores with their indexes, and who has which role where.
import { displayNameOf, idOf } from "../../domain/id.ts";
import { Domain } from "../../models/identity/domain.ts";
import { Role } from "../../models/identity/role.ts";
import { RoleAssignment } from "../../models/identity/role-assignment.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { TokenRevocation } from "../../models/identity/token-revocation.ts";
import { User } from "../../models/identity/user.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { Store, Stores } from "../http/store.ts";

/** Where roles hold. */
export type Target = { readonly tenant: Tenant } | { readonly domain: Domain } | { readonly system: true };

export interface IdentityWorld {
  readonly domains: Store<Domain>;
  readonly tenants: Store<Tenant>;
  readonly users: Store<User>;
  readonly roles: Store<Role>;
  readonly assignments: Store<RoleAssignment>;
  readonly revocations: Store<TokenRevocation>;
  /** From the cache alone: logins and token checks never wait for the API server. */
  byId<T extends KubeObject>(store: Store<T>, id: string): T | undefined;
  domainByName(name: string): Domain | undefined;
  userByName(name: string, domain: Domain): User | undefined;
  tenantByName(name: string, domain: Domain): Tenant | undefined;
  domainOf(object: User | Tenant): Domain | undefined;
  assignmentsOf(user: User): readonly RoleAssignment[];
  /** Roles assigned to the user right there, each once; implied ones not counted in. */
  rolesOf(user: User, target: Target): readonly Role[];
  /** Changes whenever an object that token checks read changes. */
  epoch(): number;
}

/** Names are case-insensitive in Keystone's databases, and unique in their domain. */
const nameKey = (domain: string, name: string) => `${domain}/${name.toLowerCase()}`;

export function holdsOn({ spec }: RoleAssignment, target: Target): boolean {
  if (spec.inherited) return false;
  if ("tenant" in target) return spec.tenantRef?.name === target.tenant.metadata.name;
  if ("domain" in target) return spec.domainRef?.name === target.domain.metadata.name;
  return spec.system === true;
}

function changeCounter(stores: readonly Store<never>[]): () => number {
  let count = 0;
  for (const { cache } of stores) cache.onChange(() => (count += 1));
  return () => count;
}

export function identityWorld(stores: Stores): IdentityWorld {
  const of = <T extends KubeObject>(kind: Kind<T>) => stores.of(kind);
  const [domains, tenants, users, roles] = [of(Domain), of(Tenant), of(User), of(Role)];
  const [assignments, revocations] = [of(RoleAssignment), of(TokenRevocation)];
  domains.cache.addIndex("name", (domain) => [displayNameOf(domain).toLowerCase()]);
  users.cache.addIndex("name", (user) => [nameKey(user.spec.domainRef.name, displayNameOf(user))]);
  tenants.cache.addIndex("name", (tenant) => [nameKey(tenant.spec.domainRef.name, displayNameOf(tenant))]);
  assignments.cache.addIndex("user", ({ spec }) => [spec.userRef.name]);
  const assignmentsOf = (user: User) => assignments.byIndex("user", user.metadata.name);
  return {
    domains,
    tenants,
    users,
    roles,
    assignments,
    revocations,
    byId: (store, id) => store.byIndex("id", id)[0],
    domainByName: (name) => domains.byIndex("name", name.toLowerCase())[0],
    userByName: (name, { metadata }) => users.byIndex("name", nameKey(metadata.name, name))[0],
    tenantByName: (name, { metadata }) => tenants.byIndex("name", nameKey(metadata.name, name))[0],
    domainOf: ({ spec }) => domains.get(spec.domainRef.name),
    assignmentsOf,
    rolesOf(user, target) {
      const names = new Set(assignmentsOf(user).flatMap((each) => (holdsOn(each, target) ? [each.spec.roleRef.name] : [])));
      return [...names].flatMap((name) => roles.get(name) ?? []);
    },
    epoch: changeCounter([domains, tenants, users, roles, assignments, revocations] as unknown as Store<never>[]),
  };
}

export const isEnabled = (object: { spec: { enabled?: boolean } } | undefined): boolean =>
  object !== undefined && object.spec.enabled !== false;

/** Keystone's id of a Role, Domain, … by its object. */
export const named = (object: KubeObject & { spec: { displayName?: string } }) => ({ id: idOf(object), name: displayNameOf(object) });
