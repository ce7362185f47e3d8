// What stands on a router: the subnets it joins, and the floating IPs and routes that need its interfaces and its gateway.
import { idOf } from "../../domain/id.ts";
import { contains, parseAddress, parseCidr } from "../../domain/net/address.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { Port } from "../../models/network/port.ts";
import type { Router, RouterInterface } from "../../models/network/router.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { isLeaving, namespaceOf, refuse, type Verdict, type View } from "../rules.ts";
import { hasAddressOf } from "./network-use.ts";

/** Subnets of a port, as its network names them. */
function subnetsOfPort(port: Port, view: View): Subnet[] {
  const namespace = port.spec.networkRef.namespace ?? namespaceOf(port);
  const names = port.status?.fixedIPs?.map(({ subnet }) => subnet) ?? port.spec.fixedIPs?.flatMap(({ subnetRef }) => subnetRef?.name ?? []);
  return [...new Set(names)].flatMap((name) => view.get(Subnet, name, namespace) ?? []);
}

/** Subnets that the interfaces join, in their order; what is not known is left out. */
export function joinedSubnets(router: Router, interfaces: readonly RouterInterface[] | undefined, view: View): Subnet[] {
  const namespace = namespaceOf(router);
  return (interfaces ?? []).flatMap(({ portRef, subnetRef }) => {
    if (subnetRef) return view.get(Subnet, subnetRef.name, subnetRef.namespace ?? namespace) ?? [];
    const port = portRef && view.get(Port, portRef.name, namespace);
    return port ? subnetsOfPort(port, view) : [];
  });
}

/** Floating IPs of the router's project that lead to an address of the subnet. */
function floatingIPsInto(router: Router, subnet: Subnet, view: View): FloatingIP[] {
  const namespace = namespaceOf(router);
  return view.list(FloatingIP, namespace).filter((fip) => {
    if (isLeaving(fip) || !fip.spec.portRef) return false;
    if (fip.status?.router !== undefined && fip.status.router !== router.metadata.name) return false;
    const port = view.get(Port, fip.spec.portRef.name, namespace);
    return port !== undefined && !isLeaving(port) && hasAddressOf(port, subnet);
  });
}

/** Refuses to take an interface away that floating IPs or routes go through. */
export function interfaceNeeded(router: Router, subnet: Subnet, view: View): Verdict {
  const users = floatingIPsInto(router, subnet, view);
  const what = `Router interface for subnet ${idOf(subnet)} on router ${idOf(router)} cannot be deleted, as it is required by one or more`;
  if (users.length > 0) return refuse("Conflict", "RouterInterfaceInUseByFloatingIP", `${what} floating IPs.`, users);
  const range = parseCidr(subnet.spec.cidr);
  const routed = router.spec.routes?.some(({ nexthop }) => {
    const hop = parseAddress(nexthop);
    return range !== undefined && hop !== undefined && contains(range, hop);
  });
  return routed ? refuse("Conflict", "RouterInterfaceInUseByRoute", `${what} routes.`) : undefined;
}

/** Refuses to take the gateway away while floating IPs of its network go through the router. */
export function gatewayNeeded(router: Router, view: View): Verdict {
  const ref = router.spec.externalGateway?.networkRef;
  if (!ref) return undefined;
  const namespace = namespaceOf(router);
  const isOfNetwork = ({ spec: { networkRef } }: FloatingIP) =>
    networkRef.name === ref.name && (networkRef.namespace ?? namespace) === (ref.namespace ?? namespace);
  const users = joinedSubnets(router, router.spec.interfaces, view)
    .flatMap((subnet) => floatingIPsInto(router, subnet, view))
    .filter(isOfNetwork);
  const message = `Gateway cannot be updated for router ${idOf(router)}, since a gateway to external network ${ref.name} is required by one or more floating IPs.`;
  return users.length > 0 ? refuse("Conflict", "RouterExternalGatewayInUseByFloatingIp", message, users) : undefined;
}
