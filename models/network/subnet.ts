// Generated from crds/network/subnet.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** A range of addresses on a network (Neutron subnet). */
export interface Subnet extends KubeObject {
  apiVersion: "network.kumulus.cloud/v1alpha1";
  kind: "Subnet";
  metadata: ObjectMeta;
  spec: SubnetSpec;
  status?: SubnetStatus;
}

export const Subnet: Kind<Subnet> = Object.freeze({
  group: "network.kumulus.cloud",
  version: "v1alpha1",
  kind: "Subnet",
  plural: "subnets",
  namespaced: true,
});

/** What the user wants. */
export interface SubnetSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** The Network of this namespace that it is on. */
  networkRef: LocalRef;
  /** Range of addresses such as 10.9.0.0/24. */
  cidr: string;
  /** Address of the router; the first of the range when absent. */
  gatewayIP?: string;
  /** True for a subnet without a gateway. */
  disableGateway?: boolean;
  /** Whether addresses are served by DHCP. */
  enableDHCP?: boolean;
  /** Ranges from which addresses are picked; the whole range less the gateway when absent. */
  allocationPools?: SubnetAllocationPool[];
  /** Name servers that guests get. */
  dnsNameservers?: string[];
  /** Further routes that guests get. */
  hostRoutes?: SubnetHostRoute[];
  /** Who sends router advertisements and what they say. */
  ipv6RAMode?: "slaac" | "dhcpv6-stateful" | "dhcpv6-stateless";
  /** How guests get their address. */
  ipv6AddressMode?: "slaac" | "dhcpv6-stateful" | "dhcpv6-stateless";
  /** Device owners that it is for. */
  serviceTypes?: string[];
  /** OpenStack tags. */
  tags?: string[];
}

export interface SubnetAllocationPool {
  /** First address. */
  start: string;
  /** Last address. */
  end: string;
}

export interface SubnetHostRoute {
  /** Range. */
  destination: string;
  /** Next hop. */
  nexthop: string;
}

/** What the controllers have seen and decided. */
export interface SubnetStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
  /** Gateway in force. */
  gatewayIP?: string;
  /** Pools in force. */
  allocationPools?: SubnetStatusAllocationPool[];
}

export interface SubnetStatusAllocationPool {
  /** First address. */
  start: string;
  /** Last address. */
  end: string;
}
