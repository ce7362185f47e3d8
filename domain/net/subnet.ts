// What a Subnet means (gateway, pools, address mode) and what is wrong with one: rules and faults are Neutron's.
import type { SubnetSpec } from "../../models/network/subnet.ts";
import { KumulusError } from "../errors.ts";
import { type Cidr, contains, formatAddress, formatCidr, overlaps, parseAddress, parseCidr } from "./address.ts";
import { defaultGateway, defaultPools, formatPool, isHostAddress, type Pool, parsePool } from "./pools.ts";

/** The parts of a subnet in force. */
export interface SubnetRange {
  readonly cidr: Cidr;
  readonly gateway: bigint | undefined;
  readonly pools: readonly Pool[];
}

type RangeSpec = Pick<SubnetSpec, "cidr" | "gatewayIP" | "disableGateway" | "allocationPools">;

function gatewayOf(spec: RangeSpec, cidr: Cidr): bigint | undefined {
  if (spec.disableGateway) return undefined;
  return spec.gatewayIP === undefined ? defaultGateway(cidr) : parseAddress(spec.gatewayIP)?.value;
}

/** Undefined when the cidr or a pool can not be read: `subnetProblem` says what is wrong. */
export function subnetRange(spec: RangeSpec): SubnetRange | undefined {
  const cidr = parseCidr(spec.cidr);
  if (!cidr) return undefined;
  const gateway = gatewayOf(spec, cidr);
  const pools = spec.allocationPools?.map((pool) => parsePool(cidr, pool)) ?? defaultPools(cidr, gateway);
  const known = pools.filter((pool) => pool !== undefined);
  return known.length === pools.length ? { cidr, gateway, pools: known } : undefined;
}

/** Whether guests make their own address of prefix and MAC (slaac, dhcpv6-stateless). */
export function isAutoAddress(spec: Pick<SubnetSpec, "ipv6AddressMode" | "ipv6RAMode">): boolean {
  const auto = (mode: string | undefined) => mode === "slaac" || mode === "dhcpv6-stateless";
  return auto(spec.ipv6AddressMode) || auto(spec.ipv6RAMode);
}

const invalid = (message: string, reason = "InvalidInput") =>
  new KumulusError("Invalid", reason === "InvalidInput" ? `Invalid input for operation: ${message}` : message, { reason });
const conflict = (message: string, reason: string) => new KumulusError("Conflict", message, { reason });

/** A subnet of the same network. */
export type Sibling = Pick<SubnetSpec, "cidr">;

/** The first thing wrong with a subnet, undefined when it is good. `networkId` only appears in the message. */
export function subnetProblem(spec: SubnetSpec, siblings: readonly Sibling[], networkId: string): KumulusError | undefined {
  const cidr = parseCidr(spec.cidr);
  if (!cidr) return invalid(`'${spec.cidr}' is not a valid IP subnet.`);
  return (
    cidrProblem(spec, cidr) ??
    overlapProblem(cidr, siblings, networkId) ??
    modeProblem(spec, cidr) ??
    gatewayProblem(spec, cidr) ??
    poolProblem(spec, cidr) ??
    listProblem(spec, cidr)
  );
}

function cidrProblem(spec: SubnetSpec, cidr: Cidr): KumulusError | undefined {
  if (spec.enableDHCP === false) return undefined;
  const bits = cidr.version === 4 ? 32 : 128;
  if (cidr.prefix > bits - 2) return invalid("Subnet has a prefix length that is incompatible with DHCP service enabled.");
  const [multicast, loopback] = cidr.version === 4 ? ["224.0.0.0/4", "127.0.0.0/8"] : ["ff00::/8", "::1/128"];
  const within = (range: string) => {
    const special = parseCidr(range);
    return special !== undefined && overlaps(special, cidr);
  };
  if (within(multicast)) return invalid("Multicast IP subnet is not supported if enable_dhcp is True.");
  return within(loopback) ? invalid("Loopback IP subnet is not supported if enable_dhcp is True.") : undefined;
}

/** Ranges of one network must not overlap. */
export function overlapProblem(cidr: Cidr, siblings: readonly Sibling[], networkId: string): KumulusError | undefined {
  const taken = siblings.some((sibling) => {
    const other = parseCidr(sibling.cidr);
    return other !== undefined && overlaps(cidr, other);
  });
  return taken
    ? invalid(`Requested subnet with cidr: ${formatCidr(cidr)} for network: ${networkId} overlaps with another subnet.`)
    : undefined;
}

