// Generated from crds/network/floating-ip.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta, ObjectRef } from "../kind.ts";

/** An outside address that leads to a port (Neutron floating IP). */
export interface FloatingIP extends KubeObject {
  apiVersion: "network.kumulus.cloud/v1alpha1";
  kind: "FloatingIP";
  metadata: ObjectMeta;
  spec: FloatingIPSpec;
  status?: FloatingIPStatus;
}

export const FloatingIP: Kind<FloatingIP> = Object.freeze({
  group: "network.kumulus.cloud",
  version: "v1alpha1",
  kind: "FloatingIP",
  plural: "floatingips",
  namespaced: true,
});

/** What the user wants. */
export interface FloatingIPSpec {
  /** Free text for people. */
  description?: string;
  /** The external Network that it is taken from. */
  networkRef: ObjectRef;
  /** A Subnet of that network to take it from. */
  subnetRef?: LocalRef;
  /** The wanted address; picked from the pools when absent. */
  ipAddress?: string;
  /** The Port of this namespace that it leads to. */
  portRef?: LocalRef;
  /** Which address of the Port; its first IPv4 address when absent. */
  fixedIPAddress?: string;
  /** Host name. */
  dnsName?: string;
  /** DNS domain. */
  dnsDomain?: string;
  /** OpenStack tags. */
  tags?: string[];
}

/** What the controllers have seen and decided. */
export interface FloatingIPStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
  /** Neutron's status. */
  phase?: "ACTIVE" | "DOWN" | "ERROR";
  /** The floating address. */
  ipAddress?: string;
  /** The address that it leads to. */
  fixedIPAddress?: string;
  /** Name of the Router that translates. */
  router?: string;
  /** Name of the Port on the external network that holds the address. */
  port?: string;
}
