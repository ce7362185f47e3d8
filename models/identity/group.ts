// Generated from crds/identity/group.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** Users that get roles together (Keystone group). */
export interface Group extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "Group";
  metadata: ObjectMeta;
  spec: GroupSpec;
  status?: GroupStatus;
}

export const Group: Kind<Group> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "Group",
  plural: "groups",
  namespaced: false,
});

/** What the user wants. */
export interface GroupSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** The Domain it belongs to. */
  domainRef: LocalRef;
}

/** What the controllers have seen and decided. */
export interface GroupStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
