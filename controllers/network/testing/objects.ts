// For unit tests: objects of the network kinds with ids that can be read.
import type { Condition, KubeObject } from "../../../models/kind.ts";
import type { FloatingIP } from "../../../models/network/floating-ip.ts";
import type { IPAddress } from "../../../models/network/ip-address.ts";
import type { Network } from "../../../models/network/network.ts";
import type { Port } from "../../../models/network/port.ts";
import type { Router } from "../../../models/network/router.ts";
import type { SecurityGroup } from "../../../models/network/security-group.ts";
import type { Subnet } from "../../../models/network/subnet.ts";

const isReady: Condition = { type: "Ready", status: "True", reason: "Ready", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" };

function make<T extends KubeObject & { spec: object }>(kind: T["kind"]) {
  return (name: string, spec: T["spec"], status: object = {}): T =>
    ({
      apiVersion: "network.kumulus.cloud/v1alpha1",
      kind,
      metadata: { name, namespace: "ns", uid: `${name}-id`, creationTimestamp: "2026-01-01T00:00:00Z" },
      spec,
      status: { conditions: [isReady], ...status },
    }) as unknown as T;
}

export const network = make<Network>("Network");
export const subnet = make<Subnet>("Subnet");
export const port = make<Port>("Port");
export const router = make<Router>("Router");
export const floatingIP = make<FloatingIP>("FloatingIP");
export const securityGroup = make<SecurityGroup>("SecurityGroup");
export const ipAddress = make<IPAddress>("IPAddress");
