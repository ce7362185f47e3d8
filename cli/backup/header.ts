// The first line of an archive: readable JSON that says what is needed to open it. All that follows is bound to it.
import { KumulusError } from "../../domain/errors.ts";
import type { Derivation } from "./key.ts";

export interface Header {
  format: "kumulus-backup";
  version: 1;
  /** Of this archive: a restore that was interrupted knows its own by it. */
  id: string;
  /** RFC 3339. */
  createdAt: string;
  key: Derivation;
  /** keyCheck of the key. */
  check: string;
}

/** Longer first lines are not read. */
export const longestHeader = 4096;

const notOurs = () => new KumulusError("Invalid", "this is no archive of kumulus backup");

function isDerivation(value: unknown): value is Derivation {
  const { algorithm, from, salt, N, r, p } = (value ?? {}) as Record<string, unknown>;
  if (typeof salt !== "string") return false;
  if (from === "key-file") return algorithm === "hkdf-sha256";
  const isPowerOfTwo = Number.isSafeInteger(N) && Math.log2(N as number) % 1 === 0 && (N as number) > 1;
  const areCounts = [r, p].every((each) => Number.isSafeInteger(each) && (each as number) > 0);
  return from === "passphrase" && algorithm === "scrypt" && isPowerOfTwo && areCounts;
}

/** Invalid for what is no archive, or one of a later version. */
export function parseHeader(line: string): Header {
  let value: Partial<Header>;
  try {
    value = JSON.parse(line) as Partial<Header>;
  } catch {
    throw notOurs();
  }
  if (value?.format !== "kumulus-backup") throw notOurs();
  if (value.version !== 1)
    throw new KumulusError("Invalid", `the archive has version ${value.version} of the format; this program reads version 1`);
  const isWhole = [value.id, value.createdAt, value.check].every((each) => typeof each === "string") && isDerivation(value.key);
  if (!isWhole) throw new KumulusError("Invalid", "the archive's first line is damaged");
  return value as Header;
}
