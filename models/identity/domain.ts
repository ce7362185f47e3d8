// Generated from crds/identity/domain.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, ObjectMeta } from "../kind.ts";

/** A realm of users and projects (Keystone domain). */
export interface Domain extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "Domain";
  metadata: ObjectMeta;
  spec: DomainSpec;
  status?: DomainStatus;
}

export const Domain: Kind<Domain> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "Domain",
  plural: "domains",
  namespaced: false,
});

/** What the user wants. */
export interface DomainSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** True: it can be neither changed nor deleted through the API until this is taken away. */
  immutable?: boolean;
  /** A disabled domain refuses every login of its users. */
  enabled?: boolean;
  /** OpenStack tags. */
  tags?: string[];
}

/** What the controllers have seen and decided. */
export interface DomainStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
