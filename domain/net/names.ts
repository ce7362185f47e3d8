// Names of what the network controllers make: OVN rows, NADs, IPAddress objects. All derive from ids, so a second try finds the first.
import { createHash } from "node:crypto";
import { hashedName } from "../id.ts";

export const switchName = (networkId: string): string => `neutron-${networkId}`;
export const routerName = (routerId: string): string => `neutron-${routerId}`;
export const routerPortName = (portId: string): string => `lrp-${portId}`;
export const localnetName = (networkId: string): string => `provnet-${networkId}`;
export const portGroupName = (groupId: string): string => `pg_${groupId.replace(/[^A-Za-z0-9_]/g, "_")}`;

/** Port of a network through which the metadata service is reached, and who is said to use it. */
export const metadataPortName = (networkName: string): string => hashedName(networkName, "metadata");
export const metadataDeviceID = (networkId: string): string => `ovnmeta-${networkId}`;

/** Group of all ports with port security: everything that no rule allows is dropped. */
export const dropGroupName = "neutron_pg_drop";

/** Address set that OVN keeps of a port group's addresses, as a match names it. */
export const addressSetOf = (groupId: string, version: 4 | 6): string => `$${portGroupName(groupId)}_ip${version}`;

/** NetworkAttachmentDefinition of a Port. */
export const attachmentName = (portId: string): string => `port-${portId}`;

/** IPAddress object: unique for subnet and address, so creating it is the lock. Colons become dashes; names may not begin or end with one. */
export function ipAddressName(subnetName: string, address: string): string {
  const text = address.replaceAll(":", "-").replace(/^-/, "0-").replace(/-$/, "-0");
  return `${subnetName}.${text}`;
}

/** UUID made of a text: what OVN rows are inserted with, so that writing one again changes nothing. Version 8 of RFC 9562. */
export function hashedUuid(...parts: readonly string[]): string {
  const bytes = createHash("sha256").update(parts.join("\0")).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
