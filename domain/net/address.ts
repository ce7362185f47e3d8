// IP addresses and ranges as numbers: parsing, canonical text, containment. Parsing and text are the ip-address library's.
import { Address4, Address6 } from "ip-address";

export type IPVersion = 4 | 6;

export interface Address {
  readonly version: IPVersion;
  readonly value: bigint;
}

/** A range such as 10.9.0.0/24; `first` and `last` are its lowest and highest address. */
export interface Cidr {
  readonly version: IPVersion;
  readonly prefix: number;
  readonly first: bigint;
  readonly last: bigint;
}

const bitsOf = (version: IPVersion): number => (version === 4 ? 32 : 128);

/** Undefined for what is not one plain address (no prefix, no zone, no leading zeros in IPv4). */
export function parseAddress(text: string): Address | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const octets = text.split(".");
    if (octets.some((octet) => String(Number(octet)) !== octet) || !Address4.isValid(text)) return undefined;
    return { version: 4, value: new Address4(text).bigInt() };
  }
  if (!/^[0-9a-fA-F:.]+$/.test(text) || !text.includes(":") || !Address6.isValid(text)) return undefined;
  return { version: 6, value: new Address6(text).bigInt() };
}

/** Canonical text: dotted, or RFC 5952. */
export function formatAddress(version: IPVersion, value: bigint): string {
  return version === 4 ? Address4.fromBigInt(value).correctForm() : Address6.fromBigInt(value).correctForm();
}

/** The canonical form of an address, undefined when it is none. */
export function canonicalAddress(text: string): string | undefined {
  const address = parseAddress(text);
  return address && formatAddress(address.version, address.value);
}

/** A range; bits of the host part are dropped, as Neutron does. Undefined without a prefix. */
export function parseCidr(text: string): Cidr | undefined {
  const [, host = "", length = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const address = parseAddress(host);
  const prefix = Number(length);
  if (!address || prefix > bitsOf(address.version)) return undefined;
  const size = 1n << BigInt(bitsOf(address.version) - prefix);
  const first = (address.value / size) * size;
  return { version: address.version, prefix, first, last: first + size - 1n };
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.version, cidr.first)}/${cidr.prefix}`;
}

/** The canonical form of a range or of a single address (given its full prefix), undefined when it is neither. */
export function canonicalRange(text: string): string | undefined {
  const address = parseAddress(text);
  const cidr = parseCidr(address ? `${text}/${bitsOf(address.version)}` : text);
  return cidr && formatCidr(cidr);
}

export function contains(cidr: Cidr, address: Address): boolean {
  return cidr.version === address.version && address.value >= cidr.first && address.value <= cidr.last;
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.version === b.version && a.first <= b.last && b.first <= a.last;
}

/** Address and prefix length of the range it is in, as an interface is configured: 10.9.0.1/24. */
export const withPrefix = (address: string, cidr: Cidr): string => `${address}/${cidr.prefix}`;
