// Generated from crds/identity/federation-protocol.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** How users of an identity provider come in, and by which mapping (Keystone federation protocol). */
export interface FederationProtocol extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "FederationProtocol";
  metadata: ObjectMeta;
  spec: FederationProtocolSpec;
  status?: FederationProtocolStatus;
}

export const FederationProtocol: Kind<FederationProtocol> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "FederationProtocol",
  plural: "federationprotocols",
  namespaced: false,
});

/** What the user wants. */
export interface FederationProtocolSpec {
  /** The IdentityProvider. */
  identityProviderRef: LocalRef;
  /** Name in URLs; openid is usual. */
  protocol: string;
  /** The FederationMapping. */
  mappingRef: LocalRef;
  /** Claim whose value must be one of the provider's remoteIDs; iss when absent. */
  remoteIDAttribute?: string;
}

/** What the controllers have seen and decided. */
export interface FederationProtocolStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
