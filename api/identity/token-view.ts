// The wire form of a token (Identity API v3, "Validate and show information for token").
import { idOf } from "../../domain/id.ts";
import type { User } from "../../models/identity/user.ts";
import { accessRuleView } from "./access-rule-view.ts";
import type { Catalog } from "./catalog.ts";
import type { CheckedToken } from "./token-check.ts";
import { named } from "./world.ts";

/** Keystone's times: microseconds, UTC. */
export const keystoneTime = (ms: number): string => new Date(ms).toISOString().replace("Z", "000Z");

/** When the user's password expires; null where it does not. */
export function passwordExpiry({ spec, status }: User): string | null {
  const at = spec.options?.ignorePasswordExpiry ? undefined : status?.passwordExpiresAt;
  return at === undefined ? null : keystoneTime(Date.parse(at));
}

function scopeView({ claims, tenant, domain, roles }: CheckedToken) {
  if (!claims.prj && !claims.dom && !claims.sys) return {};
  const held = { roles: roles.map(named) };
  if (tenant && domain) return { project: { ...named(tenant), domain: named(domain) }, is_domain: false, ...held };
  if (domain) return { domain: named(domain), ...held };
  return { system: { all: true }, ...held };
}

/** What the token was made with, besides its user (Identity API v3: "Application credentials", OS-TRUST). */
function delegationView({ applicationCredential, accessRules, delegated }: CheckedToken) {
  return {
    ...(applicationCredential && {
      application_credential: {
        ...named(applicationCredential),
        restricted: !applicationCredential.spec.unrestricted,
        ...(accessRules && { access_rules: accessRules.map(accessRuleView) }),
      },
    }),
    ...(delegated && {
      "OS-TRUST:trust": {
        id: idOf(delegated.trust),
        impersonation: delegated.trust.spec.impersonation,
        trustee_user: { id: idOf(delegated.trustee) },
        trustor_user: { id: idOf(delegated.trustor) },
      },
    }),
  };
}

/** By whom somebody is vouched for (Identity API v3 extensions, "OS-FEDERATION"). */
function federationView({ user, federation }: CheckedToken) {
  const { federated } = user.spec;
  if (!federated || !federation) return {};
  const groups = federation.groups.map((group) => ({ id: idOf(group) }));
  return {
    "OS-FEDERATION": { groups, identity_provider: { id: federation.provider }, protocol: { id: federated.protocol } },
  };
}

/** `catalog` undefined: the client asked for none, or the token has no scope. */
export function viewToken(checked: CheckedToken, catalog: { catalog: Catalog; origin: string } | undefined) {
  const { claims, user, userDomain, tenant } = checked;
  const scope = scopeView(checked);
  return {
    methods: claims.amr,
    user: { ...named(user), domain: named(userDomain), password_expires_at: passwordExpiry(user), ...federationView(checked) },
    audit_ids: claims.par === undefined ? [claims.jti] : [claims.jti, claims.par],
    expires_at: keystoneTime(claims.exp),
    issued_at: keystoneTime(claims.iat),
    ...scope,
    ...delegationView(checked),
    ...(catalog && "roles" in scope && { catalog: catalog.catalog.view(catalog.origin, tenant && idOf(tenant)) }),
  };
}
