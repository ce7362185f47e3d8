// Admission of Subnets: ranges of one network do not overlap, and a subnet stays while addresses of it are used.
import { idOf } from "../../domain/id.ts";
import { isAutomatic } from "../../domain/net/port.ts";
import { gatewayText, isAutoAddress, subnetProblem, subnetRange } from "../../domain/net/subnet.ts";
import { Network } from "../../models/network/network.ts";
import type { Port } from "../../models/network/port.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { defineRules, firstOf, isLeaving, isSame, namespaceOf, refTo, refusal, refuse, type Verdict, type View } from "../rules.ts";
import { hasAddressOf, networkNotFound, portsOn, subnetsOf } from "./network-use.ts";

function range(subnet: Subnet, view: View): Verdict {
  const network = view.get(Network, subnet.spec.networkRef.name, namespaceOf(subnet));
  if (!network) return networkNotFound(subnet.spec.networkRef.name);
  if (isLeaving(network)) return { ...networkNotFound(network.metadata.name), because: [network] };
  const siblings = subnetsOf(network, view).filter((other) => !isSame(other, subnet) && !isLeaving(other));
  const problem = subnetProblem(
    subnet.spec,
    siblings.map(({ spec }) => spec),
    idOf(network),
  );
  return refusal(problem, siblings);
}

function portsWithAddress(subnet: Subnet, view: View): readonly Port[] {
  const network = view.get(Network, subnet.spec.networkRef.name, namespaceOf(subnet));
  return network ? portsOn(network, view).filter((port) => hasAddressOf(port, subnet)) : [];
}

const isRouterPort = (port: Port): boolean => port.spec.deviceOwner?.startsWith("network:router_") === true;

/** A gateway that a router has now can not be taken away from it. */
function gatewayFree(subnet: Subnet, old: Subnet, view: View): Verdict {
  const [now, before] = [subnetRange(subnet.spec), subnetRange(old.spec)].map((known) => known && gatewayText(known));
  if (before === undefined || now === before) return undefined;
  const holder = portsWithAddress(old, view).find(
    (port) => isRouterPort(port) && port.status?.fixedIPs?.some((fixed) => fixed.ipAddress === before),
  );
  const message = `Current gateway ip ${before} already in use by port ${holder ? idOf(holder) : ""}. Unable to update.`;
  return holder && refuse("Conflict", "GatewayIpInUse", message, [holder]);
}

export const subnetRules = defineRules<Subnet>({
  kind: Subnet,
  quota: { service: "network", amounts: () => ({ subnets: 1 }) },
  references: (subnet) => refTo(Network, subnet.spec.networkRef, subnet),
  create: range,
  update: (subnet, old, view) =>
    firstOf(
      () => range(subnet, view),
      () => gatewayFree(subnet, old, view),
    ),
  remove(subnet, view) {
    // Guests make themselves new addresses when a SLAAC prefix goes away; only a router stands on it.
    const isAuto = isAutoAddress(subnet.spec);
    const ports = portsWithAddress(subnet, view).filter((port) => !isAutomatic(port) && (!isAuto || isRouterPort(port)));
    const message = `Unable to complete operation on subnet ${idOf(subnet)}: One or more ports have an IP allocation from this subnet.`;
    return ports.length > 0 ? refuse("Conflict", "SubnetInUse", message, ports) : undefined;
  },
});
