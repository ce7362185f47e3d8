// Which addresses a Port gets: picks subnets as Neutron does and says what can not be given.
import type { Port, PortSpec } from "../../models/network/port.ts";
import type { SubnetSpec } from "../../models/network/subnet.ts";
import { formatAddress, parseAddress } from "./address.ts";
import { slaacAddress } from "./mac.ts";
import { isHostAddress } from "./pools.ts";
import { isAutoAddress, type SubnetRange, subnetRange } from "./subnet.ts";

export const deviceOwners = Object.freeze({
  compute: "compute:nova",
  routerInterface: "network:router_interface",
  routerGateway: "network:router_gateway",
  floatingIP: "network:floatingip",
  distributed: "network:distributed",
});

/** Ports that the cloud makes by itself for a network: they do not keep it in use, and go with it. */
const automaticOwners: ReadonlySet<string> = new Set(["network:dhcp", deviceOwners.distributed]);

export const isAutomatic = ({ spec }: Pick<Port, "spec">): boolean => automaticOwners.has(spec.deviceOwner ?? "");

/** A subnet of the port's network. */
export interface PortSubnet {
  readonly name: string;
  readonly spec: SubnetSpec;
}

/** One address to lock: a fixed one, or any free one of the candidates, the first that has room. */
export interface WantedAddress {
  readonly subnets: readonly { readonly name: string; readonly range: SubnetRange }[];
  readonly address?: string;
}

export interface AddressProblem {
  readonly reason: "InvalidAddress" | "WaitingForSubnet";
  readonly message: string;
}

export type AddressPlan = { readonly wanted: readonly WantedAddress[] } | { readonly problem: AddressProblem };

type Candidate = PortSubnet & { readonly range: SubnetRange };

const problem = (reason: AddressProblem["reason"], message: string): AddressPlan => ({ problem: { reason, message } });

/** Subnets with service types are for those device owners only; where some are for this one, the others are not (Neutron's rule). */
function subnetsFor(subnets: readonly PortSubnet[], deviceOwner: string | undefined): readonly PortSubnet[] {
  const typed = (subnet: PortSubnet) => (subnet.spec.serviceTypes?.length ?? 0) > 0;
  const serves = (type: string) => deviceOwner === type || (deviceOwner?.startsWith(`${type}:`) ?? false);
  const matching = subnets.filter((subnet) => subnet.spec.serviceTypes?.some(serves));
  return matching.length > 0 ? matching : subnets.filter((subnet) => !typed(subnet));
}

/**
 * The addresses that a port asks for. `subnets` are all of its network, in a stable order; `mac` is the port's. Ports that ask for nothing get
 * one IPv4, one managed IPv6 and one address of each SLAAC subnet.
 */
export function addressPlan(spec: PortSpec, subnets: readonly PortSubnet[], mac: string): AddressPlan {
  const known: Candidate[] = subnets.flatMap((subnet) => {
    const range = subnetRange(subnet.spec);
    return range ? [{ ...subnet, range }] : [];
  });
  if (spec.fixedIPs === undefined) return { wanted: automatic(known, spec.deviceOwner, mac) };
  const wanted: WantedAddress[] = [];
  for (const fixed of spec.fixedIPs) {
    const plan = requested(fixed, known, spec.deviceOwner, mac);
    if ("problem" in plan) return plan;
    wanted.push(...plan.wanted);
  }
  return { wanted };
}

const autoAddressed = (subnet: Candidate): boolean => subnet.range.cidr.version === 6 && isAutoAddress(subnet.spec);

function automatic(known: readonly Candidate[], deviceOwner: string | undefined, mac: string): WantedAddress[] {
  const usable = known.filter((subnet) => subnetsFor(known, deviceOwner).includes(subnet));
  const isFloating = deviceOwner === deviceOwners.floatingIP;
  const managed = ([4, 6] as const)
    .filter((version) => version === 4 || !isFloating)
    .map((version) => usable.filter((subnet) => subnet.range.cidr.version === version && !autoAddressed(subnet)))
    .filter((subnets) => subnets.length > 0)
    .map((subnets) => ({ subnets }));
  const auto = isFloating ? [] : usable.filter(autoAddressed).map((subnet) => slaac(subnet, mac));
  return [...managed, ...auto];
}

const slaac = (subnet: Candidate, mac: string): WantedAddress => ({ subnets: [subnet], address: slaacAddress(subnet.range.cidr, mac) });

function requested(
  fixed: NonNullable<PortSpec["fixedIPs"]>[number],
  known: readonly Candidate[],
  deviceOwner: string | undefined,
  mac: string,
): AddressPlan {
  const named = fixed.subnetRef === undefined ? known : known.filter((subnet) => subnet.name === fixed.subnetRef?.name);
  if (named.length === 0) {
    return problem(
      "WaitingForSubnet",
      fixed.subnetRef ? `Subnet ${fixed.subnetRef.name} is not on the network` : "The network has no subnet",
    );
  }
  const [first] = named;
  if (fixed.ipAddress === undefined) {
    if (!fixed.subnetRef || !first) return { wanted: automatic(known, deviceOwner, mac) };
    const isRouter = deviceOwner === deviceOwners.routerInterface;
    return { wanted: [autoAddressed(first) && !isRouter ? slaac(first, mac) : { subnets: [first] }] };
  }
  const address = parseAddress(fixed.ipAddress);
  const owner = address && named.find((subnet) => isHostAddress(subnet.range.cidr, address) || isGateway(subnet, address.value));
  if (!address || !owner) return problem("InvalidAddress", `IP address ${fixed.ipAddress} is not a valid IP for the specified subnet.`);
  return { wanted: [{ subnets: [owner], address: formatAddress(address.version, address.value) }] };
}

const isGateway = (subnet: Candidate, value: bigint): boolean => subnet.range.gateway === value;
