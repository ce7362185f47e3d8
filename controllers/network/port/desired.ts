// A Port in OVN (its logical switch port and DHCP options) and the NetworkAttachmentDefinition that plugs a guest into it. Pure.
import type { NetworkAttachmentDefinition } from "../../../clients/multus/kinds.ts";
import { displayNameOf, idOf } from "../../../domain/id.ts";
import { parseCidr, withPrefix } from "../../../domain/net/address.ts";
import { canonicalMac } from "../../../domain/net/mac.ts";
import { attachmentName, routerPortName } from "../../../domain/net/names.ts";
import type { Network } from "../../../models/network/network.ts";
import type { Port } from "../../../models/network/port.ts";
import type { Subnet } from "../../../models/network/subnet.ts";
import type { NetworkDeps } from "../deps.ts";
import { mtuOf, switchUuid } from "../network/desired.ts";
import { type DesiredRow, rowUuid } from "../ovn/rows.ts";
import { dropGroupUuid, portGroupUuid } from "../security-group/desired.ts";
import { dhcpOptions, dhcpUuid } from "../subnet/desired.ts";
import type { HeldAddress } from "./addresses.ts";
import { extraDhcpOptions } from "./dhcp.ts";
import type { PortWorld } from "./gather.ts";

export const switchPortUuid = (portId: string): string => rowUuid("Logical_Switch_Port", portId);

/** What has been decided about a port. */
export interface PortFacts {
  readonly mac: string;
  readonly addresses: readonly HeldAddress[];
  /** MTU of the network in bytes. */
  readonly mtu: number;
  /** The only node that may plug the port. */
  readonly requestedChassis?: string;
}

/** A node that OVN does not know could never plug the port: then any may. */
export function portSettings(
  { spec }: Port,
  network: Network,
  { chassis, settings }: NetworkDeps,
): Pick<PortFacts, "mtu" | "requestedChassis"> {
  const isKnown = spec.hostID !== undefined && chassis.has(spec.hostID);
  return { mtu: mtuOf(network, settings), ...(isKnown && spec.hostID !== undefined ? { requestedChassis: spec.hostID } : {}) };
}

/** None for floating IPs: their address is OVN's only as a NAT row. */
export function desiredPortRows(port: Port, world: PortWorld, network: Network, facts: PortFacts): DesiredRow[] {
  if (world.role === "floatingIP") return [];
  if (world.role === "metadata") return [metadataRow(port, world, network, facts)];
  return world.role === "vif" ? vifRows(port, world, network, facts) : [routerPeerRow(port, world, network, facts)];
}

function commonIds(port: Port, network: Network, facts: PortFacts): Record<string, string> {
  const { spec } = port;
  return {
    "neutron:port_name": displayNameOf(port),
    "neutron:device_id": spec.deviceID ?? "",
    "neutron:device_owner": spec.deviceOwner ?? "",
    "neutron:network_id": idOf(network),
    "neutron:cidrs": facts.addresses.map(({ address }) => address).join(" "),
  };
}

const isEnabled = (port: Port, network: Network): boolean => port.spec.adminStateUp !== false && network.spec.adminStateUp !== false;

function routerPeerRow(port: Port, world: PortWorld, network: Network, facts: PortFacts): DesiredRow {
  const id = idOf(port);
  const gateway: Record<string, string> =
    world.role === "routerGateway" ? { "nat-addresses": "router", "exclude-lb-vips-from-garp": "true" } : {};
  return {
    table: "Logical_Switch_Port",
    uuid: switchPortUuid(id),
    parent: switchUuid(idOf(network)),
    columns: {
      name: id,
      type: "router",
      addresses: ["router"],
      port_security: [],
      enabled: isEnabled(port, network),
      options: { "router-port": routerPortName(id), ...gateway },
      dhcpv4_options: undefined,
      dhcpv6_options: undefined,
      external_ids: commonIds(port, network, facts),
    },
  };
}

/** The nodes read from it how to configure what they plug into it. */
function metadataRow(port: Port, world: PortWorld, network: Network, facts: PortFacts): DesiredRow {
  const id = idOf(port);
  const withPrefixes = facts.addresses.flatMap(({ subnet, address }) => {
    const cidr = parseCidr(world.subnets.find((one) => one.metadata.name === subnet)?.spec.cidr ?? "");
    return cidr ? [withPrefix(address, cidr)] : [];
  });
  return {
    table: "Logical_Switch_Port",
    uuid: switchPortUuid(id),
    parent: switchUuid(idOf(network)),
    columns: {
      name: id,
      type: "localport",
      addresses: [[facts.mac, ...facts.addresses.map(({ address }) => address)].join(" ")],
      port_security: [],
      enabled: isEnabled(port, network),
      options: {},
      dhcpv4_options: undefined,
      dhcpv6_options: undefined,
      external_ids: {
        ...commonIds(port, network, facts),
        "neutron:cidrs": withPrefixes.join(" "),
        "neutron:mtu": String(facts.mtu),
      },
    },
  };
}

