// What a user's Secret holds: the password's hash, and beside it what Kumulus notes of that password and of failed logins. Pure.
import { createHash } from "node:crypto";
import type { UserSpec } from "../../models/identity/user.ts";

type Data = Readonly<Record<string, string>> | undefined;

/** What is noted of a password. It counts for as long as `of` is the hash beside it: who writes another hash with kubectl starts anew. */
export interface PasswordNote {
  /** SHA-256 of the hash that this was noted of. */
  of: string;
  /** Of the hash with which the password was set. An upgrade of the hash keeps it, so that tokens live on. */
  fingerprint: string;
  /** RFC 3339. */
  createdAt: string;
  /** RFC 3339; absent for a password that never expires. */
  expiresAt?: string;
}

export interface FailedLogins {
  count: number;
  /** RFC 3339 time of the last one. */
  at: string;
}

export interface StoredPassword {
  readonly hash: string;
  /** SHA-256 (hex) that names the password: what tokens are made with it carry. */
  readonly fingerprint: string;
  /** Absent for a hash that nobody has noted anything of. */
  readonly note?: PasswordNote;
  /** Hashes of former passwords, oldest first. */
  readonly history: readonly string[];
  readonly failures?: FailedLogins;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const decoded = (text: string) => Buffer.from(text, "base64").toString("utf8");
const encoded = (text: string) => Buffer.from(text).toString("base64");

/** Key of the hash in the Secret; the notes are beside it. */
export const passwordKey = ({ passwordSecretRef: ref }: Pick<UserSpec, "passwordSecretRef">): string => ref?.key ?? "hash";
export const failuresKey = (key: string): string => `${key}.failures`;
const noteKey = (key: string) => `${key}.note`;
const historyKey = (key: string) => `${key}.history`;

/** Notes that people have spoiled count as absent. */
function readJSON<T>(data: Data, key: string, fits: (value: unknown) => value is T): T | undefined {
  const text = data?.[key];
  if (!text) return undefined;
  try {
    const value: unknown = JSON.parse(decoded(text));
    return fits(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const isNote = (value: unknown): value is PasswordNote =>
  isRecord(value) && [value.of, value.fingerprint, value.createdAt].every((each) => typeof each === "string");
const isFailures = (value: unknown): value is FailedLogins =>
  isRecord(value) && typeof value.count === "number" && typeof value.at === "string";
const isHistory = (value: unknown): value is string[] => Array.isArray(value) && value.every((each) => typeof each === "string");

/** Undefined where there is no hash. White space that people leave at the end of files does not count. */
export function readPassword(data: Data, key: string): StoredPassword | undefined {
  const hash = data?.[key] && decoded(data[key]).trim();
  if (!hash) return undefined;
  const noted = readJSON(data, noteKey(key), isNote);
  const note = noted?.of === sha256(hash) ? noted : undefined;
  const failures = readJSON(data, failuresKey(key), isFailures);
  return {
    hash,
    fingerprint: note?.fingerprint ?? sha256(hash),
    history: readJSON(data, historyKey(key), isHistory) ?? [],
    ...(note && { note }),
    ...(failures && { failures }),
  };
}

function without(data: Data, ...keys: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(data ?? {}).filter(([key]) => !keys.includes(key)));
}

/** The Secret's data with another password in it; failures are forgotten. `remembered`: how many former hashes to keep. */
export function withPassword(
  data: Data,
  key: string,
  password: { hash: string; createdAt: string; expiresAt?: string; remembered: number },
): Record<string, string> {
  const { hash, createdAt, expiresAt, remembered } = password;
  const before = readPassword(data, key);
  const history = remembered > 0 && before ? [...before.history, before.hash].slice(-remembered) : [];
  const note: PasswordNote = { of: sha256(hash), fingerprint: sha256(hash), createdAt, ...(expiresAt !== undefined && { expiresAt }) };
  return {
    ...without(data, failuresKey(key), historyKey(key)),
    [key]: encoded(hash),
    [noteKey(key)]: encoded(JSON.stringify(note)),
    ...(history.length > 0 && { [historyKey(key)]: encoded(JSON.stringify(history)) }),
  };
}

/** The Secret's data with a better hash of the same password. `now`: when the password counts as made if nothing says so. */
export function withUpgradedHash(data: Data, key: string, hash: string, now: string): Record<string, string> {
  const before = readPassword(data, key);
  const note: PasswordNote = {
    createdAt: now,
    ...before?.note,
    of: sha256(hash),
    fingerprint: before?.fingerprint ?? sha256(hash),
  };
  return { ...data, [key]: encoded(hash), [noteKey(key)]: encoded(JSON.stringify(note)) };
}

/** The Secret's data with another count of failed logins; undefined: none. */
export function withFailures(data: Data, key: string, failures: FailedLogins | undefined): Record<string, string> {
  const others = without(data, failuresKey(key));
  return failures ? { ...others, [failuresKey(key)]: encoded(JSON.stringify(failures)) } : others;
}

/** Field manager of a User's status: its controller's. */
export const userStatusManager = "kumulus-user";

/** What a User's status says of its password. */
export function passwordStatus({ fingerprint, note }: StoredPassword): { passwordFingerprint: string; passwordExpiresAt?: string } {
  return { passwordFingerprint: fingerprint, ...(note?.expiresAt !== undefined && { passwordExpiresAt: note.expiresAt }) };
}
