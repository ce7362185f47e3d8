// Cinder v3 /limits and /os-quota-sets (Block Storage API v3, "Limits", "Quota sets"): limits of a project are on its Tenant.
import { Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { defaultQuota, limitOf } from "../../domain/quota.ts";
import type { Tenant, TenantQuota } from "../../models/identity/tenant.ts";
import { exact } from "../compute/fields.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Reply, Route } from "../http/route.ts";
import { projectRoute } from "./volume-lookup.ts";
import type { VolumeWorld } from "./world.ts";

const path = "/os-quota-sets/:id";
const settable = ["volumes", "snapshots", "gigabytes"] as const;

/** There are no backups and groups yet, so none are allowed; -1 is no limit. */
function viewLimits(quota: TenantQuota | undefined) {
  return {
    volumes: limitOf(quota, "volumes"),
    snapshots: limitOf(quota, "snapshots"),
    gigabytes: limitOf(quota, "gigabytes"),
    per_volume_gigabytes: -1,
    backups: 0,
    backup_gigabytes: 0,
    groups: 0,
  };
}

function usageOf(world: VolumeWorld, tenant: Tenant | undefined): { volumes: number; gigabytes: number } {
  const namespace = tenant?.status?.namespace;
  const volumes = namespace === undefined ? [] : world.volumes.list(namespace);
  return { volumes: volumes.length, gigabytes: volumes.reduce((sum, { spec }) => sum + spec.sizeGiB, 0) };
}

const Limit = Type.Optional(
  Type.Union([Type.Integer({ minimum: -1, maximum: 0x7fffffff }), Type.String({ pattern: "^(-1|[0-9]{1,9})$" })]),
);

export function quotaRoutes(world: VolumeWorld): Route[] {
  return [
    projectRoute({
      method: "GET",
      path: "/limits",
      policy: "limits_extension:used_limits",
      handle: (request) => limits(world, request.project.id),
    }),
    projectRoute({
      method: "GET",
      path,
      policy: "volume_extension:quotas:show",
      handle: async (request) => {
        const { id } = request.params;
        if (id !== request.project.id) request.require("volume_extension:quotas:other_project");
        const tenant = await world.tenants.byId(id);
        const shown = viewLimits(tenant?.spec.quota);
        if (lastValueOf(request.query, "usage")?.toLowerCase() !== "true") return { body: { quota_set: { id, ...shown } } };
        const used: Record<string, number> = usageOf(world, tenant);
        const entries = Object.entries(shown).map(([word, limit]) => [word, { limit, in_use: used[word] ?? 0, reserved: 0 }]);
        return { body: { quota_set: { id, ...Object.fromEntries(entries) } } };
      },
    }),
    projectRoute({
      method: "GET",
      path: `${path}/defaults`,
      policy: "volume_extension:quotas:show",
      handle: ({ params }) => ({ body: { quota_set: { id: params.id, ...viewLimits(defaultQuota) } } }),
    }),
    projectRoute({
      method: "PUT",
      path,
      policy: "volume_extension:quotas:update",
      body: exact({ quota_set: Type.Object(Object.fromEntries(Object.keys(viewLimits(undefined)).map((word) => [word, Limit]))) }),
      handle: (request) => update(world, request.params.id, request.body.quota_set as Record<string, unknown>),
    }),
    projectRoute({
      method: "DELETE",
      path,
      policy: "volume_extension:quotas:delete",
      handle: async ({ params }: ApiRequest<{ readonly id: string }>) => {
        const tenant = await requireTenant(world, params.id);
        if (tenant.spec.quota)
          await world.tenants.patch(tenant, { spec: { quota: Object.fromEntries(settable.map((word) => [word, null])) } });
        return {};
      },
    }),
  ];
}

async function requireTenant(world: VolumeWorld, id: string): Promise<Tenant> {
  const tenant = await world.tenants.byId(id);
  if (tenant) return tenant;
  throw new KumulusError("NotFound", `Project ${id.slice(0, 100)} could not be found.`);
}

async function update(world: VolumeWorld, id: string, body: Record<string, unknown>): Promise<Reply> {
  const tenant = await requireTenant(world, id);
  const quota: Record<string, number> = {};
  for (const [word, value] of Object.entries(body)) {
    if (!(settable as readonly string[]).includes(word))
      throw new KumulusError("NotImplemented", `The quota ${word.slice(0, 100)} can not be changed.`);
    quota[word] = Number(value);
  }
  const changed = await world.tenants.patch(tenant, { spec: { quota } });
  return { body: { quota_set: viewLimits(changed.spec.quota) } };
}

async function limits(world: VolumeWorld, id: string): Promise<Reply> {
  const tenant = await world.tenants.byId(id);
  const shown = viewLimits(tenant?.spec.quota);
  const used = usageOf(world, tenant);
  const absolute = {
    maxTotalVolumes: shown.volumes,
    maxTotalSnapshots: shown.snapshots,
    maxTotalVolumeGigabytes: shown.gigabytes,
    maxTotalBackups: shown.backups,
    maxTotalBackupGigabytes: shown.backup_gigabytes,
    totalVolumesUsed: used.volumes,
    totalGigabytesUsed: used.gigabytes,
    totalSnapshotsUsed: 0,
    totalBackupsUsed: 0,
    totalBackupGigabytesUsed: 0,
  };
  return { body: { limits: { rate: [], absolute } } };
}
