// Whether a token's claims still hold: user, password, scope and roles as they are now. Reads the caches only.
import { idOf } from "../../domain/id.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { Role } from "../../models/identity/role.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { User } from "../../models/identity/user.ts";
import type { Auth, ProjectScope } from "../http/auth.ts";
import type { Target } from "./effective-roles.ts";
import { type IdentityWorld, isEnabled, named } from "./world.ts";

/** Payload of a token. Times are ms since 1970. Ids are OpenStack ids, so that a new object of an old name is somebody else. */
export interface Claims {
  sub: string;
  iat: number;
  exp: number;
  /** Audit id: names the TokenRevocation. */
  jti: string;
  /** Audit id of the first token of a chain. */
  par?: string;
  /** Methods of the login. */
  amr: string[];
  prj?: string;
  dom?: string;
  sys?: boolean;
  /** Roles it was made with: when one of them is taken away the token is dead. */
  rol: string[];
  /** First half of SHA-256 (hex) of the password's hash. */
  pwf?: string;
}

export interface CheckedToken {
  readonly claims: Claims;
  readonly user: User;
  readonly userDomain: Domain;
  readonly tenant?: Tenant;
  /** Of the project, or the scope itself. */
  readonly domain?: Domain;
  /** Implied ones included. */
  readonly roles: readonly Role[];
}

export function isClaims(value: unknown): value is Claims {
  const claims = value as Partial<Claims> | undefined;
  return (
    typeof claims?.sub === "string" &&
    typeof claims.iat === "number" &&
    typeof claims.exp === "number" &&
    typeof claims.jti === "string" &&
    Array.isArray(claims.rol)
  );
}

export const fingerprintLength = 32;
/** How far the clocks of two replicas may be apart: a token is not younger than a change because another clock says so. */
const clockSkewMs = 5_000;

/**
 * The User's controller notes the hash that it saw last. A token with another one is dead, unless it is younger than that note: then the
 * controller has not seen the new hash yet.
 */
function passwordHolds({ status }: User, { pwf, iat }: Claims): boolean {
  const changedAt = status?.passwordChangedAt === undefined ? undefined : Date.parse(status.passwordChangedAt);
  if (changedAt === undefined || pwf === undefined) return true;
  const seen = status?.passwordFingerprint?.toLowerCase();
  if (seen?.slice(0, fingerprintLength) === pwf) return true;
  return iat > changedAt + clockSkewMs;
}

/** A user who is enabled again does not get its old tokens back. */
const wasDisabledSince = ({ status }: User, { iat }: Claims) =>
  status?.disabledAt !== undefined && iat < Date.parse(status.disabledAt) + 1000;

function scopeOf(world: IdentityWorld, claims: Claims): { tenant?: Tenant; domain?: Domain; target?: Target } | undefined {
  if (claims.prj !== undefined) {
    const tenant = world.byId(world.tenants, claims.prj);
    const domain = tenant && world.domainOf(tenant);
    return tenant && domain && isEnabled(tenant) && isEnabled(domain) ? { tenant, domain, target: { tenant } } : undefined;
  }
  if (claims.dom !== undefined) {
    const domain = world.byId(world.domains, claims.dom);
    return domain && isEnabled(domain) ? { domain, target: { domain } } : undefined;
  }
  return claims.sys ? { target: { system: true } } : {};
}

function rolesIn(world: IdentityWorld, user: User, target: Target | undefined, claims: Claims): readonly Role[] | undefined {
  if (!target) return [];
  const roles = world.rolesOf(user, target);
  const ids = new Set(roles.map(idOf));
  const effective = world.withImplied(roles);
  return effective.length > 0 && claims.rol.every((id) => ids.has(id)) ? effective : undefined;
}

/** Undefined: the token is dead. */
export function checkClaims(world: IdentityWorld, claims: Claims, now: number): CheckedToken | undefined {
  if (claims.exp <= now || world.revocations.get(claims.jti)) return undefined;
  const user = world.byId(world.users, claims.sub);
  const userDomain = user && world.domainOf(user);
  if (!user || !userDomain || !isEnabled(user) || !isEnabled(userDomain) || !passwordHolds(user, claims)) return undefined;
  if (wasDisabledSince(user, claims)) return undefined;
  const scope = scopeOf(world, claims);
  const roles = scope && rolesIn(world, user, scope.target, claims);
  if (!scope || !roles) return undefined;
  const { tenant, domain } = scope;
  return { claims, user, userDomain, roles, ...(tenant && { tenant }), ...(domain && { domain }) };
}

function projectScope(tenant: Tenant): ProjectScope {
  const { id, name } = named(tenant);
  const { metadata, status, spec } = tenant;
  return { id, name, tenant: metadata.name, namespace: status?.namespace ?? `kumulus-${metadata.name}`, domainId: spec.domainRef.name };
}

/** The token as the other services see it. */
export function authOf({ user, userDomain, tenant, domain, roles, claims }: CheckedToken): Auth {
  const names = roles.map((role) => named(role).name);
  return Object.freeze({
    userId: idOf(user),
    userName: named(user).name,
    user: user.metadata.name,
    userDomainId: idOf(userDomain),
    ...(tenant && domain && { project: { ...projectScope(tenant), domainId: idOf(domain) } }),
    ...(!tenant && domain && { domainId: idOf(domain) }),
    system: claims.sys === true,
    roles: names,
    isAdmin: names.includes("admin"),
  });
}
