// Everything that decides about a FloatingIP, read from the caches.
import { hashedName, idOf } from "../../../domain/id.ts";
import { canonicalAddress, parseAddress } from "../../../domain/net/address.ts";
import { deviceOwners } from "../../../domain/net/port.ts";
import type { FloatingIP } from "../../../models/network/floating-ip.ts";
import { Network } from "../../../models/network/network.ts";
import { Port } from "../../../models/network/port.ts";
import { Router } from "../../../models/network/router.ts";
import { isOlder, type Reader } from "../deps.ts";
import { by, place, refPlace } from "../indexes.ts";

export interface FloatingWorld {
  readonly network: Network | undefined;
  /** The Port on the external network that holds the address. */
  readonly own: Port | undefined;
  /** The Port that it leads to. */
  readonly target: Port | undefined;
  /** Address of the target that it leads to. */
  readonly fixedAddress: string | undefined;
  /** The router between both networks. */
  readonly router: Router | undefined;
}

export const floatingPortName = (name: string): string => hashedName(name, "fip");

/** The address of `port` that a floating IP leads to: the wanted one if the port has it, else its first IPv4 address. */
function targetAddress(port: Port | undefined, wanted: string | undefined): { subnet: string; ipAddress: string } | undefined {
  const addresses = port?.status?.fixedIPs ?? [];
  if (wanted !== undefined) return addresses.find(({ ipAddress }) => ipAddress === canonicalAddress(wanted));
  return addresses.find(({ ipAddress }) => parseAddress(ipAddress)?.version === 4);
}

export function gatherFloatingIP(floating: FloatingIP, read: Reader): FloatingWorld {
  const { namespace, name } = floating.metadata;
  const { networkRef, portRef, fixedIPAddress } = floating.spec;
  const outside = refPlace(networkRef, namespace);
  const found = portRef && read.get(Port, portRef.name, namespace);
  const target = found?.metadata.deletionTimestamp === undefined ? found : undefined;
  const leadsTo = targetAddress(target, fixedIPAddress);
  const inside = leadsTo && place(target?.spec.networkRef.namespace ?? namespace, leadsTo.subnet);
  const routers = inside === undefined ? [] : read.byIndex(Router, by.subnet, inside);
  const [router] = routers
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter(({ spec, metadata }) => spec.externalGateway && refPlace(spec.externalGateway.networkRef, metadata.namespace) === outside)
    .sort((a, b) => (isOlder(a, b) ? -1 : 1));
  return {
    network: read.get(Network, networkRef.name, networkRef.namespace ?? namespace),
    own: read.get(Port, floatingPortName(name), namespace),
    target,
    fixedAddress: leadsTo?.ipAddress,
    router,
  };
}

/** The Port that holds the floating address. Pure. */
export function desiredFloatingPort(floating: FloatingIP): Port {
  const { networkRef, subnetRef, ipAddress } = floating.spec;
  const { name, namespace = "" } = floating.metadata;
  const fixed = { ...(subnetRef ? { subnetRef } : {}), ...(ipAddress === undefined ? {} : { ipAddress }) };
  return {
    apiVersion: "network.kumulus.cloud/v1alpha1",
    kind: "Port",
    metadata: { name: floatingPortName(name), namespace },
    spec: {
      displayName: "",
      networkRef,
      deviceOwner: deviceOwners.floatingIP,
      deviceID: idOf(floating),
      securityGroupRefs: [],
      portSecurityEnabled: false,
      ...(Object.keys(fixed).length === 0 ? {} : { fixedIPs: [fixed] }),
    },
  };
}
