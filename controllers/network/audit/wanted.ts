// The rows that each object wants, from what the caches show, for the audit. Undefined where its controller has not decided yet. Pure but for reads.
import type { Kind, KubeObject } from "../../../models/kind.ts";
import { FloatingIP } from "../../../models/network/floating-ip.ts";
import { Network } from "../../../models/network/network.ts";
import { Port } from "../../../models/network/port.ts";
import { Router } from "../../../models/network/router.ts";
import { SecurityGroup } from "../../../models/network/security-group.ts";
import { Subnet } from "../../../models/network/subnet.ts";
import type { NetworkDeps, Reader } from "../deps.ts";
import { desiredFloatingRows } from "../floating-ip/desired.ts";
import { gatherFloatingIP } from "../floating-ip/gather.ts";
import { desiredNetworkRows, mtuOf } from "../network/desired.ts";
import { metadataAddress } from "../network/metadata-port.ts";
import type { DesiredRow } from "../ovn/rows.ts";
import { desiredPortRows, portSettings } from "../port/desired.ts";
import { gatherPort } from "../port/gather.ts";
import { desiredRouterRows } from "../router/desired.ts";
import { gatherRouter } from "../router/gather.ts";
import { gatewayChassis } from "../router/reconciler.ts";
import { gatherGroup } from "../security-group/reconciler.ts";
import { desiredSubnetRows } from "../subnet/desired.ts";

export interface Audited {
  readonly kind: Kind;
  wanted(object: KubeObject, read: Reader): readonly DesiredRow[] | undefined;
}

function audited<T extends KubeObject>(kind: Kind<T>, wanted: (object: T, read: Reader) => readonly DesiredRow[] | undefined): Audited {
  return { kind, wanted: (object, read) => wanted(object as T, read) };
}

const isReady = (object: { status?: { conditions?: readonly { type: string; status: string }[] } }): boolean =>
  object.status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") ?? false;

function wantedOfPort(port: Port, read: Reader, deps: NetworkDeps): readonly DesiredRow[] | undefined {
  const world = gatherPort(port, read);
  const { macAddress, fixedIPs } = port.status ?? {};
  if (!isReady(port) || !world.network || macAddress === undefined || world.missingGroups.length > 0) return undefined;
  const addresses = (fixedIPs ?? []).map(({ subnet, ipAddress }) => ({ subnet, address: ipAddress }));
  return desiredPortRows(port, world, world.network, { mac: macAddress, addresses, ...portSettings(port, world.network, deps) });
}

/** In the order in which rows depend on each other. */
export function auditedKinds(deps: NetworkDeps): readonly Audited[] {
  const { settings } = deps;
  return [
    audited(SecurityGroup, (group, read) => gatherGroup(group, read).rows),
    audited(Network, (network) => desiredNetworkRows(network, mtuOf(network, settings))),
    audited(Subnet, (subnet, read) => {
      const network = read.get(Network, subnet.spec.networkRef.name, subnet.metadata.namespace);
      if (!network || !isReady(subnet)) return undefined;
      return desiredSubnetRows(subnet, network, { mtu: mtuOf(network, settings), metadataIP: metadataAddress(subnet, read) });
    }),
    audited(Router, (router, read) => {
      const world = gatherRouter(router, read);
      return desiredRouterRows(router, world, gatewayChassis(world, deps), settings);
    }),
    audited(Port, (port, read) => wantedOfPort(port, read, deps)),
    audited(FloatingIP, (floating, read) => desiredFloatingRows(floating, gatherFloatingIP(floating, read))),
  ];
}
