// Generated from crds/identity/endpoint.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** An address of a service (Keystone endpoint). */
export interface Endpoint extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "Endpoint";
  metadata: ObjectMeta;
  spec: EndpointSpec;
  status?: EndpointStatus;
}

export const Endpoint: Kind<Endpoint> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "Endpoint",
  plural: "endpoints",
  namespaced: false,
});

/** What the user wants. */
export interface EndpointSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** The Service that is reached there. */
  serviceRef: LocalRef;
  /** The Region in which it is. None when absent. */
  regionRef?: LocalRef;
  /** Who uses it. */
  interface: "public" | "internal" | "admin";
  /** The address; a path is one below the address at which the client reached the API. $(project_id)s, %(project_id)s, $(tenant_id)s and %(tenant_id)s in it become the token's project. */
  url: string;
  /** A disabled endpoint is not in the catalog. Where it stands for one of the cloud's own, that one is not in the catalog either. */
  enabled?: boolean;
  /** Tenants whose catalogs are limited to the endpoints that name them, this one among them (OS-EP-FILTER). */
  tenantRefs?: LocalRef[];
}

/** What the controllers have seen and decided. */
export interface EndpointStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
