// Limits of a project: what can be limited, under which names, and which limit is in force. Pure.
import { Limit } from "../models/identity/limit.ts";
import { RegisteredLimit } from "../models/identity/registered-limit.ts";
import type { Tenant, TenantQuota } from "../models/identity/tenant.ts";
import type { Kind, KubeObject } from "../models/kind.ts";

/** Annotation with the uid of the project or domain for which a Limit was made: another one of the same name does not get it. */
export const boundAnnotation = "identity.kumulus.cloud/bound-to";

/** What a volume type can have limits of its own for, in Cinder's words. */
export type TypedQuotaKey = `${"volumes" | "gigabytes"}_${string}`;
export type QuotaKey = keyof TenantQuota | TypedQuotaKey | "images";

interface Registered {
  serviceType: string;
  /** As unified limits name it; where a service has no such name yet, as its quota API does. */
  resourceName: string;
  defaultLimit: number;
}

const compute = (resourceName: string, defaultLimit: number): Registered => ({ serviceType: "compute", resourceName, defaultLimit });
const network = (resourceName: string, defaultLimit: number): Registered => ({ serviceType: "network", resourceName, defaultLimit });
const volume = (resourceName: string, defaultLimit: number): Registered => ({ serviceType: "volume", resourceName, defaultLimit });
const image = (resourceName: string, defaultLimit: number): Registered => ({ serviceType: "image", resourceName, defaultLimit });

/** With the defaults that the services' documentation gives. */
const registered = {
  instances: compute("servers", 10),
  cores: compute("class:VCPU", 20),
  ramMiB: compute("class:MEMORY_MB", 51_200),
  keyPairs: compute("server_key_pairs", 100),
  volumes: volume("volumes", 10),
  snapshots: volume("snapshots", 10),
  gigabytes: volume("gigabytes", 1000),
  networks: network("network", 100),
  subnets: network("subnet", 100),
  ports: network("port", 500),
  routers: network("router", 10),
  floatingIPs: network("floatingip", 50),
  securityGroups: network("security_group", 10),
  securityGroupRules: network("security_group_rule", 100),
} as const satisfies Record<keyof TenantQuota, Registered>;

/** What a Tenant has no field for. */
const others = {
  metadataItems: compute("server_metadata_items", 128),
  /** Servers take no files. */
  injectedFiles: compute("server_injected_files", 0),
  injectedFileBytes: compute("server_injected_file_content_bytes", 0),
  injectedFilePathBytes: compute("server_injected_file_path_bytes", 0),
  /** Nova shows it in old microversions; nothing counts them. */
  fixedIPs: compute("fixed_ips", -1),
  serverGroups: compute("server_groups", 10),
  serverGroupMembers: compute("server_group_members", 10),
  perVolumeGigabytes: volume("per_volume_gigabytes", -1),
  backups: volume("backups", 10),
  backupGigabytes: volume("backup_gigabytes", 1000),
  groups: volume("groups", 10),
  images: image("image_count_total", -1),
} as const;

export type LimitKey = QuotaKey | keyof typeof others;

const table: Readonly<Record<string, Registered>> = { ...registered, ...others };

/** Everything that a new cloud registers a limit for. */
export const registeredDefaults: readonly Registered[] = Object.values(table);

const isTenantField = (key: string): key is keyof TenantQuota => key in registered;

function registeredOf(key: LimitKey): Registered {
  return table[key] ?? volume(key, -1);
}

/** What a volume type of this name can have limits of its own for; none where no object could be named after it. */
export function typedQuotaKeys(typeName: string): TypedQuotaKey[] {
  return /^[A-Za-z0-9_.-]*[A-Za-z0-9]$/.test(typeName) ? [`volumes_${typeName}`, `gigabytes_${typeName}`] : [];
}

const inName = (text: string) => text.toLowerCase().replace(/[_:]/g, "-");

/** Name of the RegisteredLimit of a resource; the CRD insists on it, so that there is one of each. */
export function registeredLimitName(serviceType: string, resourceName: string, region?: string): string {
  return [serviceType, resourceName, ...(region === undefined ? [] : [region])].map(inName).join(".");
}

