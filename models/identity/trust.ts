// Generated from crds/identity/trust.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** The right of one user to act with some roles of another on one project (Keystone trust). */
export interface Trust extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "Trust";
  metadata: ObjectMeta;
  spec: TrustSpec;
  status?: TrustStatus;
}

export const Trust: Kind<Trust> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "Trust",
  plural: "trusts",
  namespaced: false,
});

/** What the user wants. */
export interface TrustSpec {
  /** The User whose roles it gives. */
  trustorRef: LocalRef;
  /** The User who may use it. */
  trusteeRef: LocalRef;
  /** The Tenant on which the roles hold. */
  tenantRef?: LocalRef;
  /** Roles that it gives. It can not be used while the trustor lacks one of them. */
  roleRefs?: LocalRef[];
  /** True where its tokens are the trustor's, false where they are the trustee's. */
  impersonation: boolean;
  /** When it ends by itself. Never when absent. */
  expiresAt?: string;
  /** How many tokens may be made with it. No limit when absent. */
  remainingUses?: number;
  /** How long a chain of trusts the trustee may make from it; 0 for none. */
  redelegationCount?: number;
  /** The Trust that this one was made from, which it can not outlive. */
  redelegatedTrustRef?: LocalRef;
}

/** What the controllers have seen and decided. */
export interface TrustStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
  /** How many tokens have been made with it, where remainingUses limits them. */
  uses?: number;
}
