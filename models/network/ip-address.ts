// Generated from crds/network/ip-address.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta, ObjectRef } from "../kind.ts";

/** The lock on one address of a subnet; its name is made from both and so is unique. */
export interface IPAddress extends KubeObject {
  apiVersion: "network.kumulus.cloud/v1alpha1";
  kind: "IPAddress";
  metadata: ObjectMeta;
  spec: IPAddressSpec;
  status?: IPAddressStatus;
}

export const IPAddress: Kind<IPAddress> = Object.freeze({
  group: "network.kumulus.cloud",
  version: "v1alpha1",
  kind: "IPAddress",
  plural: "ipaddresses",
  namespaced: true,
});

/** What the user wants. */
export interface IPAddressSpec {
  /** The Subnet of this namespace that it is from. */
  subnetRef: LocalRef;
  /** The address in canonical form. */
  address: string;
  /** The Port that holds it. */
  portRef: ObjectRef;
}

/** What the controllers have seen and decided. */
export interface IPAddressStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