/** Name of the Limit of a project or domain; the CRD insists on it too. */
export function limitName(holder: { kind: "project" | "domain"; name: string }, registeredName: string): string {
  return `${holder.kind}.${holder.name}.${registeredName}`;
}

/** A RegisteredLimit as the API server takes it. */
export function registeredLimit(spec: RegisteredLimit["spec"]): RegisteredLimit {
  const name = registeredLimitName(spec.serviceType, spec.resourceName, spec.region);
  return { apiVersion: "identity.kumulus.cloud/v1alpha1", kind: "RegisteredLimit", metadata: { name }, spec };
}

/** The RegisteredLimit of something that this cloud counts, with the default that holds without it. */
export const registeredLimitOf = (key: LimitKey): RegisteredLimit => registeredLimit(registeredOf(key));

const nameOf = (key: LimitKey): string => {
  const { serviceType, resourceName } = registeredOf(key);
  return registeredLimitName(serviceType, resourceName);
};

/** A project's Limit for something that this cloud counts. */
export function projectLimit(tenant: Tenant, key: LimitKey, resourceLimit: number): Limit {
  const { name, uid = "" } = tenant.metadata;
  const registeredName = nameOf(key);
  const metadata = { name: limitName({ kind: "project", name }, registeredName), annotations: { [boundAnnotation]: uid } };
  const spec = { registeredLimitRef: { name: registeredName }, tenantRef: { name }, resourceLimit };
  return { apiVersion: "identity.kumulus.cloud/v1alpha1", kind: "Limit", metadata, spec };
}

/** Where limits are looked up: a cache, or what admission sees. */
export interface LimitSource {
  get<T extends KubeObject>(kind: Kind<T>, name: string): T | undefined;
}

/** Whether a Limit that bears this holder's name is his, and not one that a former holder of the name has left. */
function isFor({ metadata }: Limit, holder: Tenant): boolean {
  const bound = metadata.annotations?.[boundAnnotation];
  return bound === undefined || bound === holder.metadata.uid;
}

/** The limit of projects that have none of their own; -1 is no limit. */
export function defaultLimitOf(source: LimitSource, key: LimitKey): number {
  return source.get(RegisteredLimit, nameOf(key))?.spec.defaultLimit ?? registeredOf(key).defaultLimit;
}

/** Name of the Limit that a project may have. */
export const projectLimitName = ({ metadata }: Tenant, key: LimitKey): string =>
  limitName({ kind: "project", name: metadata.name }, nameOf(key));

/** The Limit that a project has of its own. */
export function ownLimit(source: LimitSource, tenant: Tenant, key: LimitKey): Limit | undefined {
  const limit = source.get(Limit, projectLimitName(tenant, key));
  return limit && isFor(limit, tenant) ? limit : undefined;
}

/** The limit in force: the project's Limit, else what its Tenant says, else the default; -1 is no limit. */
export function limitOf(source: LimitSource, tenant: Tenant | undefined, key: LimitKey): number {
  if (!tenant) return defaultLimitOf(source, key);
  const field = isTenantField(key) ? tenant.spec.quota?.[key] : undefined;
  return ownLimit(source, tenant, key)?.spec.resourceLimit ?? field ?? defaultLimitOf(source, key);
}

/** The limits that a Tenant itself can say. */
export const quotaFields: readonly (keyof TenantQuota)[] = Object.keys(registered).filter(isTenantField);

/** ResourceQuota's names of what the API server itself counts; of the rest admission keeps the account. */
export const countedByKubernetes = {
  instances: "count/servers.compute.kumulus.cloud",
  keyPairs: "count/keypairs.compute.kumulus.cloud",
  networks: "count/networks.network.kumulus.cloud",
  subnets: "count/subnets.network.kumulus.cloud",
  ports: "count/ports.network.kumulus.cloud",
  routers: "count/routers.network.kumulus.cloud",
  floatingIPs: "count/floatingips.network.kumulus.cloud",
  securityGroups: "count/securitygroups.network.kumulus.cloud",
  volumes: "count/volumes.volume.kumulus.cloud",
  images: "count/images.image.kumulus.cloud",
} as const satisfies Partial<Record<QuotaKey, string>>;
