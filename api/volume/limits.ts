// Cinder v3 /limits (Block Storage API v3, "Limits"): of the token's project.
import type { Route } from "../http/route.ts";
import { countedOf } from "./quota-words.ts";
import { projectRoute } from "./volume-lookup.ts";
import type { VolumeWorld } from "./world.ts";

export const limitRoutes = (world: VolumeWorld): Route[] => [
  projectRoute({
    method: "GET",
    path: "/limits",
    policy: "limits_extension:used_limits",
    handle: async (request) => {
      const tenant = await world.tenants.byId(request.project.id);
      const used = countedOf(world, tenant);
      const absolute = {
        maxTotalVolumes: world.limits.of(tenant, "volumes"),
        maxTotalSnapshots: world.limits.of(tenant, "snapshots"),
        maxTotalVolumeGigabytes: world.limits.of(tenant, "gigabytes"),
        maxTotalBackups: world.limits.of(tenant, "backups"),
        maxTotalBackupGigabytes: world.limits.of(tenant, "backupGigabytes"),
        totalVolumesUsed: used.volumes,
        totalGigabytesUsed: used.gigabytes,
        totalSnapshotsUsed: 0,
        totalBackupsUsed: 0,
        totalBackupGigabytesUsed: 0,
      };
      return { body: { limits: { rate: [], absolute } } };
    },
  }),
];
