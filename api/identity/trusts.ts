// Keystone v3 /OS-TRUST/trusts: reading and deleting, and who may make one.
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import { isBound, trustReferences } from "../../domain/identity/bound.ts";
import type { Trust } from "../../models/identity/trust.ts";
import type { PolicyTarget } from "../http/policy.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import { collection, found } from "./collection.ts";
import { requireTrustworthy } from "./delegated-token.ts";
import { type AuthWorld, byTrustee, byTrustor, remainingUses, trustChain } from "./delegations.ts";
import { viewExpiry } from "./expiry.ts";
import { viewRole } from "./roles.ts";
import type { Settings } from "./settings.ts";
import type { Tokens } from "./tokens.ts";
import { createTrust, trustBody } from "./trust-create.ts";

const root = "/v3/OS-TRUST/trusts";

function idsOf(world: AuthWorld, { spec }: Trust) {
  const id = (object: Parameters<typeof idOf>[0] | undefined, name: string) => (object ? idOf(object) : name);
  const { trustorRef, trusteeRef, tenantRef, redelegatedTrustRef } = spec;
  return {
    trustor_user_id: id(world.users.get(trustorRef.name), trustorRef.name),
    trustee_user_id: id(world.users.get(trusteeRef.name), trusteeRef.name),
    project_id: tenantRef ? id(world.tenants.get(tenantRef.name), tenantRef.name) : null,
    ...(redelegatedTrustRef && { redelegated_trust_id: id(world.trusts.get(redelegatedTrustRef.name), redelegatedTrustRef.name) }),
  };
}

/** Every field of a trust in a list (Identity API v3, OS-TRUST "List trusts"). */
function summary(world: AuthWorld, trust: Trust, request: Pick<ApiRequest, "url">) {
  const { impersonation, expiresAt, redelegationCount = 0 } = trust.spec;
  return {
    id: idOf(trust),
    ...idsOf(world, trust),
    impersonation,
    expires_at: viewExpiry(expiresAt, "Z"),
    remaining_uses: remainingUses(trust) ?? null,
    redelegation_count: redelegationCount,
    deleted_at: null,
    links: { self: request.url(`${root}/${idOf(trust)}`) },
  };
}

const rolesView = (world: AuthWorld, trust: Trust, request: Pick<ApiRequest, "url">) =>
  (trust.spec.roleRefs ?? []).flatMap(({ name }) => world.roles.get(name) ?? []).map((role) => viewRole(world, role, request));

const rolesLinks = (trust: Trust, request: Pick<ApiRequest, "url">) => ({
  self: request.url(`${root}/${idOf(trust)}/roles`),
  next: null,
  previous: null,
});

const details = (world: AuthWorld, trust: Trust, request: Pick<ApiRequest, "url">) => ({
  ...summary(world, trust, request),
  roles: rolesView(world, trust, request),
  roles_links: rolesLinks(trust, request),
});

const bound = (world: AuthWorld, trust: Trust) => isBound(trust, world.named(trustReferences(trust)));

function targetOf(world: AuthWorld, trust: Trust): PolicyTarget {
  const { trustor_user_id: trustor, trustee_user_id: trustee } = idsOf(world, trust);
  return { "target.trust.trustor_user_id": trustor, "target.trust.trustee_user_id": trustee };
}

/** Without filter all of them. */
function listed(world: AuthWorld, request: ApiRequest): readonly Trust[] {
  const [trustor, trustee] = [lastValueOf(request.query, "trustor_user_id"), lastValueOf(request.query, "trustee_user_id")];
  if (trustor !== undefined) request.require("identity:list_trusts_for_trustor", { "target.trust.trustor_user_id": trustor });
  else if (trustee !== undefined) request.require("identity:list_trusts_for_trustee", { "target.trust.trustee_user_id": trustee });
  else request.require("identity:list_trusts");
  if (trustor === undefined && trustee === undefined) return world.trusts.list();
  const user = world.byId(world.users, trustor ?? trustee ?? "");
  return user ? world.trusts.byIndex(trustor === undefined ? byTrustee : byTrustor, user.metadata.name) : [];
}

export interface TrustDeps {
  readonly world: AuthWorld;
  readonly tokens: Tokens;
  readonly settings: Settings;
}

export function trustRoutes({ world, tokens, settings }: TrustDeps) {
  const policy = "identity:authenticated";
  const trustworthy = async (request: ApiRequest) => {
    const token = await tokens.inspect(request.token);
    requireTrustworthy(token);
    return token;
  };
  const anyTrust = async (id: string) => {
    const trust = await world.trusts.byId(id);
    return found(trust && bound(world, trust) ? trust : undefined, "trust", id);
  };
  /** One that has ended or is used up is not there any more, as in Keystone; who may know of the others is asked afterwards. */
  const trustFor = async (request: ApiRequest, rule: string, id: string) => {
    const trust = await anyTrust(id);
    const alive = remainingUses(trust) !== 0 && trustChain(world, trust, tokens.now()) !== undefined;
    found(alive ? trust : undefined, "trust", id);
    request.require(rule, targetOf(world, trust));
    await trustworthy(request);
    return trust;
  };
  return [
    route({
      method: "GET",
      path: "/v3/OS-TRUST/trusts",
      policy,
      async handle(request) {
        const trusts = listed(world, request);
        await trustworthy(request);
        const views = trusts.filter((trust) => bound(world, trust)).map((trust) => summary(world, trust, request));
        return { body: collection("trusts", views, request, ["trustor_user_id", "trustee_user_id"]) };
      },
    }),
    route({
      method: "POST",
      path: "/v3/OS-TRUST/trusts",
      policy,
      status: 201,
      body: trustBody,
      async handle(request) {
        const { trust: body } = request.body;
        request.require("identity:create_trust", { "target.trust.trustor_user_id": body.trustor_user_id });
        const trust = await createTrust(world, await trustworthy(request), body, tokens.now(), settings().max_redelegation_count);
        return { body: { trust: details(world, trust, request) } };
      },
    }),
    route({
      method: "GET",
      path: "/v3/OS-TRUST/trusts/:id",
      policy,
      handle: async (request) => ({
        body: { trust: details(world, await trustFor(request, "identity:get_trust", request.params.id), request) },
      }),
    }),
    route({
      method: "DELETE",
      path: "/v3/OS-TRUST/trusts/:id",
      policy,
      status: 204,
      async handle(request) {
        const trust = await anyTrust(request.params.id);
        request.require("identity:delete_trust", targetOf(world, trust));
        await trustworthy(request);
        await world.trusts.delete(trust);
        return {};
      },
    }),
    route({
      method: "GET",
      path: "/v3/OS-TRUST/trusts/:id/roles",
      policy,
      async handle(request) {
        const trust = await trustFor(request, "identity:list_roles_for_trust", request.params.id);
        return { body: { roles: rolesView(world, trust, request), links: rolesLinks(trust, request) } };
      },
    }),
    route({
      method: "GET",
      path: "/v3/OS-TRUST/trusts/:id/roles/:role",
      policy,
      async handle(request) {
        const trust = await trustFor(request, "identity:get_role_for_trust", request.params.id);
        const role = rolesView(world, trust, request).find(({ id }) => id === request.params.role);
        if (!role) throw new KumulusError("NotFound", `Could not find role: ${request.params.role}.`);
        return { body: { role } };
      },
    }),
  ];
}