/** The port's own addresses, then what it may use besides, one entry a MAC. */
function portSecurity(port: Port, { mac, addresses }: PortFacts): string[] {
  const byMac = new Map<string, string[]>([[mac, addresses.map(({ address }) => address)]]);
  for (const pair of port.spec.allowedAddressPairs ?? []) {
    const other = canonicalMac(pair.macAddress ?? mac) ?? mac;
    byMac.set(other, [...(byMac.get(other) ?? []), pair.ipAddress]);
  }
  return [...byMac].map(([address, ips]) => [address, ...new Set(ips)].join(" "));
}

function vifRows(port: Port, world: PortWorld, network: Network, facts: PortFacts): DesiredRow[] {
  const id = idOf(port);
  const dhcp = dhcpRows(port, world, network, facts);
  const addresses = [facts.mac, ...facts.addresses.map(({ address }) => address)].join(" ");
  const row: DesiredRow = {
    table: "Logical_Switch_Port",
    uuid: switchPortUuid(id),
    parent: switchUuid(idOf(network)),
    groups: world.portSecurity ? [dropGroupUuid, ...world.groups.map((group) => portGroupUuid(idOf(group)))] : [],
    columns: {
      name: id,
      type: "",
      addresses: world.portSecurity ? [addresses] : [addresses, "unknown"],
      port_security: world.portSecurity ? portSecurity(port, facts) : [],
      enabled: isEnabled(port, network),
      options: facts.requestedChassis === undefined ? {} : { "requested-chassis": facts.requestedChassis },
      dhcpv4_options: dhcp.v4,
      dhcpv6_options: dhcp.v6,
      external_ids: {
        ...commonIds(port, network, facts),
        "neutron:security_group_ids": world.groups.map(idOf).join(" "),
      },
    },
  };
  return [row, ...dhcp.rows];
}

/** Which DHCP options the port points to: its subnet's, or a row of its own where it has options of its own. */
function dhcpRows(port: Port, world: PortWorld, network: Network, facts: PortFacts): { v4?: string; v6?: string; rows: DesiredRow[] } {
  const rows: DesiredRow[] = [];
  const refer = (version: 4 | 6): string | undefined => {
    const subnet = dhcpSubnet(world, facts, network, version);
    if (!subnet) return undefined;
    const extra = extraDhcpOptions(port.spec.extraDHCPOptions ?? [], version);
    if (Object.keys(extra).length === 0) return dhcpUuid(idOf(subnet.subnet));
    const uuid = rowUuid("DHCP_Options", idOf(port), String(version));
    const { cidr, options } = subnet.dhcp;
    rows.push({ table: "DHCP_Options", uuid, columns: { cidr, options: { ...options, ...extra }, external_ids: { port_id: idOf(port) } } });
    return uuid;
  };
  const [v4, v6] = [refer(4), refer(6)];
  return { ...(v4 === undefined ? {} : { v4 }), ...(v6 === undefined ? {} : { v6 }), rows };
}

function dhcpSubnet(world: PortWorld, facts: PortFacts, network: Network, version: 4 | 6) {
  for (const { subnet: name } of facts.addresses) {
    const subnet = world.subnets.find((one: Subnet) => one.metadata.name === name);
    const dhcp = subnet && dhcpOptions(subnet, network, { mtu: facts.mtu, metadataIP: world.metadataIPs.get(name) });
    if (subnet && dhcp && parseCidr(subnet.spec.cidr)?.version === version) return { subnet, dhcp };
  }
  return undefined;
}

/** Read by ovs-cni (main): `args.cni` survives restarts, migrations and hot-plug, since KubeVirt only ever names the NAD. */
export function desiredAttachment(port: Port, facts: PortFacts): NetworkAttachmentDefinition {
  const id = idOf(port);
  const name = attachmentName(id);
  const args = { cni: { ovnPort: id, mac: facts.mac } };
  const config = { cniVersion: "0.4.0", name, type: "ovs", bridge: "br-int", mtu: facts.mtu, args };
  return {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: {
      name,
      namespace: port.metadata.namespace ?? "",
      annotations: { "k8s.v1.cni.cncf.io/resourceName": "ovs-cni.network.kubevirt.io/br-int" },
    },
    spec: { config: JSON.stringify(config) },
  };
}
