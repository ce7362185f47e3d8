// Which MAC address a Port has. Pure but for the reads.
import { idOf } from "../../../domain/id.ts";
import { canonicalMac, macFor } from "../../../domain/net/mac.ts";
import { Port } from "../../../models/network/port.ts";
import { isOlder, type Reader } from "../deps.ts";
import { by, macPlace, refPlace } from "../indexes.ts";

export type MacDecision =
  | { readonly mac: string }
  | { readonly problem: { readonly reason: "MACInUse" | "InvalidAddress"; readonly message: string } };

/** On one network a MAC belongs to the port that has it in its status; among equals to the older. */
function beats(other: Port, port: Port, mac: string): boolean {
  const [theirs, ours] = [other.status?.macAddress === mac, port.status?.macAddress === mac];
  return theirs === ours ? isOlder(other, port) : theirs;
}

export function decideMac(port: Port, read: Reader): MacDecision {
  const network = refPlace(port.spec.networkRef, port.metadata.namespace);
  const isTaken = (mac: string) =>
    read.byIndex(Port, by.mac, macPlace(network, mac)).some((other) => other.metadata.uid !== port.metadata.uid && beats(other, port, mac));
  const { macAddress } = port.spec;
  if (macAddress !== undefined) {
    const mac = canonicalMac(macAddress);
    if (mac === undefined) return { problem: { reason: "InvalidAddress", message: `'${macAddress}' is not a valid MAC address.` } };
    return isTaken(mac) ? { problem: { reason: "MACInUse", message: `The MAC address ${mac} is in use on the network` } } : { mac };
  }
  if (port.status?.macAddress !== undefined && !isTaken(port.status.macAddress)) return { mac: port.status.macAddress };
  const id = idOf(port);
  for (let attempt = 0; ; attempt++) {
    const mac = macFor(id, attempt);
    if (!isTaken(mac)) return { mac };
  }
}
