// Generated from crds/identity/federation-mapping.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, ObjectMeta } from "../kind.ts";

/** Who the users of an identity provider are here (Keystone mapping). */
export interface FederationMapping extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "FederationMapping";
  metadata: ObjectMeta;
  spec: FederationMappingSpec;
  status?: FederationMappingStatus;
}

export const FederationMapping: Kind<FederationMapping> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "FederationMapping",
  plural: "federationmappings",
  namespaced: false,
});

/** What the user wants. */
export interface FederationMappingSpec {
  /** Version of the rules' language; 1.0 when absent. */
  schemaVersion?: "1.0" | "2.0";
  /** Rules as Keystone's documentation of mapping combinations spells them. */
  rules: FederationMappingRule[];
}

export interface FederationMappingRule {
  /** Who it is here. */
  local: Record<string, unknown>[];
  /** What must be true of the claims. */
  remote: Record<string, unknown>[];
}

/** What the controllers have seen and decided. */
export interface FederationMappingStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
