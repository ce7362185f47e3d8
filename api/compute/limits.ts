// Nova /limits (Compute API, "Limits"): of the token's project, or of the one that an administrator names.
import type { LimitKey } from "../../domain/quota.ts";
import { lastValueOf } from "../http/query.ts";
import { type Route, route } from "../http/route.ts";
import { usageOf } from "./usage.ts";
import type { ComputeWorld } from "./world.ts";

export const limitRoutes = (world: ComputeWorld): Route[] => [
  route({
    method: "GET",
    path: "/v2.1/limits",
    policy: "os_compute_api:limits",
    handle: async (request) => {
      const asked = lastValueOf(request.query, "tenant_id");
      if (asked !== undefined && asked !== request.project.id) request.require("os_compute_api:limits:other_project");
      const tenant = await world.tenants.byId(asked ?? request.project.id);
      const limit = (key: LimitKey) => world.limits.of(tenant, key);
      const used = usageOf(world, tenant);
      const minor = request.microversion;
      const absolute = {
        maxTotalInstances: limit("instances"),
        maxTotalCores: limit("cores"),
        maxTotalRAMSize: limit("ramMiB"),
        maxTotalKeypairs: limit("keyPairs"),
        maxServerMeta: limit("metadataItems"),
        maxServerGroups: limit("serverGroups"),
        maxServerGroupMembers: limit("serverGroupMembers"),
        totalInstancesUsed: used.instances,
        totalCoresUsed: used.cores,
        totalRAMUsed: used.ramMiB,
        totalServerGroupsUsed: 0,
        ...(minor < 39 ? { maxImageMeta: limit("metadataItems") } : {}),
        ...(minor < 57 ? { maxPersonality: limit("injectedFiles"), maxPersonalitySize: limit("injectedFileBytes") } : {}),
        ...(minor < 36
          ? {
              maxSecurityGroups: limit("securityGroups"),
              maxSecurityGroupRules: limit("securityGroupRules"),
              maxTotalFloatingIps: limit("floatingIPs"),
              totalSecurityGroupsUsed: used.securityGroups,
              totalFloatingIpsUsed: used.floatingIPs,
            }
          : {}),
      };
      return { body: { limits: { rate: [], absolute } } };
    },
  }),
];
