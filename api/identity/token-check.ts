// Whether a token's claims still hold: user, password, scope and roles as they are now. Reads the caches only.
import { idOf } from "../../domain/id.ts";
import { type AccessPattern, accessCheck } from "../../domain/identity/access-rule.ts";
import type { AccessRule } from "../../models/identity/access-rule.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { Group } from "../../models/identity/group.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { User } from "../../models/identity/user.ts";
import type { Auth, ProjectScope } from "../http/auth.ts";
import { type AuthWorld, isBoundCredential, isBoundRule } from "./delegations.ts";
import type { Target } from "./effective-roles.ts";
import { federationID } from "./federation/federation-id.ts";
import { type Granted, grantedBy } from "./token-grants.ts";
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
  /** First half of SHA-256 (hex) of the hash of the password of whoever logged in. */
  pwf?: string;
  /** Application credential. */
  app?: string;
  tru?: string;
  /** Who logged in, where a trust makes the token the trustor's. */
  act?: string;
  /** EC2 credential. */
  crd?: string;
}

export interface CheckedToken extends Granted {
  readonly claims: Claims;
  readonly user: User;
  readonly userDomain: Domain;
  readonly tenant?: Tenant;
  /** Of the project, or the scope itself. */
  readonly domain?: Domain;
  /** Of the application credential, where it has a list of them. */
  readonly accessRules?: readonly AccessRule[];
  /** Of who came in by an identity provider: its id, and the groups that it gave. */
  readonly federation?: { readonly provider: string; readonly groups: readonly Group[] };
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

/** Somebody who may have tokens at all. */
function activeUser(world: IdentityWorld, id: string): { user: User; domain: Domain } | undefined {
  const user = world.byId(world.users, id);
  const domain = user && world.domainOf(user);
  return user && domain && isEnabled(user) && isEnabled(domain) && isVouchedFor(world, user) ? { user, domain } : undefined;
}

/** Whoever came in by an identity provider is somebody for as long as that very provider is there and switched on. */
function isVouchedFor(world: IdentityWorld, { spec, metadata }: User): boolean {
  if (!spec.federated) return true;
  const provider = world.identityProviders.get(spec.federated.identityProviderRef.name);
  return isEnabled(provider) && (metadata.ownerReferences ?? []).some(({ uid }) => uid === provider?.metadata.uid);
}

function federationOf(world: IdentityWorld, user: User): Pick<CheckedToken, "federation"> {
  const provider = user.spec.federated && world.identityProviders.get(user.spec.federated.identityProviderRef.name);
  return provider ? { federation: { provider: federationID(provider), groups: world.groupsOf(user) } } : {};
}

function credentialHolds(world: AuthWorld, { crd }: Claims): boolean {
  if (crd === undefined) return true;
  const credential = world.credentialById(crd);
  return credential !== undefined && isBoundCredential(world, credential);
}

/** A rule that is gone lets nothing through. */
function accessRulesOf(world: AuthWorld, { applicationCredential }: Granted): { accessRules?: readonly AccessRule[] } {
  const refs = applicationCredential?.spec.accessRuleRefs;
  if (!refs) return {};
  const owner = applicationCredential.spec.userRef.name;
  const rules = refs.flatMap(({ name }) => world.accessRules.get(name) ?? []);
  return { accessRules: rules.filter((rule) => rule.spec.userRef.name === owner && isBoundRule(world, rule)) };
}

/** Undefined: the token is dead. */
export function checkClaims(world: AuthWorld, claims: Claims, now: number): CheckedToken | undefined {
  if (claims.exp <= now || world.revocations.get(claims.jti)) return undefined;
  const found = activeUser(world, claims.sub);
  const actor = claims.act === undefined ? found : activeUser(world, claims.act);
  if (!found || !actor || !passwordHolds(actor.user, claims) || !credentialHolds(world, claims)) return undefined;
  if (wasDisabledSince(found.user, claims) || wasDisabledSince(actor.user, claims)) return undefined;
  const scope = scopeOf(world, claims);
  const granted = scope && grantedBy(world, claims, { user: found.user, actor: actor.user, target: scope.target }, now);
  if (!granted) return undefined;
  const { tenant, domain } = scope;
  return {
    claims,
    user: found.user,
    userDomain: found.domain,
    ...granted,
    ...(tenant && { tenant }),
    ...(domain && { domain }),
    ...accessRulesOf(world, granted),
    ...federationOf(world, found.user),
  };
}

/** Whether the token is somebody's for a part of what that user may do: by application credential, trust or EC2 keys. */
export const isDelegated = ({ claims }: CheckedToken): boolean =>
  claims.app !== undefined || claims.tru !== undefined || claims.crd !== undefined;

function projectScope(tenant: Tenant): ProjectScope {
  const { id, name } = named(tenant);
  const { metadata, status, spec } = tenant;
  return { id, name, tenant: metadata.name, namespace: status?.namespace ?? `kumulus-${metadata.name}`, domainId: spec.domainRef.name };
}

/** The token as the other services see it. */
export function authOf({ user, userDomain, tenant, domain, roles, claims, accessRules }: CheckedToken): Auth {
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
    ...(accessRules && { mayAccess: accessCheck(accessRules.map(({ spec }): AccessPattern => spec)) }),
  });
}
