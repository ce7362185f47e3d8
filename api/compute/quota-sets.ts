// Nova /os-quota-sets (Compute API, "Quota sets"): limits of a project are on its Tenant.
import { Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { defaultQuota } from "../../domain/quota.ts";
import type { Tenant, TenantQuota } from "../../models/identity/tenant.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Reply, type Route, route } from "../http/route.ts";
import { exact, Flag } from "./fields.ts";
import { fixedLimits } from "./limits.ts";
import { limitsOf, usageOf } from "./usage.ts";
import { windows } from "./windows.ts";
import type { ComputeWorld } from "./world.ts";

const path = "/v2.1/os-quota-sets/:project";

/** Nova's word → the field of the Tenant; those without one can not be changed. */
const settable = { instances: "instances", cores: "cores", ram: "ramMiB", key_pairs: "keyPairs" } as const;
const settableOld = {
  ...settable,
  floating_ips: "floatingIPs",
  security_groups: "securityGroups",
  security_group_rules: "securityGroupRules",
} as const;

type Limits = Record<string, number>;

/** What each microversion shows. */
function viewLimits(quota: TenantQuota | undefined, minor: number): Limits {
  const limit = limitsOf({ spec: { quota } } as Tenant);
  return {
    instances: limit("instances"),
    cores: limit("cores"),
    ram: limit("ramMiB"),
    key_pairs: limit("keyPairs"),
    metadata_items: fixedLimits.metadataItems,
    server_groups: fixedLimits.serverGroups,
    server_group_members: fixedLimits.serverGroupMembers,
    ...(minor < 57 ? { injected_files: 0, injected_file_content_bytes: 0, injected_file_path_bytes: 0 } : {}),
    ...(minor < 36
      ? {
          fixed_ips: -1,
          floating_ips: limit("floatingIPs"),
          security_groups: limit("securityGroups"),
          security_group_rules: limit("securityGroupRules"),
        }
      : {}),
  };
}

const Limit = Type.Optional(
  Type.Union([Type.Integer({ minimum: -1, maximum: 0x7fffffff }), Type.String({ pattern: "^(-1|[0-9]{1,9})$" })]),
);

const updateBody = (minor: number) =>
  exact({
    quota_set: exact({
      ...Object.fromEntries(Object.keys(viewLimits(undefined, minor)).map((word) => [word, Limit])),
      force: Type.Optional(Flag),
    }),
  });

export function quotaSetRoutes(world: ComputeWorld): Route[] {
  return [
    route({
      method: "GET",
      path,
      policy: "os_compute_api:os-quota-sets:show",
      handle: async (request) => {
        const tenant = await tenantOf(world, request, request.params.project);
        return { body: { quota_set: { id: request.params.project, ...viewLimits(tenant?.spec.quota, request.microversion) } } };
      },
    }),
    route({
      method: "GET",
      path: `${path}/defaults`,
      policy: "os_compute_api:os-quota-sets:defaults",
      handle: (request) => ({ body: { quota_set: { id: request.params.project, ...viewLimits(defaultQuota, request.microversion) } } }),
    }),
    route({
      method: "GET",
      path: `${path}/detail`,
      policy: "os_compute_api:os-quota-sets:detail",
      handle: async (request) => detail(world, request, request.params.project),
    }),
    ...windows([1, 36, 57], (minor) => ({
      method: "PUT",
      path,
      policy: "os_compute_api:os-quota-sets:update",
      body: updateBody(minor),
      handle: (request: ApiRequest) => update(world, request, (request.body as { quota_set: Record<string, unknown> }).quota_set),
    })),
    route({
      method: "DELETE",
      path,
      policy: "os_compute_api:os-quota-sets:delete",
      status: 202,
      handle: async (request) => {
        const tenant = await tenantOf(world, request, request.params.project);
        const cleared = Object.fromEntries(Object.values(settableOld).map((field) => [field, null]));
        if (tenant?.spec.quota) await world.tenants.patch(tenant, { spec: { quota: cleared } });
        return {};
      },
    }),
  ];
}

/** Other projects' limits are for administrators; as in Nova, a project that is not there has the defaults. */
async function tenantOf(world: ComputeWorld, request: Pick<ApiRequest, "project" | "require">, id: string): Promise<Tenant | undefined> {
  if (id !== request.project.id) request.require("os_compute_api:os-quota-sets:other_project");
  return await world.tenants.byId(id);
}

async function detail(world: ComputeWorld, request: Pick<ApiRequest, "project" | "require" | "microversion">, id: string): Promise<Reply> {
  const tenant = await tenantOf(world, request, id);
  const used = usageOf(world, tenant);
  const counted: Limits = {
    instances: used.instances,
    cores: used.cores,
    ram: used.ramMiB,
    security_groups: used.securityGroups,
    floating_ips: used.floatingIPs,
  };
  const limits = Object.entries(viewLimits(tenant?.spec.quota, request.microversion));
  const shown = limits.map(([word, limit]) => [word, { limit, in_use: counted[word] ?? 0, reserved: 0 }]);
  return { body: { quota_set: { id, ...Object.fromEntries(shown) } } };
}

async function update(world: ComputeWorld, request: ApiRequest, body: Record<string, unknown>): Promise<Reply> {
  const { project: id = "" } = request.params;
  const tenant = await world.tenants.byId(id);
  if (!tenant) throw new KumulusError("Invalid", `Project ID ${id.slice(0, 100)} is not a valid project.`);
  const words: Record<string, string> = settableOld;
  const quota: Record<string, number> = {};
  for (const [word, value] of Object.entries(body)) {
    const field = words[word];
    if (field !== undefined) quota[field] = Number(value);
    else if (word !== "force") throw new KumulusError("NotImplemented", `The quota ${word} can not be changed.`);
  }
  const changed = await world.tenants.patch(tenant, { spec: { quota } });
  return { body: { quota_set: viewLimits(changed.spec.quota, request.microversion) } };
}
