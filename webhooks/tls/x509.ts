// X.509 certificates (RFC 5280) made with node:crypto: a certificate authority, and server certificates that it signs. Keys are ECDSA P-256.
// Node reads certificates but makes none, and a container image of ours has no openssl program; this writes the few fields that TLS servers need.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";
import { parseAddress } from "../../domain/net/address.ts";
import { bits, boolean, integer, octets, oid, sequence, setOf, tagged, time, utf8 } from "./der.ts";

export interface Pair {
  /** Certificate in PEM. */
  cert: string;
  /** Private key, PKCS #8 in PEM. */
  key: string;
}

const ecdsaWithSha256 = sequence(oid("1.2.840.10045.4.3.2"));

const name = (commonName: string): Buffer => sequence(setOf(sequence(oid("2.5.4.3"), utf8(commonName))));

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));

/** Key usages as bits, from the left: digitalSignature 0, keyCertSign 5, cRLSign 6. */
const keyUsage = (byte: number, unused: number): Buffer => extension("2.5.29.15", true, bits(Buffer.from([byte]), unused));

function addressBytes(text: string): Buffer {
  const address = parseAddress(text);
  if (!address) throw new RangeError(`${text} is not an address`);
  return Buffer.from(address.value.toString(16).padStart(address.version === 4 ? 8 : 32, "0"), "hex");
}

const alternativeName = (text: string): Buffer => (isIP(text) ? tagged(0x87, addressBytes(text)) : tagged(0x82, Buffer.from(text)));

interface Certificate {
  issuer: Buffer;
  subject: Buffer;
  key: KeyObject;
  signer: KeyObject;
  from: Date;
  to: Date;
  extensions: readonly Buffer[];
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function certificate({ issuer, subject, key, signer, from, to, extensions }: Certificate): string {
  const version = tagged(0xa0, integer(Buffer.from([2])));
  const publicKey = createPublicKey(key).export({ type: "spki", format: "der" });
  const validity = sequence(time(from), time(to));
  const serial = integer(Buffer.concat([Buffer.from([1]), randomBytes(15)]));
  const content = sequence(
    ...[version, serial, ecdsaWithSha256, issuer, validity, subject, publicKey],
    tagged(0xa3, sequence(...extensions)),
  );
  return pem(sequence(content, ecdsaWithSha256, bits(sign("sha256", content, signer))));
}

const newKey = (): KeyObject => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const exported = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();

const dayMs = 24 * 3600 * 1000;
/** Begins an hour ago: clocks of two machines are never the same. */
const span = (now: Date, days: number) => ({ from: new Date(now.getTime() - dayMs / 24), to: new Date(now.getTime() + days * dayMs) });

/** A self-signed authority that may sign server certificates and nothing below them. */
export function newAuthority(commonName: string, now: Date, days: number): Pair {
  const key = newKey();
  const self = name(commonName);
  const extensions = [extension("2.5.29.19", true, sequence(boolean(true), integer(Buffer.from([0])))), keyUsage(0b0000_0110, 1)];
  return { cert: certificate({ issuer: self, subject: self, key, signer: key, ...span(now, days), extensions }), key: exported(key) };
}

/** A server certificate for DNS names and addresses. `commonName` is the authority's. */
export function newServerCertificate(authority: Pair, commonName: string, names: readonly string[], now: Date, days: number): Pair {
  const key = newKey();
  const extensions = [
    extension("2.5.29.19", true, sequence()),
    keyUsage(0b1000_0000, 7),
    extension("2.5.29.37", false, sequence(oid("1.3.6.1.5.5.7.3.1"))),
    extension("2.5.29.17", false, sequence(...names.map(alternativeName))),
  ];
  const signer = createPrivateKey(authority.key);
  const subject = name(names[0] ?? commonName);
  return { cert: certificate({ issuer: name(commonName), subject, key, signer, ...span(now, days), extensions }), key: exported(key) };
}
