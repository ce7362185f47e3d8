// Generated from crds/identity/policy-file.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** What became of the cloud's policy files (oslo.policy). The API writes it. */
export interface PolicyFile extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "PolicyFile";
  metadata: ObjectMeta;
  spec: PolicyFileSpec;
  status?: PolicyFileStatus;
}

export const PolicyFile: Kind<PolicyFile> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "PolicyFile",
  plural: "policyfiles",
  namespaced: false,
});

/** Where the files are. */
export interface PolicyFileSpec {
  /** ConfigMap of the system namespace that holds the files. */
  configMapRef: LocalRef;
}

/** What the API has read. */
export interface PolicyFileStatus {
  /** What is true of this object now. Ready says whether the ConfigMap's files hold. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
  /** The files that hold: the last ones without a mistake, by name. */
  files?: Record<string, string>;
}
