// Generated from crds/identity/role.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** A role that policy rules ask for (Keystone role). */
export interface Role extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "Role";
  metadata: ObjectMeta;
  spec: RoleSpec;
  status?: RoleStatus;
}

export const Role: Kind<Role> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "Role",
  plural: "roles",
  namespaced: false,
});

/** What the user wants. */
export interface RoleSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** True: it can be neither changed nor deleted through the API until this is taken away. */
  immutable?: boolean;
  /** The Domain of a domain-specific role. */
  domainRef?: LocalRef;
}

/** What the controllers have seen and decided. */
export interface RoleStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
