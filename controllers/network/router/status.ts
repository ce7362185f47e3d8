// What a Router shows: what is in force, and the first thing that keeps it from being whole.
import { overlaps, parseCidr } from "../../../domain/net/address.ts";
import { gatewayText, subnetRange } from "../../../domain/net/subnet.ts";
import type { Port } from "../../../models/network/port.ts";
import type { Router, RouterStatus } from "../../../models/network/router.ts";
import type { ConditionInput } from "../../../operator/contract.ts";
import { notReady, ready } from "../deps.ts";
import { isUsable } from "./desired.ts";
import type { RouterWorld, SeenInterface } from "./gather.ts";

const readyOf = (port: Port) => port.status?.conditions?.find((one) => one.type === "Ready");

/** A port's final failure is its router's or floating IP's too. */
export function portCondition(port: Port | undefined, name: string): ConditionInput | undefined {
  const condition = port && readyOf(port);
  if (condition?.status === "True") return undefined;
  const isFinal = condition !== undefined && !/^(Waiting|Pending|Deleting)/.test(condition.reason);
  return isFinal ? notReady(condition.reason, condition.message) : notReady("WaitingForPort", `Waiting for Port ${name}`);
}

function interfaceCondition({ subnet, subnetName, portName, port }: SeenInterface): ConditionInput | undefined {
  if (subnetName !== undefined && !subnet) return notReady("WaitingForSubnet", `Waiting for Subnet ${subnetName}`);
  const range = subnet && subnetRange(subnet.spec);
  if (range && gatewayText(range) === undefined) {
    return notReady("InvalidAddress", `Subnet for router interface must have a gateway IP: ${subnetName}`);
  }
  return portCondition(port?.port, portName);
}

function overlapCondition({ interfaces }: RouterWorld): ConditionInput | undefined {
  const ranges = interfaces.flatMap(({ subnet, port }) => (subnet ? [subnet] : (port?.subnets ?? []))).map((subnet) => subnet.spec.cidr);
  for (const [i, text] of ranges.entries()) {
    const cidr = parseCidr(text);
    const other = ranges.slice(0, i).find((earlier) => {
      const range = parseCidr(earlier);
      return cidr && range && overlaps(cidr, range);
    });
    if (other !== undefined) return notReady("Overlap", `Cidr ${text} overlaps with cidr ${other} of the same router`);
  }
  return undefined;
}

function gatewayCondition(router: Router, { gateway }: RouterWorld): ConditionInput | undefined {
  if (!gateway) return undefined;
  const { name } = router.spec.externalGateway?.networkRef ?? { name: "" };
  if (!gateway.network?.spec.external) return notReady("ExternalNetworkNotReachable", `Network ${name} is not an external network`);
  return portCondition(gateway.port?.port, gateway.portName);
}

export function routerStatus(router: Router, world: RouterWorld): Omit<RouterStatus, "conditions"> & { conditions: ConditionInput[] } {
  const condition =
    overlapCondition(world) ??
    gatewayCondition(router, world) ??
    world.interfaces.map(interfaceCondition).find((one) => one !== undefined) ??
    ready("The router is in OVN");
  const gateway = world.gateway?.port && isUsable(world.gateway.port) ? world.gateway.port.port : undefined;
  return {
    phase: "ACTIVE",
    externalIPs: (gateway?.status?.fixedIPs ?? []).map(({ subnet, ipAddress }) => ({ subnet, ipAddress })),
    ...(gateway ? { gatewayPort: gateway.metadata.name } : {}),
    interfaces: world.interfaces.flatMap(({ port }) => {
      if (!port || !isUsable(port)) return [];
      const [first] = port.port.status?.fixedIPs ?? [];
      const network = port.port.spec.networkRef.name;
      return [{ port: port.port.metadata.name, network, ...(first ? { subnet: first.subnet, ipAddress: first.ipAddress } : {}) }];
    }),
    conditions: [condition],
  };
}
