// SSH public keys: whether a line is one (RFC 4253 section 6.6, RFC 8709), and its fingerprint.
import { createHash } from "node:crypto";
import { KumulusError } from "../errors.ts";

/** Length-prefixed fields that follow the name in the blob of each key type; a security key has its application too. */
const fields: Record<string, number> = {
  "ssh-rsa": 2,
  "ssh-dss": 4,
  "ssh-ed25519": 1,
  "ecdsa-sha2-nistp256": 2,
  "ecdsa-sha2-nistp384": 2,
  "ecdsa-sha2-nistp521": 2,
  "sk-ssh-ed25519@openssh.com": 2,
  "sk-ecdsa-sha2-nistp256@openssh.com": 3,
};

export interface PublicKey {
  type: string;
  comment: string;
  /** MD5 of the key's blob in hex with colons, as Nova shows it. */
  fingerprint: string;
}

/** Parses one OpenSSH public key line. Rejects with Invalid (400) when it is none. */
export function parsePublicKey(text: string): PublicKey {
  const line = text.trim();
  if (/[\r\n]/.test(line)) throw invalid("it has more than one line");
  const [type = "", base64 = "", ...comment] = line.split(/[ \t]+/);
  const count = Object.hasOwn(fields, type) ? fields[type] : undefined;
  if (count === undefined) throw invalid("its type is not known");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw invalid("it is not base64");
  const blob = Buffer.from(base64, "base64");
  const parts = readFields(blob);
  if (parts?.[0]?.toString("latin1") !== type) throw invalid("its data is of another type");
  if (parts.length !== count + 1 || parts.some((part) => part.length === 0)) throw invalid("its data is cut or too long");
  return { type, comment: comment.join(" "), fingerprint: md5Fingerprint(blob) };
}

export function md5Fingerprint(blob: Uint8Array): string {
  return (createHash("md5").update(blob).digest("hex").match(/../g) ?? []).join(":");
}

/** Fingerprint of an X.509 certificate in PEM: SHA-1 of its DER, as Nova does for x509 key pairs. Rejects with Invalid when it is no PEM. */
export function certificateFingerprint(pem: string): string {
  const body = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem)?.[1];
  if (body === undefined) throw invalid("it is no certificate in PEM");
  const der = Buffer.from(body.replace(/\s+/g, ""), "base64");
  return (createHash("sha1").update(der).digest("hex").match(/../g) ?? []).join(":");
}

function readFields(blob: Buffer): Buffer[] | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; at < blob.length; ) {
    if (at + 4 > blob.length) return undefined;
    const length = blob.readUInt32BE(at);
    if (at + 4 + length > blob.length) return undefined;
    parts.push(blob.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return parts;
}

function invalid(why: string): KumulusError {
  return new KumulusError("Invalid", `Keypair data is invalid: ${why}`);
}
