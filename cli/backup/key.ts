// The key of an archive: made from a passphrase, or from a file of random bytes. What it takes to make it again is in the archive's first line.
import { createHmac, hkdf, randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { KumulusError } from "../../domain/errors.ts";

/** What the person gave. */
export type Secret = { passphrase: string } | { keyFile: Uint8Array };

/** How the key comes from it; salts are base64. */
export type Derivation =
  | { from: "passphrase"; algorithm: "scrypt"; salt: string; N: number; r: number; p: number }
  | { from: "key-file"; algorithm: "hkdf-sha256"; salt: string };

const keyBytes = 32;
const saltBytes = 32;
export const shortestPassphrase = 12;
/** 128 MiB and about half a second for each guess. */
const cost = { N: 2 ** 17, r: 8, p: 1 };
/** No archive may make its reader take more than 1 GiB. */
const mostBytes = 2 ** 30;

const scryptAsync = promisify<string, Uint8Array, number, object, Buffer>(scrypt);
const hkdfAsync = promisify(hkdf);

export function newDerivation(secret: Secret): Derivation {
  const salt = randomBytes(saltBytes).toString("base64");
  if ("keyFile" in secret) return { from: "key-file", algorithm: "hkdf-sha256", salt };
  return { from: "passphrase", algorithm: "scrypt", salt, ...cost };
}

/** Invalid when the archive wants the other kind of secret, or more memory than is sane. */
export async function deriveKey(secret: Secret, derivation: Derivation): Promise<Buffer> {
  const salt = Buffer.from(derivation.salt, "base64");
  if (derivation.from === "key-file") {
    if (!("keyFile" in secret)) throw new KumulusError("Invalid", "the archive was made with a key file: name it with --key-file FILE");
    return Buffer.from(await hkdfAsync("sha256", secret.keyFile, salt, "kumulus-backup", keyBytes));
  }
  if (!("passphrase" in secret)) throw new KumulusError("Invalid", "the archive was made with a passphrase, not with a key file");
  const { N, r, p } = derivation;
  if (128 * N * r * p > mostBytes) throw new KumulusError("Invalid", "the archive's first line asks for more than 1 GiB of memory");
  return scryptAsync(secret.passphrase, salt, keyBytes, { N, r, p, maxmem: 128 * N * r * p + 2 ** 20 });
}

/** Tells a wrong passphrase from a damaged archive; says nothing about the key. */
export const keyCheck = (key: Uint8Array): string =>
  createHmac("sha256", key).update("kumulus-backup key check").digest("base64").slice(0, 16);
