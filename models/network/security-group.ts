// Generated from crds/network/security-group.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** A set of rules that says what traffic its ports take (Neutron security group). */
export interface SecurityGroup extends KubeObject {
  apiVersion: "network.kumulus.cloud/v1alpha1";
  kind: "SecurityGroup";
  metadata: ObjectMeta;
  spec: SecurityGroupSpec;
  status?: SecurityGroupStatus;
}

export const SecurityGroup: Kind<SecurityGroup> = Object.freeze({
  group: "network.kumulus.cloud",
  version: "v1alpha1",
  kind: "SecurityGroup",
  plural: "securitygroups",
  namespaced: true,
});

/** What the user wants. */
export interface SecurityGroupSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** Whether answers of allowed traffic are allowed too. */
  stateful?: boolean;
  /** True for the project's default group; only the tenant controller makes one. */
  isDefault?: boolean;
  /** What is allowed; everything else is dropped. */
  rules?: SecurityGroupRule[];
  /** OpenStack tags. */
  tags?: string[];
}

export interface SecurityGroupRule {
  /** Id of the rule in the APIs; derived from its content when absent. */
  id?: string;
  /** Free text for people. */
  description?: string;
  /** Into or out of the guest. */
  direction: "ingress" | "egress";
  /** IP version; IPv4 unless said. */
  etherType?: "IPv4" | "IPv6";
  /** Name or number of the IP protocol; any when absent. */
  protocol?: string;
  /** First port, or ICMP type. */
  portRangeMin?: number;
  /** Last port, or ICMP code. */
  portRangeMax?: number;
  /** Range of the other side. */
  remoteIPPrefix?: string;
  /** SecurityGroup of the other side. */
  remoteGroupRef?: LocalRef;
  /** When the rule was made. */
  createdAt?: string;
}

/** What the controllers have seen and decided. */
export interface SecurityGroupStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}
