// Generated from crds/identity/access-rule.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** One kind of request that application credentials of its user may be limited to (Keystone access rule). */
export interface AccessRule extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "AccessRule";
  metadata: ObjectMeta;
  spec: AccessRuleSpec;
  status?: AccessRuleStatus;
}

export const AccessRule: Kind<AccessRule> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "AccessRule",
  plural: "accessrules",
  namespaced: false,
});

/** What the user wants. */
export interface AccessRuleSpec {
  /** The User whose application credentials may name it. */
  userRef: LocalRef;
  /** Type of the service in the catalog, such as compute. */
  service: string;
  /** Method of the request. */
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path of the request, without the part at which the service is mounted. * and {name} stand for one segment, ** for any number of them. */
  path: string;
}

/** What the controllers have seen and decided. */
export interface AccessRuleStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
