// The Port through which a network's guests reach the metadata service: one on each node that has guests of it (OVN's localport). Pure but for reads.
import { finalizers } from "../../../domain/finalizers.ts";
import { idOf } from "../../../domain/id.ts";
import { parseCidr } from "../../../domain/net/address.ts";
import { metadataDeviceID, metadataPortName } from "../../../domain/net/names.ts";
import { deviceOwners } from "../../../domain/net/port.ts";
import type { Network } from "../../../models/network/network.ts";
import { Port } from "../../../models/network/port.ts";
import type { Subnet } from "../../../models/network/subnet.ts";
import { isOlder, type Reader } from "../deps.ts";

const isServed = ({ metadata, spec, status }: Subnet): boolean =>
  metadata.deletionTimestamp === undefined &&
  spec.enableDHCP !== false &&
  parseCidr(spec.cidr)?.version === 4 &&
  status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") === true;

/** Has an address of each subnet whose guests are told the way by DHCP; undefined when there is none. */
export function desiredMetadataPort(network: Network, subnets: readonly Subnet[]): Port | undefined {
  const served = subnets.filter(isServed).sort((a, b) => (isOlder(a, b) ? -1 : 1));
  if (served.length === 0) return undefined;
  const { name, namespace = "" } = network.metadata;
  return {
    apiVersion: "network.kumulus.cloud/v1alpha1",
    kind: "Port",
    // From its first moment: the API server can delete at once what gets its finalizer while a deletion is under way, and its address would stay.
    metadata: { name: metadataPortName(name), namespace, finalizers: [finalizers.port] },
    spec: {
      displayName: "",
      networkRef: { name },
      deviceID: metadataDeviceID(idOf(network)),
      deviceOwner: deviceOwners.distributed,
      fixedIPs: served.map((subnet) => ({ subnetRef: { name: subnet.metadata.name } })),
      securityGroupRefs: [],
      portSecurityEnabled: false,
    },
  };
}

/** Users may say of a port of theirs that it is distributed: only the network's own counts. */
export const isMetadataPort = ({ metadata, spec }: Port): boolean =>
  spec.deviceOwner === deviceOwners.distributed &&
  spec.networkRef.namespace === undefined &&
  metadata.name === metadataPortName(spec.networkRef.name);

/** Where a subnet's guests reach the metadata service; undefined while they can not. */
export function metadataAddress(subnet: Subnet, read: Reader): string | undefined {
  const port = read.get(Port, metadataPortName(subnet.spec.networkRef.name), subnet.metadata.namespace);
  if (!port || !isMetadataPort(port) || port.metadata.deletionTimestamp !== undefined) return undefined;
  return port.status?.fixedIPs?.find((fixed) => fixed.subnet === subnet.metadata.name)?.ipAddress;
}
