// Admission of FloatingIPs: the network is external, and each address of a port has one floating IP at most.
import { idOf } from "../../domain/id.ts";
import { parseAddress } from "../../domain/net/address.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { defineRules, firstOf, isLeaving, isSame, namespaceOf, refTo, refuse, type Verdict, type View } from "../rules.ts";
import { findNetwork, floatingIPsOf, portNotFound, visibleNetwork } from "./network-use.ts";

const bad = (message: string, because: Parameters<typeof refuse>[3] = []) =>
  refuse("Invalid", "BadRequest", `Bad floatingip request: ${message}.`, because);

function external(fip: FloatingIP, view: View): Verdict {
  const { networkRef } = fip.spec;
  return firstOf(
    () => visibleNetwork(networkRef, namespaceOf(fip), view),
    () => {
      const network = findNetwork(networkRef, namespaceOf(fip), view);
      const name = network ? idOf(network) : networkRef.name;
      return network?.spec.external ? undefined : bad(`Network ${name} is not a valid external network`, network ? [network] : []);
    },
  );
}

const isIPv4 = (text: string | undefined): boolean => text !== undefined && parseAddress(text)?.version === 4;

/** The addresses that the port has, or will have for sure; undefined while that is not known. */
function addressesOf(port: Port): string[] | undefined {
  if (port.status?.fixedIPs && port.status.fixedIPs.length > 0) return port.status.fixedIPs.map(({ ipAddress }) => ipAddress);
  if (port.spec.fixedIPs?.length === 0) return [];
  const wanted = port.spec.fixedIPs?.flatMap(({ ipAddress }) => ipAddress ?? []);
  return wanted && wanted.length === port.spec.fixedIPs?.length ? wanted : undefined;
}

/** The address of the port that a floating IP leads to; undefined where the controller still has to pick. */
const targetOf = (fip: FloatingIP, port: Port): string | undefined =>
  fip.spec.fixedIPAddress ?? fip.status?.fixedIPAddress ?? addressesOf(port)?.find(isIPv4);

function target(fip: FloatingIP, view: View): Verdict {
  const { portRef, fixedIPAddress } = fip.spec;
  if (!portRef) return fixedIPAddress === undefined ? undefined : bad("fixed_ip_address cannot be specified without a port_id");
  const port = view.get(Port, portRef.name, namespaceOf(fip));
  if (!port) return portNotFound(portRef.name);
  if (isLeaving(port)) return { ...portNotFound(portRef.name), because: [port] };
  const addresses = addressesOf(port);
  if (addresses && !addresses.some(isIPv4)) {
    return bad(`Cannot add floating IP to port ${idOf(port)} that has no fixed IPv4 addresses`, [port]);
  }
  if (fixedIPAddress !== undefined && addresses && !addresses.includes(fixedIPAddress)) {
    return bad(`Port ${idOf(port)} does not have fixed ip ${fixedIPAddress}`, [port]);
  }
  return alone(fip, port, view);
}

function alone(fip: FloatingIP, port: Port, view: View): Verdict {
  const address = targetOf({ ...fip, status: {} }, port);
  const twin = floatingIPsOf(port, view).find((other) => !isSame(other, fip) && targetOf(other, port) === address);
  if (!twin) return undefined;
  const floating = fip.status?.ipAddress ?? fip.spec.ipAddress ?? "";
  const network = findNetwork(fip.spec.networkRef, namespaceOf(fip), view);
  const message = `Cannot associate floating IP ${floating} (${idOf(fip)}) with port ${idOf(port)} using fixed IP ${address ?? ""}, as that fixed IP already has a floating IP on external network ${network ? idOf(network) : fip.spec.networkRef.name}.`;
  return refuse("Conflict", "FloatingIPPortAlreadyAssociated", message, [twin, port]);
}

export const floatingIPRules = defineRules<FloatingIP>({
  kind: FloatingIP,
  quota: { service: "network", amounts: () => ({ floatingIPs: 1 }) },
  references: (fip) => [...refTo(Network, fip.spec.networkRef, fip), ...refTo(Port, fip.spec.portRef, fip)],
  create: (fip, view) =>
    firstOf(
      () => external(fip, view),
      () => target(fip, view),
    ),
  update: (fip, _old, view) => target(fip, view),
});