function modeProblem(spec: SubnetSpec, cidr: Cidr): KumulusError | undefined {
  const { ipv6RAMode: ra, ipv6AddressMode: address } = spec;
  if (ra === undefined && address === undefined) return undefined;
  if (cidr.version === 4) return invalid(`${ra === undefined ? "ipv6_address_mode" : "ipv6_ra_mode"} is not valid when ip_version is 4.`);
  if (spec.enableDHCP === false) return invalid("ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False.");
  if (ra !== undefined && address !== undefined && ra !== address) {
    return invalid(
      `ipv6_ra_mode set to '${ra}' with ipv6_address_mode set to '${address}' is not valid. If both attributes are set, they must be the same value.`,
    );
  }
  if (isAutoAddress(spec) && cidr.prefix !== 64) {
    return invalid(
      `Invalid CIDR ${formatCidr(cidr)} for IPv6 address mode. OpenStack uses the EUI-64 address format, which requires the prefix to be /64.`,
    );
  }
  return undefined;
}

function gatewayProblem(spec: SubnetSpec, cidr: Cidr): KumulusError | undefined {
  if (spec.gatewayIP === undefined || spec.disableGateway) return undefined;
  const gateway = parseAddress(spec.gatewayIP);
  if (!gateway || gateway.version !== cidr.version)
    return invalid(`gateway_ip '${spec.gatewayIP}' does not match the ip_version '${cidr.version}'.`);
  // A gateway outside the range is allowed in Neutron (on-link routes); its network and broadcast addresses are not.
  const outside = !contains(cidr, gateway);
  return outside || isHostAddress(cidr, gateway) || cidr.version === 6 ? undefined : invalid("Gateway is not valid on subnet.");
}

function poolProblem(spec: SubnetSpec, cidr: Cidr): KumulusError | undefined {
  const texts = (spec.allocationPools ?? []).map((pool) => `${pool.start}-${pool.end}`);
  const pools = (spec.allocationPools ?? []).map((pool) => parsePool(cidr, pool));
  for (const [i, pool] of pools.entries()) {
    if (!pool || pool.last < pool.first) return invalid(`The allocation pool ${texts[i]} is not valid.`, "InvalidAllocationPool");
    const hosts = [pool.first, pool.last].every((value) => isHostAddress(cidr, { version: cidr.version, value }));
    if (!hosts) {
      return invalid(`The allocation pool ${texts[i]} spans beyond the subnet cidr ${formatCidr(cidr)}.`, "OutOfBoundsAllocationPool");
    }
    const twin = pools.findIndex((other, j) => j < i && other && other.first <= pool.last && pool.first <= other.last);
    if (twin >= 0) {
      const message = `Found overlapping allocation pools: ${texts[twin]} ${texts[i]} for subnet ${formatCidr(cidr)}.`;
      return conflict(message, "OverlappingAllocationPools");
    }
  }
  const gateway = gatewayOf(spec, cidr);
  const holds = pools.findIndex((pool) => pool && gateway !== undefined && gateway >= pool.first && gateway <= pool.last);
  if (holds < 0 || gateway === undefined) return undefined;
  const message = `Gateway ip ${formatAddress(cidr.version, gateway)} conflicts with allocation pool ${texts[holds]}.`;
  return conflict(message, "GatewayConflictWithAllocationPools");
}

function listProblem(spec: SubnetSpec, cidr: Cidr): KumulusError | undefined {
  for (const server of spec.dnsNameservers ?? []) {
    if (!parseAddress(server)) return invalid(`'${server}' is not a valid nameserver.`);
  }
  for (const { destination, nexthop } of spec.hostRoutes ?? []) {
    if (parseCidr(destination)?.version !== cidr.version) return invalid(`'${destination}' is not a valid route destination.`);
    if (parseAddress(nexthop)?.version !== cidr.version) return invalid(`'${nexthop}' is not a valid next hop.`);
  }
  return undefined;
}

/** Pools in force as text, for status and API answers. */
export const poolTexts = ({ cidr, pools }: SubnetRange) => pools.map((pool) => formatPool(cidr, pool));

/** Gateway in force as text, undefined without one. */
export const gatewayText = ({ cidr, gateway }: SubnetRange): string | undefined =>
  gateway === undefined ? undefined : formatAddress(cidr.version, gateway);
