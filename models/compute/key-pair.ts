// Generated from crds/compute/key-pair.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** An SSH public key for new servers (Nova key pair). */
export interface KeyPair extends KubeObject {
  apiVersion: "compute.kumulus.cloud/v1alpha1";
  kind: "KeyPair";
  metadata: ObjectMeta;
  spec: KeyPairSpec;
  status?: KeyPairStatus;
}

export const KeyPair: Kind<KeyPair> = Object.freeze({
  group: "compute.kumulus.cloud",
  version: "v1alpha1",
  kind: "KeyPair",
  plural: "keypairs",
  namespaced: true,
});

/** What the user wants. */
export interface KeyPairSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** The User whom it belongs to (Nova key pairs are a user's and no project's). */
  userRef?: LocalRef;
  /** Kind of key. */
  type?: "ssh" | "x509";
  /** The public key: one OpenSSH line, or a certificate in PEM. */
  publicKey: string;
}

/** What the controllers have seen and decided. */
export interface KeyPairStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
  /** MD5 of the key in hex with colons. */
  fingerprint?: string;
}
