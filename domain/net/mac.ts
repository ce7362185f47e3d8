// MAC addresses: OpenStack's prefix, and the IPv6 address that SLAAC makes of one.
import { createHash } from "node:crypto";
import { type Cidr, formatAddress } from "./address.ts";

const prefix = "fa:16:3e";

/** Lower case with colons; undefined for what is no unicast MAC address. */
export function canonicalMac(text: string): string | undefined {
  const digits = text.toLowerCase().replace(/[:-]/g, "");
  if (!/^[0-9a-f]{12}$/.test(digits) || !/^([0-9a-f]{2}[:-]?){6}$/i.test(text)) return undefined;
  if (Number.parseInt(digits.slice(0, 2), 16) & 1 || /^0+$/.test(digits)) return undefined;
  return (digits.match(/../g) ?? []).join(":");
}

/** A MAC made from an id: the same id always gets the same one, so a repeated reconcile needs no memory. `attempt` counts collisions. */
export function macFor(id: string, attempt = 0): string {
  const hash = createHash("sha256").update(`mac\0${id}\0${attempt}`).digest();
  return [prefix, ...[0, 1, 2].map((i) => (hash[i] ?? 0).toString(16).padStart(2, "0"))].join(":");
}

/** Interface identifier of RFC 4291 appendix A: EUI-64 with the universal/local bit turned. */
export function eui64(mac: string): bigint {
  const bytes = mac.split(":").map((byte) => Number.parseInt(byte, 16));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes;
  return [a ^ 2, b, c, 0xff, 0xfe, d, e, f].reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** The address that a guest with this MAC gives itself in a /64 (RFC 4862). */
export const slaacAddress = (cidr: Cidr, mac: string): string => formatAddress(6, (cidr.first & ~0xffffffffffffffffn) | eui64(mac));
