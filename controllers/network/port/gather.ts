// Everything that decides about a Port, read from the caches.
import { deviceOwners } from "../../../domain/net/port.ts";
import { isAutoAddress } from "../../../domain/net/subnet.ts";
import { IPAddress } from "../../../models/network/ip-address.ts";
import { Network } from "../../../models/network/network.ts";
import type { Port } from "../../../models/network/port.ts";
import { Router } from "../../../models/network/router.ts";
import { SecurityGroup } from "../../../models/network/security-group.ts";
import { Subnet } from "../../../models/network/subnet.ts";
import { isOlder, type Reader } from "../deps.ts";
import { by, place, refPlace } from "../indexes.ts";
import { isMetadataPort, metadataAddress } from "../network/metadata-port.ts";

/** `vif` is a guest's NIC, or will be one; `metadata` the network's way to the metadata service. */
export type PortRole = "vif" | "routerInterface" | "routerGateway" | "floatingIP" | "metadata";

export interface PortWorld {
  readonly network: Network | undefined;
  /** Where the network, its subnets and their addresses are. */
  readonly namespace: string | undefined;
  readonly role: PortRole;
  /** Subnets that addresses may be on, oldest first. */
  readonly subnets: readonly Subnet[];
  /** Names of subnets that nobody has judged yet. */
  readonly pendingSubnets: readonly string[];
  /** Names of subnets that go away with the addresses that guests made themselves. */
  readonly goneAuto: readonly string[];
  /** IPAddress objects that name this port, oldest first. */
  readonly held: readonly IPAddress[];
  readonly groups: readonly SecurityGroup[];
  readonly missingGroups: readonly string[];
  /** Whether addresses are checked and groups apply. */
  readonly portSecurity: boolean;
  /** Where the network's guests reach the metadata service, by the subnet's name. */
  readonly metadataIPs: ReadonlyMap<string, string>;
}

function roleOf(port: Port, read: Reader): PortRole {
  const { deviceOwner } = port.spec;
  if (deviceOwner === deviceOwners.routerGateway) return "routerGateway";
  if (deviceOwner === deviceOwners.floatingIP) return "floatingIP";
  if (deviceOwner === deviceOwners.routerInterface) return "routerInterface";
  if (isMetadataPort(port)) return "metadata";
  const { namespace, name } = port.metadata;
  return read.byIndex(Router, by.port, place(namespace, name)).length > 0 ? "routerInterface" : "vif";
}

const isGoneAuto = (subnet: Subnet): boolean => subnet.metadata.deletionTimestamp !== undefined && isAutoAddress(subnet.spec);
const verdictOf = (subnet: Subnet): string | undefined => subnet.status?.conditions?.find((one) => one.type === "Ready")?.status;

function groupsOf(port: Port, read: Reader): { groups: SecurityGroup[]; missingGroups: string[] } {
  const { namespace = "" } = port.metadata;
  const refs = port.spec.securityGroupRefs;
  if (!refs) {
    const groups = read.byIndex(SecurityGroup, by.isDefault, namespace).filter((group) => group.metadata.deletionTimestamp === undefined);
    return { groups, missingGroups: [] };
  }
  const found = refs.map(({ name }) => ({ name, group: read.get(SecurityGroup, name, namespace) }));
  return {
    groups: found.flatMap(({ group }) => group ?? []),
    missingGroups: found.flatMap(({ name, group }) => (group ? [] : [name])),
  };
}

export function gatherPort(port: Port, read: Reader): PortWorld {
  const { networkRef } = port.spec;
  const namespace = networkRef.namespace ?? port.metadata.namespace;
  const network = read.get(Network, networkRef.name, namespace);
  const role = roleOf(port, read);
  const all = [...read.byIndex(Subnet, by.network, refPlace(networkRef, namespace))].sort((a, b) => (isOlder(a, b) ? -1 : 1));
  const portSecurity = role === "vif" && (port.spec.portSecurityEnabled ?? network?.spec.portSecurityEnabled ?? true);
  const { groups, missingGroups } = portSecurity ? groupsOf(port, read) : { groups: [], missingGroups: [] };
  return {
    network,
    namespace,
    role,
    // Guests keep a managed address to the end of its subnet; those that they made themselves go with it.
    subnets: all.filter((subnet) => verdictOf(subnet) === "True" && !isGoneAuto(subnet)),
    goneAuto: all.filter(isGoneAuto).map((subnet) => subnet.metadata.name),
    pendingSubnets: all.filter((subnet) => verdictOf(subnet) === undefined).map((subnet) => subnet.metadata.name),
    held: [...read.byIndex(IPAddress, by.port, place(port.metadata.namespace, port.metadata.name))].sort((a, b) =>
      isOlder(a, b) ? -1 : 1,
    ),
    groups,
    missingGroups,
    portSecurity,
    metadataIPs: new Map(
      all.flatMap((subnet) => {
        const address = metadataAddress(subnet, read);
        return address === undefined ? [] : [[subnet.metadata.name, address] as const];
      }),
    ),
  };
}
