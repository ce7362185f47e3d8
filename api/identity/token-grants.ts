// The roles behind a token: those of its user, or what an application credential or a trust gives of somebody's. Reads the caches only.
import { idOf } from "../../domain/id.ts";
import type { ApplicationCredential } from "../../models/identity/application-credential.ts";
import type { Role } from "../../models/identity/role.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { Trust } from "../../models/identity/trust.ts";
import type { User } from "../../models/identity/user.ts";
import type { LocalRef } from "../../models/kind.ts";
import { type AuthWorld, isUsable, trustChain } from "./delegations.ts";
import type { Target } from "./effective-roles.ts";
import { isEnabled } from "./world.ts";

/** What a token was made with, by ids. */
export interface GrantClaims {
  /** Roles assigned when it was made: when one of them is taken away the token is dead. */
  readonly rol: readonly string[];
  /** Application credential. */
  readonly app?: string;
  readonly tru?: string;
}

export interface TrustGrant {
  readonly trust: Trust;
  readonly trustor: User;
  readonly trustee: User;
}

export interface Granted {
  /** Implied ones included. */
  readonly roles: readonly Role[];
  readonly applicationCredential?: ApplicationCredential;
  readonly delegated?: TrustGrant;
}

/** Roles on the target, implied ones included. */
export function effectiveRoles(world: AuthWorld, user: User, target: Target): readonly Role[] {
  return world.withImplied(world.rolesOf(user, target));
}

function assigned(world: AuthWorld, user: User, target: Target | undefined, { rol }: GrantClaims): Granted | undefined {
  if (!target) return { roles: [] };
  const ids = new Set(world.rolesOf(user, target).map(idOf));
  const roles = effectiveRoles(world, user, target);
  return roles.length > 0 && rol.every((id) => ids.has(id)) ? { roles } : undefined;
}

/** These roles and what they imply, of what the user has on the project; undefined when the user lacks one of them. */
function partOf(world: AuthWorld, refs: readonly LocalRef[], user: User, tenant: Tenant): readonly Role[] | undefined {
  const held = effectiveRoles(world, user, { tenant });
  const names = new Set(held.map(({ metadata }) => metadata.name));
  if (!refs.every(({ name }) => names.has(name))) return undefined;
  const given = refs.flatMap(({ name }) => world.roles.get(name) ?? []);
  const wanted = new Set(world.withImplied(given).map((role) => role.metadata.name));
  return held.filter(({ metadata }) => wanted.has(metadata.name));
}

const isNamed = (ref: LocalRef | undefined, object: { metadata: { name: string } } | undefined) => ref?.name === object?.metadata.name;

function byApplicationCredential(world: AuthWorld, id: string, user: User, tenant: Tenant | undefined, now: number): Granted | undefined {
  const credential = world.byId(world.applicationCredentials, id);
  if (!credential || !tenant || !isUsable(world, credential, now)) return undefined;
  if (!isNamed(credential.spec.userRef, user) || !isNamed(credential.spec.tenantRef, tenant)) return undefined;
  const roles = partOf(world, credential.spec.roleRefs, user, tenant);
  return roles && { roles, applicationCredential: credential };
}

/** Whoever gave something on must still be there and enabled. */
function agentsAreEnabled(world: AuthWorld, chain: readonly Trust[]): boolean {
  const names = chain.flatMap(({ spec }) => [spec.trustorRef.name, spec.trusteeRef.name]);
  return names.every((name) => {
    const user = world.users.get(name);
    return user !== undefined && isEnabled(user) && isEnabled(world.domainOf(user));
  });
}

/** No trust gives more than the one that it was made from. */
function isNarrowing(chain: readonly Trust[]): boolean {
  return chain.every((trust, at) => {
    const parent = chain[at + 1];
    if (!parent) return true;
    const given = new Set((parent.spec.roleRefs ?? []).map(({ name }) => name));
    const fits = (trust.spec.roleRefs ?? []).every(({ name }) => given.has(name));
    return fits && trust.spec.tenantRef?.name === parent.spec.tenantRef?.name && (parent.spec.impersonation || !trust.spec.impersonation);
  });
}

function byTrust(world: AuthWorld, id: string, trustee: User, tenant: Tenant | undefined, now: number): Granted | undefined {
  const trust = world.byId(world.trusts, id);
  const chain = trust && trustChain(world, trust, now);
  const first = chain?.at(-1);
  const giver = first && world.users.get(first.spec.trustorRef.name);
  const trustor = trust && world.users.get(trust.spec.trustorRef.name);
  if (!trust || !chain || !giver || !trustor || !isNamed(trust.spec.trusteeRef, trustee) || !isNamed(trust.spec.tenantRef, tenant))
    return undefined;
  if (!agentsAreEnabled(world, chain) || !isNarrowing(chain)) return undefined;
  const roles = tenant ? partOf(world, trust.spec.roleRefs ?? [], giver, tenant) : [];
  return roles && { roles, delegated: { trust, trustor, trustee } };
}

/** Undefined: the right that the token stood for is gone. `actor`: who logged in; another than the user where a trust impersonates. */
export function grantedBy(
  world: AuthWorld,
  claims: GrantClaims,
  { user, actor, target }: { user: User; actor: User; target: Target | undefined },
  now: number,
): Granted | undefined {
  const tenant = target && "tenant" in target ? target.tenant : undefined;
  if (claims.app !== undefined) return byApplicationCredential(world, claims.app, user, tenant, now);
  if (claims.tru !== undefined) return byTrust(world, claims.tru, actor, tenant, now);
  return assigned(world, user, target, claims);
}
