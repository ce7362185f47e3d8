// Neutron /quotas (Networking API v2.0, "Quotas extension"): a view of the project's Limits.
import { Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { LimitKey } from "../../domain/quota.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Route, route } from "../http/route.ts";
import type { NewLimits } from "../project-limits.ts";
import type { World } from "./world.ts";

/** Neutron's names, and ours. */
const names: Readonly<Record<string, LimitKey>> = {
  network: "networks",
  subnet: "subnets",
  port: "ports",
  router: "routers",
  floatingip: "floatingIPs",
  security_group: "securityGroups",
  security_group_rule: "securityGroupRules",
};

const keys = Object.values(names);

const limit = Type.Optional(Type.Integer({ minimum: -1, maximum: 2147483647 }));
const flag = Type.Optional(Type.Boolean());
const limitFields = Type.Object(Object.fromEntries(Object.keys(names).map((name) => [name, limit])), { additionalProperties: false });
const quotaBody = Type.Object(
  {
    quota: Type.Object({ ...limitFields.properties, force: flag, check_limit: flag }, { additionalProperties: false }),
  },
  { additionalProperties: false },
);

const viewed = (value: (key: LimitKey) => number): Record<string, number> =>
  Object.fromEntries(Object.entries(names).map(([name, key]) => [name, value(key)]));

const viewQuota = (world: World, tenant: Tenant) => viewed((key) => world.limits.of(tenant, key));

function usage(world: World, namespace: string): Record<string, number> {
  return {
    network: world.networks.list(namespace).length,
    subnet: world.subnets.list(namespace).length,
    port: world.ports.list(namespace).length,
    router: world.routers.list(namespace).length,
    floatingip: world.floatingIPs.list(namespace).length,
    security_group: world.groups.list(namespace).length,
    security_group_rule: world.groups.list(namespace).reduce((sum, { spec }) => sum + (spec.rules?.length ?? 0), 0),
  };
}

type Quota = Readonly<Record<string, number | undefined>>;

/** Invalid (400) for a limit below what is there. */
function refuseBelowUsage(quota: Quota, used: Readonly<Record<string, number>>): void {
  for (const [name, value = -1] of Object.entries(quota)) {
    if (value < 0 || value >= (used[name] ?? 0)) continue;
    const message = `Quota limit ${value} for ${name} must be greater than or equal to already used ${used[name]}`;
    throw new KumulusError("Invalid", message, { reason: "HTTPBadRequest" });
  }
}

const newLimits = (quota: Quota): NewLimits =>
  Object.fromEntries(Object.entries(quota).flatMap(([name, value]) => (value === undefined ? [] : [[names[name], value]])));

/** The project that the path names: one's own, or any for an administrator. */
async function tenantOf(world: World, request: ApiRequest<{ project: string }>): Promise<Tenant> {
  const { project } = request.params;
  if (!request.auth.isAdmin && project !== request.auth.project?.id) {
    throw new KumulusError("Forbidden", "(rule:get_quota) is disallowed by policy", { reason: "PolicyNotAuthorized" });
  }
  const tenant = await world.tenants.byId(project);
  if (!tenant) throw new KumulusError("NotFound", `Project ${project} could not be found.`, { reason: "ProjectNotFound" });
  return tenant;
}

export function quotaRoutes(world: World): Route[] {
  return [
    route({
      method: "GET",
      path: "/v2.0/quotas",
      policy: "get_quotas_of_all",
      handle: () => ({
        body: {
          quotas: world.tenants
            .list()
            .filter((tenant) => world.limits.hasOwn(tenant, keys))
            .map((tenant) => ({ ...viewQuota(world, tenant), project_id: idOf(tenant), tenant_id: idOf(tenant) })),
        },
      }),
    }),
    route({
      method: "GET",
      path: "/v2.0/quotas/:project",
      policy: "get_quota",
      handle: async (request) => ({ body: { quota: viewQuota(world, await tenantOf(world, request)) } }),
    }),
    route({
      method: "GET",
      path: "/v2.0/quotas/:project/default",
      policy: "get_quota",
      handle: () => ({ body: { quota: viewed((key) => world.limits.defaultOf(key)) } }),
    }),
    route({
      method: "GET",
      path: "/v2.0/quotas/:project/details.json",
      policy: "get_quota",
      handle: async (request) => {
        const tenant = await tenantOf(world, request);
        const used = usage(world, tenant.status?.namespace ?? "-");
        const details = Object.entries(viewQuota(world, tenant)).map(([name, value]) => [
          name,
          { limit: value, used: used[name] ?? 0, reserved: 0 },
        ]);
        return { body: { quota: Object.fromEntries(details) } };
      },
    }),
    route({
      method: "PUT",
      path: "/v2.0/quotas/:project",
      policy: "update_quota",
      body: quotaBody,
      handle: async (request) => {
        const tenant = await tenantOf(world, request);
        const { force, check_limit: _checked, ...quota } = request.body.quota;
        if (!force) refuseBelowUsage(quota, usage(world, tenant.status?.namespace ?? "-"));
        await world.limits.set(tenant, newLimits(quota));
        return { body: { quota: viewQuota(world, tenant) } };
      },
    }),
    route({
      method: "DELETE",
      path: "/v2.0/quotas/:project",
      policy: "delete_quota",
      status: 204,
      handle: async (request) => {
        await world.limits.reset(await tenantOf(world, request), keys);
        return {};
      },
    }),
  ];
}
