// Generated from crds/identity/application-credential.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** A program's own way to log in as a user on one project, with some of the user's roles (Keystone application credential). */
export interface ApplicationCredential extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "ApplicationCredential";
  metadata: ObjectMeta;
  spec: ApplicationCredentialSpec;
  status?: ApplicationCredentialStatus;
}

export const ApplicationCredential: Kind<ApplicationCredential> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "ApplicationCredential",
  plural: "applicationcredentials",
  namespaced: false,
});

/** What the user wants. */
export interface ApplicationCredentialSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** The User who logs in with it. */
  userRef: LocalRef;
  /** The Tenant that its tokens are for. */
  tenantRef: LocalRef;
  /** Roles of its tokens. Its tokens are dead while the user lacks one of them. */
  roleRefs: LocalRef[];
  /** AccessRules: when present its tokens only serve for requests that one of them lets through. No limit when absent. */
  accessRuleRefs?: LocalRef[];
  /** When it ends by itself. Never when absent. */
  expiresAt?: string;
  /** True where its tokens may make and delete application credentials and trusts. */
  unrestricted?: boolean;
  /** Secret of the system namespace that holds the secret's hash. */
  secretRef: ApplicationCredentialSecretRef;
}

/** Secret of the system namespace that holds the secret's hash. */
export interface ApplicationCredentialSecretRef {
  /** Name of the Secret. */
  name: string;
  /** Key inside the Secret. Its value is an argon2id hash. */
  key?: string;
}

/** What the controllers have seen and decided. */
export interface ApplicationCredentialStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
