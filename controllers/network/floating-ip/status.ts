// What a FloatingIP shows: Neutron's DOWN while it leads nowhere, ACTIVE once it is translated, ERROR when there is no address to have.
import type { FloatingIP, FloatingIPStatus } from "../../../models/network/floating-ip.ts";
import type { ConditionInput } from "../../../operator/contract.ts";
import { notReady, ready } from "../deps.ts";
import { portCondition } from "../router/status.ts";
import { floatingAddress } from "./desired.ts";
import { type FloatingWorld, floatingPortName } from "./gather.ts";

function conditionOf({ metadata, spec }: FloatingIP, world: FloatingWorld): ConditionInput {
  if (!world.network?.spec.external) {
    return notReady("ExternalNetworkNotReachable", `Network ${spec.networkRef.name} is not an external network`);
  }
  const own = portCondition(world.own, floatingPortName(metadata.name));
  if (own) return own;
  if (floatingAddress(world) === undefined) return notReady("NoFreeAddress", `Network ${spec.networkRef.name} has no IPv4 subnet`);
  if (!spec.portRef) return ready("The address is allocated", "Allocated");
  if (!world.target) return notReady("WaitingForPort", `Waiting for Port ${spec.portRef.name}`);
  if (world.fixedAddress === undefined) {
    const settled = world.target.status?.fixedIPs !== undefined;
    return settled
      ? notReady("InvalidAddress", `Port ${spec.portRef.name} does not have fixed IP address ${spec.fixedIPAddress ?? "of IPv4"}`)
      : notReady("WaitingForPort", `Waiting for the addresses of Port ${spec.portRef.name}`);
  }
  if (!world.router) {
    return notReady("WaitingForRouter", `No router leads from Port ${spec.portRef.name} to network ${spec.networkRef.name}`);
  }
  return ready(`Leads to ${world.fixedAddress}`, "Associated");
}

/** `isWritten` says that the translation is in OVN. */
export function floatingStatus(
  floating: FloatingIP,
  world: FloatingWorld,
  isWritten: boolean,
): Omit<FloatingIPStatus, "conditions"> & { conditions: ConditionInput[] } {
  const condition = conditionOf(floating, world);
  const address = floatingAddress(world);
  const isAssociated = isWritten && condition.status === "True" && world.router !== undefined;
  const isBroken = address === undefined && condition.status === "False" && !condition.reason.startsWith("Waiting");
  return {
    phase: isBroken ? "ERROR" : isAssociated ? "ACTIVE" : "DOWN",
    ...(address === undefined || !world.own ? {} : { ipAddress: address, port: world.own.metadata.name }),
    ...(isAssociated && world.fixedAddress !== undefined ? { fixedIPAddress: world.fixedAddress } : {}),
    ...(isAssociated && world.router ? { router: world.router.metadata.name } : {}),
    conditions: [
      condition.status === "True" && floating.spec.portRef && !isWritten
        ? notReady("WaitingForOVN", "Waiting for the router in OVN")
        : condition,
    ],
  };
}
