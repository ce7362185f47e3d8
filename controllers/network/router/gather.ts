// Everything that decides about a Router, read from the caches.
import { hashedName } from "../../../domain/id.ts";
import { Network } from "../../../models/network/network.ts";
import { Port } from "../../../models/network/port.ts";
import type { Router } from "../../../models/network/router.ts";
import { Subnet } from "../../../models/network/subnet.ts";
import type { Reader } from "../deps.ts";

/** One entry of spec.interfaces. */
export interface SeenInterface {
  /** Name of the Port: the user's, or the one that the router makes for a subnet. */
  readonly portName: string;
  /** The subnet that the user named, undefined for an entry that names a port. */
  readonly subnet: Subnet | undefined;
  readonly subnetName: string | undefined;
  readonly port: SeenPort | undefined;
}

/** A Port with what its addresses mean. */
export interface SeenPort {
  readonly port: Port;
  readonly network: Network | undefined;
  readonly subnets: readonly Subnet[];
}

export interface RouterWorld {
  readonly interfaces: readonly SeenInterface[];
  readonly gateway: { readonly portName: string; readonly network: Network | undefined; readonly port: SeenPort | undefined } | undefined;
}

const interfacePortName = (router: string, subnet: string): string => hashedName(router, "if", subnet);
const gatewayPortName = (router: string): string => hashedName(router, "gw");

function seePort(name: string, namespace: string | undefined, read: Reader): SeenPort | undefined {
  const port = read.get(Port, name, namespace);
  if (!port) return undefined;
  const home = port.spec.networkRef.namespace ?? namespace;
  const subnets = (port.status?.fixedIPs ?? []).flatMap(({ subnet }) => read.get(Subnet, subnet, home) ?? []);
  return { port, network: read.get(Network, port.spec.networkRef.name, home), subnets };
}

export function gatherRouter(router: Router, read: Reader): RouterWorld {
  const { name, namespace } = router.metadata;
  const interfaces = (router.spec.interfaces ?? []).map(({ subnetRef, portRef }): SeenInterface => {
    const portName = portRef?.name ?? interfacePortName(name, subnetRef?.name ?? "");
    const subnet = subnetRef && read.get(Subnet, subnetRef.name, subnetRef.namespace ?? namespace);
    return { portName, subnet, subnetName: subnetRef?.name, port: seePort(portName, namespace, read) };
  });
  const ref = router.spec.externalGateway?.networkRef;
  const portName = gatewayPortName(name);
  const gateway = ref && {
    portName,
    network: read.get(Network, ref.name, ref.namespace ?? namespace),
    port: seePort(portName, namespace, read),
  };
  return { interfaces, gateway };
}
