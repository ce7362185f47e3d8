// Names that the parts of a server have in the engines: VM, NICs, disks, Secrets. The only place that knows them.
import { createHash } from "node:crypto";
import type { Server } from "../../models/compute/server.ts";
import type { Port } from "../../models/network/port.ts";
import type { Volume } from "../../models/volume/volume.ts";
import { hashedName, idOf } from "../id.ts";

/** On everything that belongs to a server (Ports, VM, VMI, launcher pod): the Server's name. */
export const serverLabel = "kumulus.cloud/server";

/** `deviceOwner` of the Ports of servers. */
export const computeDeviceOwner = "compute:nova";

export const rootDiskName = "root";
export const configDiskName = "config";

const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Name of the server's VirtualMachine: its own name where that is a DNS label, since pods and host names are made of it. */
export function instanceName(serverName: string): string {
  return serverName.length <= 63 && dnsLabel.test(serverName) ? serverName : hashedName(serverName, "vm");
}

/** Value of the server label: the name, or a hash where the name is longer than a label may be. */
export function serverLabelValue(serverName: string): string {
  return serverName.length <= 63 ? serverName : hashedName(serverName);
}

/** Name of the `index`-th Port that is made for a server. */
export const nicPortName = (serverName: string, index: number): string => hashedName(serverName, "nic", String(index));

/** Name of a Port's interface and network in the VM template, and of its NetworkAttachmentDefinition. */
export const interfaceName = (port: Port): string => `p-${idOf(port)}`;
export const attachmentName = (port: Port): string => `port-${idOf(port)}`;

/** Name of a NIC in the launcher pod, made by KubeVirt from the VM's network name. */
export function podInterfaceName(networkName: string): string {
  return `pod${createHash("sha256").update(networkName).digest("hex").slice(0, 11)}`;
}

/** Name of a Volume's disk in the VM template. */
export const volumeDiskName = (volume: Volume): string => `vol-${idOf(volume)}`;

export const rootClaimName = (serverName: string): string => hashedName(serverName, "root");
export const keySecretName = (serverName: string): string => hashedName(serverName, "keys");
export const userDataSecretName = (serverName: string): string => hashedName(serverName, "userdata");

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** UUID in the firmware: the server's id. KubeVirt takes any text in silence, so an id that is no UUID gives way to the uid. */
export function firmwareUUID(server: Server): string {
  const id = idOf(server).toLowerCase();
  return uuid.test(id) ? id : (server.metadata.uid ?? id);
}

/** Id of a volume attachment that has none of its own: the same for one server and volume at every time. RFC 9562 version 8. */
export function attachmentIDOf(serverID: string, volumeID: string): string {
  const hex = createHash("sha256").update(`${serverID}\0${volumeID}`).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
