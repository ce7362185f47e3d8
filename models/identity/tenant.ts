// Generated from crds/identity/tenant.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** A project (Keystone) and the namespace that holds its objects. */
export interface Tenant extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "Tenant";
  metadata: ObjectMeta;
  spec: TenantSpec;
  status?: TenantStatus;
}

export const Tenant: Kind<Tenant> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "Tenant",
  plural: "tenants",
  namespaced: false,
});

/** What the user wants. */
export interface TenantSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** True: it can be neither changed nor deleted through the API until this is taken away. */
  immutable?: boolean;
  /** A disabled project gives no tokens. */
  enabled?: boolean;
  /** The Domain it belongs to. */
  domainRef: LocalRef;
  /** The Tenant above it, of the same domain. It is on top of its domain when absent. */
  parentRef?: LocalRef;
  /** Further attributes that OpenStack clients keep with the project. */
  extra?: Record<string, string>;
  /** OpenStack tags. */
  tags?: string[];
  /** Limits of this project. A field that is absent has the cloud's default; -1 means no limit. */
  quota?: TenantQuota;
}

/** Limits of this project. A field that is absent has the cloud's default; -1 means no limit. */
export interface TenantQuota {
  /** Servers. */
  instances?: number;
  /** Virtual CPUs of all servers. */
  cores?: number;
  /** Memory of all servers in MiB. */
  ramMiB?: number;
  /** Volumes. */
  volumes?: number;
  /** Volume snapshots. */
  snapshots?: number;
  /** Size of all volumes and snapshots in GiB. */
  gigabytes?: number;
  /** Networks. */
  networks?: number;
  /** Subnets. */
  subnets?: number;
  /** Ports. */
  ports?: number;
  /** Routers. */
  routers?: number;
  /** Floating IPs. */
  floatingIPs?: number;
  /** Security groups. */
  securityGroups?: number;
  /** Rules of all security groups. */
  securityGroupRules?: number;
  /** Key pairs of one user. */
  keyPairs?: number;
}

/** What the controllers have seen and decided. */
export interface TenantStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
  /** The namespace that holds the project's objects. */
  namespace?: string;
}
