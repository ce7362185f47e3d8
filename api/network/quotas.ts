// Neutron /quotas: limits of a project, kept in Tenant.spec.quota.
import { Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import { limitOf, type QuotaKey } from "../../domain/quota.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Route, route } from "../http/route.ts";
import type { World } from "./world.ts";

/** Neutron's names, and ours. */
const names: Readonly<Record<string, QuotaKey>> = {
  network: "networks",
  subnet: "subnets",
  port: "ports",
  router: "routers",
  floatingip: "floatingIPs",
  security_group: "securityGroups",
  security_group_rule: "securityGroupRules",
};

const limit = Type.Optional(Type.Integer({ minimum: -1, maximum: 2147483647 }));
const quotaBody = Type.Object(
  { quota: Type.Object(Object.fromEntries(Object.keys(names).map((name) => [name, limit])), { additionalProperties: false }) },
  { additionalProperties: false },
);

const viewQuota = (tenant: Tenant | undefined) =>
  Object.fromEntries(Object.entries(names).map(([name, key]) => [name, limitOf(tenant?.spec.quota, key)]));

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
            .filter(({ spec }) => spec.quota)
            .map((tenant) => ({ ...viewQuota(tenant), project_id: idOf(tenant), tenant_id: idOf(tenant) })),
        },
      }),
    }),
    route({
      method: "GET",
      path: "/v2.0/quotas/:project",
      policy: "get_quota",
      handle: async (request) => ({ body: { quota: viewQuota(await tenantOf(world, request)) } }),
    }),
    route({
      method: "GET",
      path: "/v2.0/quotas/:project/default",
      policy: "get_quota",
      handle: () => ({ body: { quota: viewQuota(undefined) } }),
    }),
    route({
      method: "GET",
      path: "/v2.0/quotas/:project/details.json",
      policy: "get_quota",
      handle: async (request) => {
        const tenant = await tenantOf(world, request);
        const used = usage(world, tenant.status?.namespace ?? "-");
        const details = Object.entries(viewQuota(tenant)).map(([name, value]) => [
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
        const values = Object.entries(request.body.quota).map(([name, value]) => [names[name], value]);
        const tenant = await world.tenants.update(await tenantOf(world, request), (draft) => {
          draft.spec.quota = { ...draft.spec.quota, ...Object.fromEntries(values) };
        });
        return { body: { quota: viewQuota(tenant) } };
      },
    }),
    route({
      method: "DELETE",
      path: "/v2.0/quotas/:project",
      policy: "delete_quota",
      status: 204,
      handle: async (request) => {
        await world.tenants.update(await tenantOf(world, request), (draft) => {
          for (const key of Object.values(names)) delete draft.spec.quota?.[key];
        });
        return {};
      },
    }),
  ];
}
