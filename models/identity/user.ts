// Generated from crds/identity/user.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** Somebody who can log in (Keystone user). */
export interface User extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "User";
  metadata: ObjectMeta;
  spec: UserSpec;
  status?: UserStatus;
}

export const User: Kind<User> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "User",
  plural: "users",
  namespaced: false,
});

/** What the user wants. */
export interface UserSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** E-mail address. */
  email?: string;
  /** A disabled user can not log in and its tokens are dead. */
  enabled?: boolean;
  /** The Domain it belongs to. */
  domainRef: LocalRef;
  /** The Groups that it is a member of. */
  groupRefs?: LocalRef[];
  /** The Tenant that a login without scope gets. */
  defaultTenantRef?: LocalRef;
  /** Secret of the system namespace that holds the password's hash. */
  passwordSecretRef?: UserPasswordSecretRef;
  /** Who it is in Kubernetes. The holder of a bearer token of the cluster logs in as it. */
  kubernetes?: UserKubernetes;
  /** Exceptions from the cloud's rules for passwords and logins (Keystone's resource options). */
  options?: UserOptions;
  /** Attributes of a client's own that the Identity API keeps and shows. */
  extra?: Record<string, unknown>;
  /** Somebody whom an identity provider vouches for. Written by the API at a login. */
  federated?: UserFederated;
}

/** Secret of the system namespace that holds the password's hash. */
export interface UserPasswordSecretRef {
  /** Name of the Secret. */
  name: string;
  /** Key inside the Secret. Its value is an argon2id hash, or one of Keystone's: bcrypt, scrypt, pbkdf2_sha512. */
  key?: string;
}

/** Who it is in Kubernetes. The holder of a bearer token of the cluster logs in as it. */
export interface UserKubernetes {
  /** Name as Kubernetes knows it, such as system:serviceaccount:ci:deployer. Two Users must not name the same. */
  username: string;
}

/** Exceptions from the cloud's rules for passwords and logins (Keystone's resource options). */
export interface UserOptions {
  /** A password that somebody else has set may be used as it is. */
  ignoreChangePasswordUponFirstUse?: boolean;
  /** Its passwords do not expire. */
  ignorePasswordExpiry?: boolean;
  /** Failed logins do not lock it. */
  ignoreLockoutFailureAttempts?: boolean;
  /** It may not change its own password. */
  lockPassword?: boolean;
  /** It is not disabled for being inactive. */
  ignoreUserInactivity?: boolean;
  /** multiFactorAuthRules hold. */
  multiFactorAuthEnabled?: boolean;
  /** Combinations of login methods; a login needs all methods of one of them. */
  multiFactorAuthRules?: string[][];
}

/** Somebody whom an identity provider vouches for. Written by the API at a login. */
export interface UserFederated {
  /** The IdentityProvider. */
  identityProviderRef: LocalRef;
  /** Protocol by which it came in first. */
  protocol: string;
  /** What the provider calls it for ever. */
  uniqueID: string;
  /** Groups that the mapping gave at the last login. */
  groupRefs?: UserFederatedGroupRef[];
  /** Until when it is in these groups. */
  groupsUntil?: string;
}

export interface UserFederatedGroupRef {
  /** Name of the Group. */
  name: string;
  /** Its uid: a later group of that name is another. */
  uid: string;
}

/** What the controllers have seen and decided. */
export interface UserStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
  /** When the password's hash last changed. Tokens issued before are dead. */
  passwordChangedAt?: string;
  /** SHA-256 of the hash with which the password was set. */
  passwordFingerprint?: string;
  /** When the password expires; absent where it does not. */
  passwordExpiresAt?: string;
  /** When it was last disabled. Tokens issued before are dead. */
  disabledAt?: string;
  /** Day of the last login, where disable_user_account_days_inactive is set. */
  lastActiveOn?: string;
}
