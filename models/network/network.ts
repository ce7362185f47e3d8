// Generated from crds/network/network.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, ObjectMeta } from "../kind.ts";

/** A virtual layer 2 network (Neutron network). */
export interface Network extends KubeObject {
  apiVersion: "network.kumulus.cloud/v1alpha1";
  kind: "Network";
  metadata: ObjectMeta;
  spec: NetworkSpec;
  status?: NetworkStatus;
}

export const Network: Kind<Network> = Object.freeze({
  group: "network.kumulus.cloud",
  version: "v1alpha1",
  kind: "Network",
  plural: "networks",
  namespaced: true,
});

/** What the user wants. */
export interface NetworkSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** False stops all traffic. */
  adminStateUp?: boolean;
  /** Largest packet in bytes; the cloud's default when absent. */
  mtu?: number;
  /** Default of new Ports. */
  portSecurityEnabled?: boolean;
  /** Whether routers may have their gateway here (router:external). */
  external?: boolean;
  /** Whether every project may use it. */
  shared?: boolean;
  /** Whether it is the default external network. */
  isDefault?: boolean;
  /** DNS domain of its Ports. */
  dnsDomain?: string;
  /** Wanted zones. */
  availabilityZoneHints?: string[];
  /** How packets travel; only administrators may set it. */
  provider?: NetworkProvider;
  /** OpenStack tags. */
  tags?: string[];
}

/** How packets travel; only administrators may set it. */
export interface NetworkProvider {
  /** Kind of segment. */
  networkType?: "geneve" | "flat" | "vlan" | "local";
  /** Name of the physical network of flat and vlan. */
  physicalNetwork?: string;
  /** VLAN tag or tunnel key. */
  segmentationID?: number;
}

/** What the controllers have seen and decided. */
export interface NetworkStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
  /** MTU in force in bytes. */
  mtu?: number;
  /** Neutron's status. */
  phase?: "ACTIVE" | "DOWN" | "BUILD" | "ERROR";
  /** Tunnel key or VLAN tag in use. */
  segmentationID?: number;
}
