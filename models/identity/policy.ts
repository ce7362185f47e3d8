// Generated from crds/identity/policy.yaml by `npm run generate`; do not edit.
import type { Kind, KubeObject, ObjectMeta } from "../kind.ts";

/** A text kept for a service (Keystone policy). Kumulus itself does not read it. */
export interface Policy extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "Policy";
  metadata: ObjectMeta;
  spec: PolicySpec;
  status?: PolicyStatus;
}

export const Policy: Kind<Policy> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "Policy",
  plural: "policies",
  namespaced: false,
});

/** What the user wants. */
export interface PolicySpec {
  /** Media type of the text. */
  type: string;
  /** The text. */
  blob: string;
}

export interface PolicyStatus {
}
