// Generated from crds/network/port.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta, ObjectRef } from "../kind.ts";

/** A connection to a network with its MAC and IP addresses (Neutron port). */
export interface Port extends KubeObject {
  apiVersion: "network.kumulus.cloud/v1alpha1";
  kind: "Port";
  metadata: ObjectMeta;
  spec: PortSpec;
  status?: PortStatus;
}

export const Port: Kind<Port> = Object.freeze({
  group: "network.kumulus.cloud",
  version: "v1alpha1",
  kind: "Port",
  plural: "ports",
  namespaced: true,
});

/** What the user wants. */
export interface PortSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** The Network it is on. */
  networkRef: ObjectRef;
  /** False stops its traffic. */
  adminStateUp?: boolean;
  /** MAC address; made by the controller when absent. */
  macAddress?: string;
  /** Its addresses; one per IP version when absent and none when empty. */
  fixedIPs?: PortFixedIP[];
  /** Its security groups; the project's default group when absent and none when empty. */
  securityGroupRefs?: LocalRef[];
  /** Whether addresses are checked and groups apply; the network's setting when absent. */
  portSecurityEnabled?: boolean;
  /** Further addresses that it may use. */
  allowedAddressPairs?: PortAllowedAddressPair[];
  /** Id of the server or router that uses it. */
  deviceID?: string;
  /** Who uses it such as compute:nova or network:router_interface. */
  deviceOwner?: string;
  /** Further DHCP options. */
  extraDHCPOptions?: PortExtraDHCPOption[];
  /** Host name in the network's DNS. */
  dnsName?: string;
  /** Kind of NIC. */
  vnicType?: string;
  /** The node that it is bound to. */
  hostID?: string;
  /** OpenStack tags. */
  tags?: string[];
}

export interface PortFixedIP {
  /** A Subnet of the network. */
  subnetRef?: LocalRef;
  /** The wanted address; picked from the pools when absent. */
  ipAddress?: string;
}

export interface PortAllowedAddressPair {
  /** Address or range. */
  ipAddress: string;
  /** MAC address; the port's own when absent. */
  macAddress?: string;
}

export interface PortExtraDHCPOption {
  /** Option name. */
  name: string;
  /** Value. */
  value?: string;
  /** IP version; 4 unless said. */
  ipVersion?: 4 | 6;
}

/** What the controllers have seen and decided. */
export interface PortStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
  /** Neutron's port status; ACTIVE when OVN says that it is plugged. */
  phase?: "ACTIVE" | "DOWN" | "BUILD" | "ERROR" | "N/A";
  /** MAC address in force. */
  macAddress?: string;
  /** Addresses in force. */
  fixedIPs?: PortStatusFixedIP[];
  /** Names of the SecurityGroups in force. */
  securityGroups?: string[];
  /** The node where OVN has bound it. */
  hostID?: string;
}

export interface PortStatusFixedIP {
  /** Name of the Subnet. */
  subnet: string;
  /** Address. */
  ipAddress: string;
}
