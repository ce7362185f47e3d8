// What a login is for: from `scope` in its body to the project, domain, system or trust of the token.
import { KumulusError } from "../../domain/errors.ts";
import type { Trust } from "../../models/identity/trust.ts";
import { type AuthWorld, remainingUses } from "./delegations.ts";
import { domainBy, type Identified } from "./login-methods.ts";
import type { LoginBody, ScopeBody } from "./login-schema.ts";
import type { IdentitySettings } from "./settings.ts";
import { type TokenRequest, unauthorized } from "./tokens.ts";
import { isEnabled } from "./world.ts";

/** The part of a TokenRequest that says on what, and by what right. */
export type Scoped = Pick<TokenRequest, "user" | "actor" | "scope" | "trust" | "applicationCredential">;

function byProject(world: AuthWorld, project: NonNullable<ScopeBody["project"]>): TokenRequest["scope"] {
  const domain = project.id === undefined ? domainBy(world, project.domain) : undefined;
  const named = domain && world.tenantByName(project.name ?? "", domain);
  const tenant = project.id === undefined ? named : world.byId(world.tenants, project.id);
  if (!tenant) throw unauthorized();
  return { tenant };
}

/** The token of a trust that impersonates is the trustor's. Whether the trust still holds is the token's own check. */
function byTrust(world: AuthWorld, { user }: Identified, id: string): Scoped {
  const trust = world.byId(world.trusts, id);
  const trustor = trust && world.users.get(trust.spec.trustorRef.name);
  const tenant = trust?.spec.tenantRef && world.tenants.get(trust.spec.tenantRef.name);
  if (!trust || !trustor || trust.spec.trusteeRef.name !== user.metadata.name || remainingUses(trust) === 0) throw unauthorized();
  const whose = trust.spec.impersonation ? { user: trustor, actor: user } : { user };
  return { ...whose, trust, scope: tenant ? { tenant } : {} };
}

/** Without a scope in the body: the user's default project if it may be used, else no scope. */
function byDefault(world: AuthWorld, { user }: Identified): TokenRequest["scope"] {
  const name = user.spec.defaultTenantRef?.name;
  const tenant = name === undefined ? undefined : world.tenants.get(name);
  const usable = tenant && isEnabled(tenant) && isEnabled(world.domainOf(tenant)) && world.rolesOf(user, { tenant }).length > 0;
  return usable ? { tenant } : {};
}

function refuseRescope({ parent }: Identified, { project, domain }: ScopeBody, allowed: boolean): void {
  const narrower = parent?.sys && (project || domain);
  const scoped = parent !== undefined && (parent.prj !== undefined || parent.dom !== undefined);
  if (!narrower && (allowed || !scoped)) return;
  throw new KumulusError("Forbidden", "You are not authorized to perform the requested action: rescope a scoped token.");
}

const one = "Expecting to find one of system, project, domain, OS-TRUST:trust or unscoped in scope.";

type ScopeSettings = Pick<IdentitySettings, "allow_rescope_scoped_token">;

export function scopeOf(world: AuthWorld, known: Identified, asked: LoginBody["auth"]["scope"], settings: ScopeSettings): Scoped {
  const { user, applicationCredential } = known;
  if (applicationCredential) {
    if (asked !== undefined)
      throw new KumulusError(
        "Unauthorized",
        "Error authenticating with application credential: Application credentials cannot request a scope.",
      );
    const tenant = world.tenants.get(applicationCredential.spec.tenantRef.name);
    return { user, applicationCredential, scope: tenant ? { tenant } : {} };
  }
  const scope = asked === "unscoped" ? { unscoped: {} } : asked;
  refuseRescope(known, scope ?? {}, settings.allow_rescope_scoped_token);
  if (!scope) return { user, scope: byDefault(world, known) };
  const { project, domain: domainRef, system, unscoped, "OS-TRUST:trust": trust } = scope;
  if ([project, domainRef, system, unscoped, trust].filter((each) => each !== undefined).length !== 1)
    throw new KumulusError("Invalid", one);
  if (trust) return byTrust(world, known, trust.id);
  if (project) return { user, scope: byProject(world, project) };
  if (system) return { user, scope: { system: true } };
  const domain = domainRef && domainBy(world, domainRef);
  if (domainRef && !domain) throw unauthorized();
  return { user, scope: domain ? { domain } : {} };
}

/** Takes one of the uses that a trust has left. Unauthorized when none is: of many at once only so many get one. */
export async function consume(world: AuthWorld, trust: Trust): Promise<void> {
  if (trust.spec.remainingUses === undefined) return;
  await world.trusts.update(
    trust,
    (draft) => {
      if (remainingUses(draft) === 0) throw unauthorized();
      draft.status = { ...draft.status, uses: (draft.status?.uses ?? 0) + 1 };
    },
    { subresource: "status" },
  );
}
