// network_data.json (OpenStack metadata format): how the guest sets up its NICs. Config drive and metadata service show the same. Pure.
import { isIPv4 } from "node:net";
import { Address4, Address6 } from "ip-address";
import type { Network } from "../../models/network/network.ts";
import type { Port } from "../../models/network/port.ts";
import type { Subnet } from "../../models/network/subnet.ts";
import { idOf } from "../id.ts";

/** MTU of networks that name none: tunnels on 1500-byte networks. */
const defaultMTU = 1442;

interface Route {
  network: string;
  netmask: string;
  gateway: string;
}

export interface NetworkData {
  readonly links: readonly object[];
  readonly networks: readonly object[];
  readonly services: readonly object[];
}

export function networkData(ports: readonly Port[], networks: readonly Network[], subnets: readonly Subnet[]): NetworkData {
  const links: object[] = [];
  const configured: object[] = [];
  for (const [index, port] of ports.entries()) {
    const id = `nic${index}`;
    const namespace = port.spec.networkRef.namespace ?? port.metadata.namespace;
    const inNetwork = (object: Network | Subnet) => object.metadata.namespace === namespace;
    const network = networks.find((candidate) => inNetwork(candidate) && candidate.metadata.name === port.spec.networkRef.name);
    const mtu = network?.spec.mtu ?? defaultMTU;
    links.push({ id, type: "phy", ethernet_mac_address: port.status?.macAddress ?? "", mtu, vif_id: idOf(port) });
    for (const fixed of port.status?.fixedIPs ?? []) {
      const subnet = subnets.find((candidate) => inNetwork(candidate) && candidate.metadata.name === fixed.subnet);
      const identity = { id: `network${configured.length}`, link: id, network_id: network ? idOf(network) : "" };
      configured.push({ ...identity, ...addressConfig(fixed.ipAddress, subnet) });
    }
  }
  const services = [...new Set(subnets.flatMap((subnet) => subnet.spec.dnsNameservers ?? []))].map((address) => ({ type: "dns", address }));
  return { links, networks: configured, services };
}

function addressConfig(address: string, subnet: Subnet | undefined): object {
  const v4 = isIPv4(address);
  if (subnet?.spec.enableDHCP !== false) {
    if (v4) return { type: "ipv4_dhcp" };
    return { type: subnet?.spec.ipv6AddressMode === "dhcpv6-stateful" ? "ipv6_dhcpv6-stateful" : "ipv6_slaac" };
  }
  const gateway = subnet.spec.disableGateway ? undefined : (subnet.status?.gatewayIP ?? subnet.spec.gatewayIP);
  const routes = (subnet.spec.hostRoutes ?? []).map(({ destination, nexthop }) => route(destination, nexthop));
  if (gateway !== undefined) routes.push(route(v4 ? "0.0.0.0/0" : "::/0", gateway));
  return { type: v4 ? "ipv4" : "ipv6", ip_address: address, netmask: netmask(subnet.spec.cidr), routes };
}

function route(destination: string, gateway: string): Route {
  return { network: destination.split("/")[0] ?? "", netmask: netmask(destination), gateway };
}

/** The mask of a range in the notation of its addresses. */
function netmask(cidr: string): string {
  const bits = Number(cidr.split("/")[1] ?? 0);
  const length = cidr.includes(":") ? 128n : 32n;
  const mask = ((1n << BigInt(bits)) - 1n) << (length - BigInt(bits));
  return length === 32n ? Address4.fromBigInt(mask).correctForm() : Address6.fromBigInt(mask).correctForm();
}
