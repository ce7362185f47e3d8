// Generated from crds/identity/credential.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** Something secret that is kept for a user, such as EC2 keys or the key of a TOTP device (Keystone credential). */
export interface Credential extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "Credential";
  metadata: ObjectMeta;
  spec: CredentialSpec;
  status?: CredentialStatus;
}

export const Credential: Kind<Credential> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "Credential",
  plural: "credentials",
  namespaced: false,
});

/** What the user wants. */
export interface CredentialSpec {
  /** The User to whom it belongs. */
  userRef: LocalRef;
  /** The Tenant for which it is. EC2 credentials need one. */
  tenantRef?: LocalRef;
  /** What it is: ec2, totp, cert or another word. */
  type: string;
  /** SHA-256 in hex of the access key that an EC2 credential was made with. It is the credential's OpenStack id. */
  accessKeyHash?: string;
  /** Secret of the system namespace that holds the blob. */
  secretRef: CredentialSecretRef;
}

/** Secret of the system namespace that holds the blob. */
export interface CredentialSecretRef {
  /** Name of the Secret. */
  name: string;
  /** Key inside the Secret. Its value is the blob, encrypted by the API or plain. */
  key?: string;
}

/** What the controllers have seen and decided. */
export interface CredentialStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
  /** Of a TOTP credential: the period of 30 s, counted from 1970, of the passcode that was used last. It and older ones are not taken again. */
  lastPeriod?: number;
}
