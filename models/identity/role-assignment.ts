// Generated from crds/identity/role-assignment.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** One role given to one user or group on one target (Keystone role assignment). */
export interface RoleAssignment extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "RoleAssignment";
  metadata: ObjectMeta;
  spec: RoleAssignmentSpec;
  status?: RoleAssignmentStatus;
}

export const RoleAssignment: Kind<RoleAssignment> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "RoleAssignment",
  plural: "roleassignments",
  namespaced: false,
});

/** What the user wants. */
export interface RoleAssignmentSpec {
  /** The Role that is given. */
  roleRef: LocalRef;
  /** The User who gets it. */
  userRef?: LocalRef;
  /** The Group whose members get it. */
  groupRef?: LocalRef;
  /** The Tenant on which it holds. */
  tenantRef?: LocalRef;
  /** The Domain on which it holds. */
  domainRef?: LocalRef;
  /** True for a role on the whole cloud. */
  system?: boolean;
  /** True where the role holds on the projects below and not on the target itself (OS-INHERIT). */
  inherited?: boolean;
}

/** What the controllers have seen and decided. */
export interface RoleAssignmentStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
