// What a Port shows.
import type { Port, PortStatus } from "../../../models/network/port.ts";
import type { ConditionInput } from "../../../operator/contract.ts";
import { notReady, ready } from "../deps.ts";
import type { PortFacts } from "./desired.ts";
import type { PortWorld } from "./gather.ts";

export type PortStatusInput = Omit<PortStatus, "conditions"> & { conditions: ConditionInput[] };

/** What OVN tells of the port. */
export interface Binding {
  readonly up: boolean;
  readonly host: string | undefined;
}

/** A port that has its addresses and its rows. `N/A` is Neutron's status of an address without a port in the network. */
export function readyStatus(port: Port, world: PortWorld, facts: PortFacts, binding: Binding): PortStatusInput {
  const phase = world.role === "floatingIP" ? "N/A" : binding.up ? "ACTIVE" : "DOWN";
  const message = facts.addresses.length === 0 ? "The port has no address" : `Has ${facts.addresses.map((one) => one.address).join(", ")}`;
  return {
    phase,
    macAddress: facts.mac,
    fixedIPs: facts.addresses.map(({ subnet, address }) => ({ subnet, ipAddress: address })),
    securityGroups: world.groups.map((group) => group.metadata.name),
    ...(binding.host === undefined ? {} : { hostID: binding.host }),
    conditions: [
      port.metadata.deletionTimestamp === undefined ? ready(message, "Allocated") : notReady("Deleting", "The port is being deleted"),
    ],
  };
}

/** A port that can not be had now; what it already has stays visible. */
export function unreadyStatus(
  port: Port,
  phase: "BUILD" | "ERROR",
  reason: string,
  message: string,
  facts: Partial<PortFacts> = {},
): PortStatusInput {
  const mac = facts.mac ?? port.status?.macAddress;
  const fixedIPs = facts.addresses?.map(({ subnet, address }) => ({ subnet, ipAddress: address })) ?? port.status?.fixedIPs;
  return {
    phase,
    ...(mac === undefined ? {} : { macAddress: mac }),
    ...(fixedIPs === undefined ? {} : { fixedIPs }),
    conditions: [notReady(reason, message)],
  };
}
