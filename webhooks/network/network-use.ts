// Which networks a namespace may use, and what is on a network: shared by the rules of the network kinds and of servers.
import type { ObjectRef } from "../../models/kind.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { isLeaving, namespaceOf, refuse, type Verdict, type View } from "../rules.ts";

export const networkNotFound = (name: string) => refuse("NotFound", "NetworkNotFound", `Network ${name} could not be found.`);

export function findNetwork(ref: ObjectRef, namespace: string, view: View): Network | undefined {
  return view.get(Network, ref.name, ref.namespace ?? namespace);
}

/** Whether a project can see it: its own, a shared one, or an external one. */
const isVisible = (network: Network, namespace: string): boolean =>
  namespaceOf(network) === namespace || network.spec.shared === true || network.spec.external === true;

/** Whether a project may put ports of its own on it. */
export const isUsable = (network: Network, namespace: string): boolean =>
  namespaceOf(network) === namespace || network.spec.shared === true;

/** Refuses what is not there, or is another project's (which is the same to a user). */
export function visibleNetwork(ref: ObjectRef, namespace: string, view: View): Verdict {
  const network = findNetwork(ref, namespace, view);
  if (!network) return networkNotFound(ref.name);
  return isVisible(network, namespace) && !isLeaving(network) ? undefined : { ...networkNotFound(ref.name), because: [network] };
}

export function subnetsOf(network: Network, view: View): readonly Subnet[] {
  return view.list(Subnet, namespaceOf(network)).filter((subnet) => subnet.spec.networkRef.name === network.metadata.name);
}

/** Ports of any project on the network; those on their way out do not count. */
export function portsOn(network: Network, view: View): readonly Port[] {
  const { name } = network.metadata;
  const namespace = namespaceOf(network);
  return view
    .list(Port)
    .filter(
      (port) =>
        port.spec.networkRef.name === name && (port.spec.networkRef.namespace ?? namespaceOf(port)) === namespace && !isLeaving(port),
    );
}

/** Whether the port has an address of the subnet, or asks for one. */
export function hasAddressOf(port: Port, subnet: Subnet): boolean {
  const { name } = subnet.metadata;
  return (
    port.status?.fixedIPs?.some((fixed) => fixed.subnet === name) === true ||
    port.spec.fixedIPs?.some((fixed) => fixed.subnetRef?.name === name) === true
  );
}

/** Floating IPs, of any project, that lead to the port. */
export function floatingIPsOf(port: Port, view: View): readonly FloatingIP[] {
  return view.list(FloatingIP, namespaceOf(port)).filter((fip) => fip.spec.portRef?.name === port.metadata.name && !isLeaving(fip));
}

export const securityGroupNotFound = (name: string) => refuse("NotFound", "SecurityGroupNotFound", `Security group ${name} does not exist`);

export const portNotFound = (name: string) => refuse("NotFound", "PortNotFound", `Port ${name} could not be found.`);

export const subnetNotFound = (name: string) => refuse("NotFound", "SubnetNotFound", `Subnet ${name} could not be found.`);
