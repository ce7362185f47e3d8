// POST /v3/OS-TRUST/trusts: the trustor makes a trust, or a trustee a narrower one from its own.
import { type Static, Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import { trustReferences } from "../../domain/identity/bound.ts";
import type { Role } from "../../models/identity/role.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { Trust } from "../../models/identity/trust.ts";
import { boundMetadata } from "./bound-metadata.ts";
import { found } from "./collection.ts";
import { type AuthWorld, trustChain } from "./delegations.ts";
import { readExpiry } from "./expiry.ts";
import type { CheckedToken } from "./token-check.ts";
import { effectiveRoles } from "./token-grants.ts";
import { rolesFor, termsOf } from "./trust-terms.ts";

const id = Type.String({ minLength: 1, maxLength: 255 });
const role = Type.Object({ id: Type.Optional(id), name: Type.Optional(id) }, { minProperties: 1, maxProperties: 1 });
const optional = <T extends Parameters<typeof Type.Array>[0]>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

export const trustBody = Type.Object({
  trust: Type.Object({
    trustor_user_id: id,
    trustee_user_id: id,
    impersonation: Type.Boolean(),
    project_id: optional(id),
    remaining_uses: optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
    expires_at: optional(Type.String()),
    allow_redelegation: optional(Type.Boolean()),
    redelegation_count: optional(Type.Integer({ minimum: 0, maximum: 100 })),
    roles: Type.Optional(Type.Array(role, { maxItems: 64 })),
  }),
});
type TrustBody = Static<typeof trustBody>["trust"];

/** Roles that may be given on: the first trustor's, and of a token that is only for a part of them that part alone. */
function givable(world: AuthWorld, token: CheckedToken, tenant: Tenant, now: number): readonly Role[] {
  if (token.applicationCredential) return token.tenant?.metadata.uid === tenant.metadata.uid ? token.roles : [];
  const chain = token.delegated ? trustChain(world, token.delegated.trust, now) : undefined;
  const first = chain?.at(-1);
  const giver = first ? world.users.get(first.spec.trustorRef.name) : token.user;
  return giver ? effectiveRoles(world, giver, { tenant }) : [];
}

async function projectOf(world: AuthWorld, body: TrustBody): Promise<Tenant | undefined> {
  if (!body.project_id) return undefined;
  if (!body.roles || body.roles.length === 0) throw new KumulusError("Forbidden", "At least one role should be specified");
  return found(await world.tenants.byId(body.project_id), "project", body.project_id);
}

const named = (object: { metadata: { name: string } }) => ({ name: object.metadata.name });

/** `most`: Keystone's max_redelegation_count. The caller has looked at the policy and at what the token may do at all. */
export async function createTrust(world: AuthWorld, token: CheckedToken, body: TrustBody, now: number, most: number): Promise<Trust> {
  if (idOf(token.user) !== body.trustor_user_id) throw new KumulusError("Forbidden", "The authenticated user should match the trustor");
  const tenant = await projectOf(world, body);
  const trustee = found(await world.users.byId(body.trustee_user_id), "user", body.trustee_user_id);
  const parent = token.delegated?.trust;
  const roles = tenant ? rolesFor(body.roles ?? [], givable(world, token, tenant, now), parent) : [];
  const { impersonation, expiresAt, remainingUses, redelegationCount } = termsOf(
    { ...body, expiresAt: readExpiry(body.expires_at, now) },
    parent,
    most,
  );
  if (parent && parent.spec.tenantRef?.name !== tenant?.metadata.name) {
    throw new KumulusError("Forbidden", "A redelegated trust is for the same project");
  }
  const trust: Trust = {
    apiVersion: "identity.kumulus.cloud/v1alpha1",
    kind: "Trust",
    metadata: { name: "" },
    spec: {
      trustorRef: named(token.user),
      trusteeRef: named(trustee),
      ...(tenant && { tenantRef: named(tenant), roleRefs: roles.map(named) }),
      impersonation,
      ...(expiresAt !== undefined && { expiresAt }),
      ...(remainingUses !== undefined && { remainingUses }),
      redelegationCount,
      ...(parent && { redelegatedTrustRef: named(parent) }),
    },
  };
  trust.metadata = boundMetadata(world, trustReferences(trust), `${trust.spec.trustorRef.name}-${trust.spec.trusteeRef.name}`);
  return world.trusts.create(trust);
}
