// A Subnet in OVN: the DHCP options that its ports point to. Pure.
import { idOf } from "../../../domain/id.ts";
import { formatCidr } from "../../../domain/net/address.ts";
import { macFor } from "../../../domain/net/mac.ts";
import { gatewayText, isAutoAddress, subnetRange } from "../../../domain/net/subnet.ts";
import type { Network } from "../../../models/network/network.ts";
import type { Subnet } from "../../../models/network/subnet.ts";
import { type DesiredRow, rowUuid } from "../ovn/rows.ts";

export const dhcpUuid = (subnetId: string): string => rowUuid("DHCP_Options", subnetId);

/** Seconds; Neutron's default with OVN. */
const leaseSeconds = "43200";

/** The metadata service's address; it also answers DHCP where a subnet has no gateway, since no guest has it. */
const metadataService = "169.254.169.254";

const set = (values: readonly string[]): string => `{${values.join(", ")}}`;

export interface DhcpFacts {
  /** Of the network, in bytes. */
  readonly mtu: number;
  /** Where the subnet's guests reach the metadata service. */
  readonly metadataIP?: string | undefined;
}

export interface Dhcp {
  readonly cidr: string;
  readonly options: Record<string, string>;
}

/** Options served to the ports of a subnet, undefined where DHCP has nothing to say. */
export function dhcpOptions(subnet: Subnet, network: Network, facts: DhcpFacts): Dhcp | undefined {
  const range = subnetRange(subnet.spec);
  if (!range || subnet.spec.enableDHCP === false) return undefined;
  const options =
    range.cidr.version === 4
      ? dhcpV4(subnet, network, facts, gatewayText(range))
      : isManagedV6(subnet)
        ? dhcpV6(subnet, network)
        : undefined;
  return options && { cidr: formatCidr(range.cidr), options };
}

function isManagedV6({ spec }: Subnet): boolean {
  return spec.ipv6AddressMode === "dhcpv6-stateful" || spec.ipv6AddressMode === "dhcpv6-stateless";
}

const domainOf = (network: Network): string | undefined => network.spec.dnsDomain?.replace(/\.$/, "") || undefined;

function dhcpV4(subnet: Subnet, network: Network, { mtu, metadataIP }: DhcpFacts, gateway: string | undefined): Record<string, string> {
  const { spec } = subnet;
  const domain = domainOf(network);
  const own = (spec.hostRoutes ?? []).map(({ destination, nexthop }) => `${destination},${nexthop}`);
  const routes = metadataIP === undefined ? own : [`${metadataService}/32,${metadataIP}`, ...own];
  // A client that is given option 121 ignores the router option, so the default route stands there again (RFC 3442).
  const all = gateway === undefined || routes.length === 0 ? routes : [...routes, `0.0.0.0/0,${gateway}`];
  return {
    server_id: gateway ?? metadataService,
    server_mac: macFor(`dhcp ${idOf(subnet)}`),
    lease_time: leaseSeconds,
    mtu: String(mtu),
    ...(gateway === undefined ? {} : { router: gateway }),
    ...(spec.dnsNameservers?.length ? { dns_server: set(spec.dnsNameservers) } : {}),
    ...(domain === undefined ? {} : { domain_name: `"${domain}"` }),
    ...(all.length === 0 ? {} : { classless_static_route: set(all) }),
  };
}

function dhcpV6(subnet: Subnet, network: Network): Record<string, string> {
  const { spec } = subnet;
  const domain = domainOf(network);
  return {
    server_id: macFor(`dhcp ${idOf(subnet)}`),
    ...(spec.dnsNameservers?.length ? { dns_server: set(spec.dnsNameservers) } : {}),
    ...(domain === undefined ? {} : { domain_search: `"${domain}"` }),
    ...(isAutoAddress(spec) ? { dhcpv6_stateless: "true" } : {}),
  };
}

export function desiredSubnetRows(subnet: Subnet, network: Network, facts: DhcpFacts): DesiredRow[] {
  const dhcp = dhcpOptions(subnet, network, facts);
  if (!dhcp) return [];
  const id = idOf(subnet);
  const ids = { subnet_id: id, "neutron:network_id": idOf(network) };
  return [{ table: "DHCP_Options", uuid: dhcpUuid(id), columns: { cidr: dhcp.cidr, options: dhcp.options, external_ids: ids } }];
}

/** What routers advertise in an IPv6 subnet (LRP.ipv6_ra_configs); empty where nobody asked for it. */
export function routerAdvertisement(subnet: Subnet, mtu: number): Record<string, string> {
  const mode = subnet.spec.ipv6RAMode;
  if (mode === undefined) return {};
  const range = subnetRange(subnet.spec);
  const servers = (subnet.spec.dnsNameservers ?? []).filter((server) => server.includes(":"));
  return range?.cidr.version === 6
    ? { address_mode: mode.replace("-", "_"), send_periodic: "true", mtu: String(mtu), ...(servers[0] ? { rdnss: servers[0] } : {}) }
    : {};
}
