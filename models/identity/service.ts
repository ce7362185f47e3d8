// Generated from crds/identity/service.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, ObjectMeta } from "../kind.ts";

/** An API in the catalog (Keystone service). */
export interface Service extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "Service";
  metadata: ObjectMeta;
  spec: ServiceSpec;
  status?: ServiceStatus;
}

export const Service: Kind<Service> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "Service",
  plural: "services",
  namespaced: false,
});

/** What the user wants. */
export interface ServiceSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** Type of the API, such as dns or key-manager. */
  type: string;
  /** A disabled service and its endpoints are not in the catalog. */
  enabled?: boolean;
  /** True: this object stands for the service of its type that the cloud itself serves, to rename or to disable it. */
  builtIn?: boolean;
}

/** What the controllers have seen and decided. */
export interface ServiceStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
