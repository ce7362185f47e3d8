// Limits of a project: OpenStack's defaults, and what a Tenant says instead.
import type { TenantQuota } from "../models/identity/tenant.ts";

export type QuotaKey = keyof TenantQuota;

/** Defaults of Nova, Cinder and Neutron, as their documentation gives them. */
export const defaultQuota: Readonly<Record<QuotaKey, number>> = Object.freeze({
  instances: 10,
  cores: 20,
  ramMiB: 51_200,
  volumes: 10,
  snapshots: 10,
  gigabytes: 1000,
  networks: 100,
  subnets: 100,
  ports: 500,
  routers: 10,
  floatingIPs: 50,
  securityGroups: 10,
  securityGroupRules: 100,
  keyPairs: 100,
});

/** The limit in force; -1 is no limit. */
export function limitOf(quota: TenantQuota | undefined, key: QuotaKey): number {
  return quota?.[key] ?? defaultQuota[key];
}
