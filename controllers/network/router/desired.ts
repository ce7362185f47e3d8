// A Router in OVN: logical router, its ports, gateway chassis, source NAT and routes. Pure.
import { createHash } from "node:crypto";
import { displayNameOf, idOf } from "../../../domain/id.ts";
import { formatCidr, parseAddress, parseCidr, withPrefix } from "../../../domain/net/address.ts";
import { routerName, routerPortName } from "../../../domain/net/names.ts";
import { gatewayText, subnetRange } from "../../../domain/net/subnet.ts";
import type { Router } from "../../../models/network/router.ts";
import type { Settings } from "../deps.ts";
import { mtuOf } from "../network/desired.ts";
import { type DesiredRow, rowUuid } from "../ovn/rows.ts";
import { routerAdvertisement } from "../subnet/desired.ts";
import type { RouterWorld, SeenPort } from "./gather.ts";

export const routerUuid = (routerId: string): string => rowUuid("Logical_Router", routerId);

/** OVN looks at no more than these. */
const mostChassis = 5;

/** `chassis` are the names of those that may be gateways to the external network. */
export function desiredRouterRows(router: Router, world: RouterWorld, chassis: readonly string[], settings: Settings): DesiredRow[] {
  const id = idOf(router);
  const interfaces = world.interfaces.flatMap(({ port }) => (port && isUsable(port) ? [port] : []));
  const gateway = world.gateway?.port && isUsable(world.gateway.port) ? world.gateway.port : undefined;
  const mtus = [...interfaces, ...(gateway ? [gateway] : [])].flatMap(({ network }) => (network ? [mtuOf(network, settings)] : []));
  const mtu = Math.min(...mtus);
  return [
    {
      table: "Logical_Router",
      uuid: routerUuid(id),
      columns: {
        name: routerName(id),
        enabled: router.spec.adminStateUp !== false,
        options: { always_learn_from_arp_request: "false", dynamic_neigh_routers: "true" },
        external_ids: { "neutron:router_id": id, "neutron:router_name": displayNameOf(router) },
      },
    },
    ...interfaces.map((port) => portRow(id, port, mtu)),
    ...(gateway ? [portRow(id, gateway, mtu), ...chassisRows(id, gateway, chassis)] : []),
    ...(gateway && router.spec.externalGateway?.enableSNAT !== false ? snatRows(id, interfaces, gateway) : []),
    ...(gateway ? defaultRoutes(id, gateway) : []),
    ...staticRoutes(router, id),
  ];
}

/** A port that has its MAC and addresses. */
export const isUsable = ({ port, network }: SeenPort): boolean =>
  network !== undefined &&
  port.metadata.deletionTimestamp === undefined &&
  port.status?.macAddress !== undefined &&
  (port.status.fixedIPs?.length ?? 0) > 0;

function addressesOf({ port, subnets }: SeenPort): { address: string; subnet: SeenPort["subnets"][number] }[] {
  return (port.status?.fixedIPs ?? []).flatMap(({ subnet: name, ipAddress }) => {
    const subnet = subnets.find((one) => one.metadata.name === name);
    return subnet ? [{ address: ipAddress, subnet }] : [];
  });
}

/** `mtu` is the smallest of all its networks': larger packets are answered with "fragmentation needed" instead of being lost. */
function portRow(routerId: string, seen: SeenPort, mtu: number): DesiredRow {
  const id = idOf(seen.port);
  const networks = addressesOf(seen).flatMap(({ address, subnet }) => {
    const cidr = parseCidr(subnet.spec.cidr);
    return cidr ? [withPrefix(address, cidr)] : [];
  });
  return {
    table: "Logical_Router_Port",
    uuid: rowUuid("Logical_Router_Port", id),
    parent: routerUuid(routerId),
    columns: {
      name: routerPortName(id),
      mac: seen.port.status?.macAddress ?? "",
      networks,
      enabled: seen.port.spec.adminStateUp !== false,
      options: { gateway_mtu: String(mtu) },
      ipv6_ra_configs: Object.assign({}, ...seen.subnets.map((subnet) => routerAdvertisement(subnet, mtu))),
      external_ids: { "neutron:subnet_ids": seen.subnets.map(idOf).join(" "), "neutron:router_id": routerId },
    },
  };
}

/** Different routers prefer different chassis; the order for one router never depends on when a chassis came. */
function chassisRows(routerId: string, gateway: SeenPort, chassis: readonly string[]): DesiredRow[] {
  const rank = (name: string) => createHash("sha256").update(`${routerId} ${name}`).digest("hex");
  const chosen = [...chassis].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, mostChassis);
  const id = idOf(gateway.port);
  return chosen.map((name, i) => ({
    table: "Gateway_Chassis",
    uuid: rowUuid("Gateway_Chassis", id, name),
    parent: rowUuid("Logical_Router_Port", id),
    columns: { name: `${routerPortName(id)}_${name}`, chassis_name: name, priority: chosen.length - i, external_ids: {} },
  }));
}

/** The IPv4 address of a gateway that stands for all who have no floating IP. */
const externalV4 = (gateway: SeenPort): string | undefined =>
  addressesOf(gateway).find(({ address }) => parseAddress(address)?.version === 4)?.address;

function snatRows(routerId: string, interfaces: readonly SeenPort[], gateway: SeenPort): DesiredRow[] {
  const external = externalV4(gateway);
  if (external === undefined) return [];
  const ranges = interfaces.flatMap(({ subnets }) => subnets.flatMap((subnet) => parseCidr(subnet.spec.cidr) ?? []));
  const inside = [...new Set(ranges.filter((cidr) => cidr.version === 4).map(formatCidr))];
  return inside.map((range) => ({
    table: "NAT",
    uuid: rowUuid("NAT", routerId, range),
    parent: routerUuid(routerId),
    columns: { type: "snat", external_ip: external, logical_ip: range, external_ids: {} },
  }));
}

function routeRow(
  routerId: string,
  prefix: string,
  nexthop: string,
  more: { output_port?: string; ids: Record<string, string> },
): DesiredRow {
  return {
    table: "Logical_Router_Static_Route",
    uuid: rowUuid("Logical_Router_Static_Route", routerId, `${prefix} ${nexthop}`),
    parent: routerUuid(routerId),
    columns: { ip_prefix: prefix, nexthop, output_port: more.output_port, external_ids: more.ids },
  };
}

/** One a version; the output port is named since a subnet's gateway may lie outside its range. */
function defaultRoutes(routerId: string, gateway: SeenPort): DesiredRow[] {
  const routes = new Map<string, DesiredRow>();
  for (const subnet of gateway.subnets) {
    const range = subnetRange(subnet.spec);
    const nexthop = range && gatewayText(range);
    if (!range || nexthop === undefined) continue;
    const prefix = range.cidr.version === 4 ? "0.0.0.0/0" : "::/0";
    const ids = { "neutron:is_ext_gw": "true", "neutron:subnet_id": idOf(subnet) };
    if (!routes.has(prefix))
      routes.set(prefix, routeRow(routerId, prefix, nexthop, { output_port: routerPortName(idOf(gateway.port)), ids }));
  }
  return [...routes.values()];
}

function staticRoutes(router: Router, id: string): DesiredRow[] {
  return (router.spec.routes ?? []).flatMap(({ destination, nexthop }) => {
    const cidr = parseCidr(destination);
    return cidr ? [routeRow(id, formatCidr(cidr), nexthop, { ids: { "neutron:is_static_route": "true" } })] : [];
  });
}
