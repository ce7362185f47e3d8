// Every form of password hash that a user may have: argon2id, which is made here, and those that Keystone makes (in passlib's notation). Computed in libuv's
// thread pool, never on the event loop.
import { createHmac, pbkdf2, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { hash as hashArgon2, verify as verifyArgon2 } from "@node-rs/argon2";
import { hash as hashBcrypt, verify as verifyBcrypt } from "@node-rs/bcrypt";
import { formOf, type HashForm, hashForms } from "../../domain/identity/hash-forms.ts";

const derivePbkdf2 = promisify(pbkdf2);
const deriveScrypt = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

/** The least that OWASP's Password Storage Cheat Sheet asks of argon2id: 19 MiB, two passes, one lane. */
const argon2id = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** bcrypt reads no more bytes of a password, and Keystone gives it no more. */
const bcryptBytes = 72;
/** More than Keystone can be set up to need for one hash. */
const scryptBytes = 1 << 30;

type Verify = (hash: string, password: string) => Promise<boolean>;

const sameBytes = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b);
/** passlib writes base64 without padding, and in its older formats "." for "+". */
const bytesOf = (text: string) => Buffer.from(text.replaceAll(".", "+"), "base64");

async function verifyScrypt(hash: string, password: string): Promise<boolean> {
  const [, ln, r, p, salt = "", checksum = ""] = hashForms.scrypt.exec(hash) ?? [];
  const wanted = bytesOf(checksum);
  const cost = { N: 2 ** Number(ln), r: Number(r), p: Number(p), maxmem: scryptBytes };
  return sameBytes(await deriveScrypt(password, bytesOf(salt), wanted.length, cost), wanted);
}

async function verifyPbkdf2(hash: string, password: string): Promise<boolean> {
  const [, rounds, salt = "", checksum = ""] = hashForms.pbkdf2_sha512.exec(hash) ?? [];
  const wanted = bytesOf(checksum);
  return sameBytes(await derivePbkdf2(password, bytesOf(salt), Number(rounds), wanted.length, "sha512"), wanted);
}

const verifyPlainBcrypt: Verify = (hash, password) => verifyBcrypt(Buffer.from(password).subarray(0, bcryptBytes), hash);

/** bcrypt of an HMAC of the password, so that all of its bytes count. */
async function verifyBcryptSha256(hash: string, password: string): Promise<boolean> {
  const [, rounds = "", salt = "", checksum = ""] = hashForms.bcrypt_sha256.exec(hash) ?? [];
  const key = createHmac("sha256", salt).update(password).digest("base64");
  const made = await hashBcrypt(key, { salt: `$2b$${rounds.padStart(2, "0")}$${salt}` });
  return sameBytes(Buffer.from(made.slice(-checksum.length)), Buffer.from(checksum));
}

const verifiers: Readonly<Record<HashForm, Verify>> = {
  argon2id: verifyArgon2,
  bcrypt: verifyPlainBcrypt,
  bcrypt_sha256: verifyBcryptSha256,
  scrypt: verifyScrypt,
  pbkdf2_sha512: verifyPbkdf2,
};

/** False for a hash of an unknown form, and for one that its own library refuses. */
export async function verifyHash(hash: string, password: string): Promise<boolean> {
  const form = formOf(hash);
  return form ? verifiers[form](hash, password).catch(() => false) : false;
}

export const makeHash = (password: string): Promise<string> => hashArgon2(password, argon2id);

/** Whether a login is an occasion to hash the password anew. */
export const isOutdated = (hash: string): boolean => formOf(hash) !== "argon2id";
