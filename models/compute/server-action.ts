// Generated from crds/compute/server-action.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** One verb asked of a server, its queue place and its audit record (Nova instance action). */
export interface ServerAction extends KubeObject {
  apiVersion: "compute.kumulus.cloud/v1alpha1";
  kind: "ServerAction";
  metadata: ObjectMeta;
  spec: ServerActionSpec;
  status?: ServerActionStatus;
}

export const ServerAction: Kind<ServerAction> = Object.freeze({
  group: "compute.kumulus.cloud",
  version: "v1alpha1",
  kind: "ServerAction",
  plural: "serveractions",
  namespaced: true,
});

/** What the user wants. */
export interface ServerActionSpec {
  /** The Server it acts on. */
  serverRef: LocalRef;
  /** What to do; verbs that only set the Server's spec are recorded here for the audit trail. */
  action: "Create" | "Start" | "Stop" | "Reboot" | "Delete" | "AttachVolume" | "DetachVolume" | "AttachInterface" | "DetachInterface";
  /** Kind of reboot. */
  rebootType?: "SOFT" | "HARD";
  /** Request id of the API call. */
  requestID?: string;
  /** The User who asked. */
  userRef?: LocalRef;
  /** The Tenant of the request. */
  tenantRef?: LocalRef;
}

/** What the controllers have seen and decided. */
export interface ServerActionStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
  /** How far it is. */
  phase?: "Pending" | "Running" | "Succeeded" | "Failed";
  /** When it began. */
  startedAt?: string;
  /** When it ended. */
  finishedAt?: string;
  /** Why it failed. */
  message?: string;
  /** UID of the VirtualMachineInstance that it began with. */
  serverInstanceUID?: string;
}
