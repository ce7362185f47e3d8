// Admission of Routers: a way out through an external network, networks that do not overlap, and nothing taken away that others stand on.
import { idOf } from "../../domain/id.ts";
import { contains, overlaps, parseAddress, parseCidr } from "../../domain/net/address.ts";
import type { ObjectRef } from "../../models/kind.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { Router, type RouterInterface } from "../../models/network/router.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { defineRules, firstAmong, firstOf, isSame, namespaceOf, type Reference, refTo, refuse, type Verdict, type View } from "../rules.ts";
import { findNetwork, isUsable, portNotFound, subnetNotFound, visibleNetwork } from "./network-use.ts";
import { gatewayNeeded, interfaceNeeded, joinedSubnets } from "./router-use.ts";

const bad = (message: string, because: Parameters<typeof refuse>[3] = []) =>
  refuse("Invalid", "BadRequest", `Bad router request: ${message}.`, because);

function gateway(router: Router, view: View): Verdict {
  const ref = router.spec.externalGateway?.networkRef;
  if (!ref) return undefined;
  return firstOf(
    () => visibleNetwork(ref, namespaceOf(router), view),
    () => {
      const network = findNetwork(ref, namespaceOf(router), view);
      return network?.spec.external ? undefined : bad(`Network ${ref.name} is not an external network`, network ? [network] : []);
    },
  );
}

function joinedPort(router: Router, name: string, view: View): Verdict {
  const port = view.get(Port, name, namespaceOf(router));
  if (!port) return portNotFound(name);
  const { deviceID } = port.spec;
  if (!deviceID || deviceID === idOf(router)) return undefined;
  const message = `Unable to complete operation on port ${idOf(port)} for network ${port.spec.networkRef.name}. Port already has an attached device ${deviceID}.`;
  return refuse("Conflict", "PortInUse", message, [port]);
}

function joinedSubnet(router: Router, ref: ObjectRef, view: View): Verdict {
  const namespace = namespaceOf(router);
  const subnet = view.get(Subnet, ref.name, ref.namespace ?? namespace);
  if (!subnet) return subnetNotFound(ref.name);
  const network = view.get(Network, subnet.spec.networkRef.name, namespaceOf(subnet));
  if (!network || !isUsable(network, namespace)) return { ...subnetNotFound(ref.name), because: [subnet, ...(network ? [network] : [])] };
  return subnet.spec.disableGateway ? bad("Subnet for router interface must have a gateway IP", [subnet]) : undefined;
}

const interfaceThere = (router: Router, { portRef, subnetRef }: RouterInterface, view: View): Verdict =>
  portRef ? joinedPort(router, portRef.name, view) : subnetRef && joinedSubnet(router, subnetRef, view);

/** No subnet twice, and no two subnets with common addresses: packets would not know where to go. */
function apart(router: Router, view: View): Verdict {
  const joined = joinedSubnets(router, router.spec.interfaces, view);
  return firstAmong(joined, (subnet, index) =>
    firstAmong(joined.slice(0, index), (other) => {
      if (isSame(subnet, other)) return bad(`Router already has a port on subnet ${idOf(subnet)}`);
      const [a, b] = [parseCidr(subnet.spec.cidr), parseCidr(other.spec.cidr)];
      if (!a || !b || !overlaps(a, b)) return undefined;
      return bad(`Cidr ${subnet.spec.cidr} of subnet ${idOf(subnet)} overlaps with cidr ${other.spec.cidr} of subnet ${idOf(other)}`);
    }),
  );
}

/** Next hops lie in a network that the router is in; the outside ones are known to the controller only. */
function routes(router: Router, view: View): Verdict {
  const ranges = joinedSubnets(router, router.spec.interfaces, view).flatMap(({ spec }) => parseCidr(spec.cidr) ?? []);
  const outside = router.spec.externalGateway !== undefined;
  return firstAmong(router.spec.routes, ({ destination, nexthop }) => {
    const [range, hop] = [parseCidr(destination), parseAddress(nexthop)];
    const why =
      !range || !hop || range.version !== hop.version
        ? "the destination or the nexthop is not valid"
        : !outside && !ranges.some((each) => contains(each, hop))
          ? "the nexthop is not connected with router"
          : undefined;
    return why === undefined
      ? undefined
      : refuse("Invalid", "InvalidRoutes", `Invalid format for routes: {'destination': '${destination}', 'nexthop': '${nexthop}'}, ${why}`);
  });
}

/** What an update takes away must not be needed. */
function losesNothing(router: Router, old: Router, view: View): Verdict {
  const key = (ref: ObjectRef | undefined) => ref && `${ref.namespace ?? namespaceOf(router)}/${ref.name}`;
  const [now, before] = [router.spec.externalGateway?.networkRef, old.spec.externalGateway?.networkRef];
  const kept = joinedSubnets(router, router.spec.interfaces, view);
  const lost = joinedSubnets(old, old.spec.interfaces, view).filter((subnet) => !kept.some((each) => isSame(each, subnet)));
  return firstOf(
    () => (before && key(now) !== key(before) ? gatewayNeeded(old, view) : undefined),
    () => firstAmong(lost, (subnet) => interfaceNeeded(router, subnet, view)),
  );
}

function references(router: Router): Reference[] {
  const { externalGateway, interfaces = [] } = router.spec;
  return [
    ...refTo(Network, externalGateway?.networkRef, router),
    ...interfaces.flatMap(({ portRef, subnetRef }) => [...refTo(Port, portRef, router), ...refTo(Subnet, subnetRef, router)]),
  ];
}

const consistent = (router: Router, view: View): Verdict =>
  firstOf(
    () => gateway(router, view),
    () => firstAmong(router.spec.interfaces, (joined) => interfaceThere(router, joined, view)),
    () => apart(router, view),
    () => routes(router, view),
  );

export const routerRules = defineRules<Router>({
  kind: Router,
  quota: { service: "network", amounts: () => ({ routers: 1 }) },
  references,
  create: consistent,
  update: (router, old, view) =>
    firstOf(
      () => losesNothing(router, old, view),
      () => consistent(router, view),
    ),
  remove(router, view) {
    if ((router.spec.interfaces?.length ?? 0) > 0)
      return refuse("Conflict", "RouterInUse", `Router ${idOf(router)} still has ports`, [router]);
    const { because } = gatewayNeeded(router, view) ?? {};
    return because && refuse("Conflict", "RouterInUse", `Router ${idOf(router)} still has floating IPs`, because);
  },
});
