// Generated from crds/network/router.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta, ObjectRef } from "../kind.ts";

/** Joins networks and leads to the outside (Neutron router). */
export interface Router extends KubeObject {
  apiVersion: "network.kumulus.cloud/v1alpha1";
  kind: "Router";
  metadata: ObjectMeta;
  spec: RouterSpec;
  status?: RouterStatus;
}

export const Router: Kind<Router> = Object.freeze({
  group: "network.kumulus.cloud",
  version: "v1alpha1",
  kind: "Router",
  plural: "routers",
  namespaced: true,
});

/** What the user wants. */
export interface RouterSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** False stops its traffic. */
  adminStateUp?: boolean;
  /** Its way out. */
  externalGateway?: RouterExternalGateway;
  /** Networks that it joins: a Subnet (its gateway address is used) or a Port. */
  interfaces?: RouterInterface[];
  /** Static routes. */
  routes?: RouterRoute[];
  /** OpenStack tags. */
  tags?: string[];
}

/** Its way out. */
export interface RouterExternalGateway {
  /** An external Network. */
  networkRef: ObjectRef;
  /** Whether servers without a floating IP reach the outside through its address. */
  enableSNAT?: boolean;
  /** Wanted outside addresses. */
  fixedIPs?: RouterExternalGatewayFixedIP[];
}

export interface RouterExternalGatewayFixedIP {
  /** A Subnet of the external network. */
  subnetRef?: LocalRef;
  /** The wanted address. */
  ipAddress?: string;
}

export interface RouterInterface {
  /** A Subnet. */
  subnetRef?: ObjectRef;
  /** A Port of this namespace. */
  portRef?: LocalRef;
}

export interface RouterRoute {
  /** Range. */
  destination: string;
  /** Next hop. */
  nexthop: string;
}

/** What the controllers have seen and decided. */
export interface RouterStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
  /** Neutron's status. */
  phase?: "ACTIVE" | "DOWN" | "BUILD" | "ERROR";
  /** Outside addresses in force. */
  externalIPs?: RouterExternalIP[];
  /** Name of the Port on the external network. */
  gatewayPort?: string;
  /** Interfaces in force. */
  interfaces?: RouterStatusInterface[];
}

export interface RouterExternalIP {
  /** Name of the Subnet. */
  subnet: string;
  /** Address. */
  ipAddress: string;
}

export interface RouterStatusInterface {
  /** Name of the Port. */
  port: string;
  /** Name of the Subnet. */
  subnet?: string;
  /** Name of the Network. */
  network?: string;
  /** Address. */
  ipAddress?: string;
}
