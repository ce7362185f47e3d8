// What a project uses of the limits that Nova shows: counted from its own objects.
import { KumulusError } from "../../domain/errors.ts";
import type { Server } from "../../models/compute/server.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { ComputeWorld } from "./world.ts";

export interface Usage {
  instances: number;
  cores: number;
  ramMiB: number;
  securityGroups: number;
  floatingIPs: number;
}

export function usageOf(world: ComputeWorld, tenant: Tenant | undefined): Usage {
  const usage: Usage = { instances: 0, cores: 0, ramMiB: 0, securityGroups: 0, floatingIPs: 0 };
  const namespace = tenant?.status?.namespace;
  if (namespace === undefined) return usage;
  usage.securityGroups = world.groups.list(namespace).length;
  usage.floatingIPs = world.floatingIPs.list(namespace).length;
  for (const server of world.servers.list(namespace)) {
    const size = sizeOf(world, server);
    usage.instances += 1;
    usage.cores += size.vcpus ?? 0;
    usage.ramMiB += size.ramMiB ?? 0;
  }
  return usage;
}

const sizeOf = (world: ComputeWorld, { spec, status }: Server): { vcpus?: number; ramMiB?: number } =>
  status?.flavor ?? world.flavors.get(spec.flavorRef.name)?.spec ?? {};

/** OverQuota (403) for more items than a server of the project may have. */
export function refuseMetadata(world: ComputeWorld, tenant: Tenant | undefined, metadata: Readonly<Record<string, string>> = {}): void {
  const limit = world.limits.of(tenant, "metadataItems");
  if (limit < 0 || Object.keys(metadata).length <= limit) return;
  throw new KumulusError("OverQuota", `Maximum number of metadata items exceeds ${limit}`);
}
