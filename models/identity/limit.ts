// Generated from crds/identity/limit.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** How much of one resource one project or domain may have (Keystone unified limits). */
export interface Limit extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "Limit";
  metadata: ObjectMeta;
  spec: LimitSpec;
  status?: LimitStatus;
}

export const Limit: Kind<Limit> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "Limit",
  plural: "limits",
  namespaced: false,
});

/** What the user wants. */
export interface LimitSpec {
  /** The RegisteredLimit from which it differs. */
  registeredLimitRef: LocalRef;
  /** The Tenant for which it holds. */
  tenantRef?: LocalRef;
  /** The Domain for which it holds. */
  domainRef?: LocalRef;
  /** The limit; -1 means no limit. */
  resourceLimit: number;
  /** Free text for people. */
  description?: string;
}

/** What the controllers have seen and decided. */
export interface LimitStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
