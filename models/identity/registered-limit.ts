// Generated from crds/identity/registered-limit.yaml by `npm run generate`; do not edit.
import type { Kind, KubeObject, ObjectMeta } from "../kind.ts";

/** How much of one resource every project may have unless a Limit says otherwise (Keystone unified limits). */
export interface RegisteredLimit extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "RegisteredLimit";
  metadata: ObjectMeta;
  spec: RegisteredLimitSpec;
  status?: RegisteredLimitStatus;
}

export const RegisteredLimit: Kind<RegisteredLimit> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "RegisteredLimit",
  plural: "registeredlimits",
  namespaced: false,
});

/** What the user wants. */
export interface RegisteredLimitSpec {
  /** Type of the service in the catalogue: compute, network, volume, image, …. */
  serviceType: string;
  /** What is limited, as the service names it: servers, class:VCPU, network, gigabytes, …. */
  resourceName: string;
  /** Id of the region for which it holds. Kumulus' own services heed those without one. */
  region?: string;
  /** The limit of a project that has no other; -1 means no limit. */
  defaultLimit: number;
  /** Free text for people. */
  description?: string;
}

export interface RegisteredLimitStatus {
}
