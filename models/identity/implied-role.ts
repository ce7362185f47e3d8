// Generated from crds/identity/implied-role.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** One role that comes with another (Keystone role inference rule). */
export interface ImpliedRole extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "ImpliedRole";
  metadata: ObjectMeta;
  spec: ImpliedRoleSpec;
  status?: ImpliedRoleStatus;
}

export const ImpliedRole: Kind<ImpliedRole> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "ImpliedRole",
  plural: "impliedroles",
  namespaced: false,
});

/** What the user wants. */
export interface ImpliedRoleSpec {
  /** The Role that brings the other with it. */
  priorRoleRef: LocalRef;
  /** The Role that comes with it. */
  impliedRoleRef: LocalRef;
}

/** What the controllers have seen and decided. */
export interface ImpliedRoleStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
