// Keystone's security compliance as pure functions of the settings, a user's exceptions, what is stored of its password, and the time (ms since 1970).
import { KumulusError } from "../../domain/errors.ts";
import type { FailedLogins, StoredPassword } from "../../domain/identity/password-record.ts";
import type { User, UserOptions } from "../../models/identity/user.ts";
import type { IdentitySettings } from "./settings.ts";

const dayMs = 24 * 60 * 60 * 1000;

const iso = (ms: number) => new Date(ms).toISOString();

/** Whether the user is locked out after failed logins. */
export function isLocked(settings: IdentitySettings, options: UserOptions, failures: FailedLogins | undefined, now: number): boolean {
  const { lockout_failure_attempts: limit, lockout_duration: seconds } = settings;
  if (limit === undefined || options.ignoreLockoutFailureAttempts || !failures || failures.count < limit) return false;
  return now < Date.parse(failures.at) + seconds * 1000;
}

/** The count after one more failed login; undefined where nobody counts. A lock that has ended starts it anew. */
export function failuresAfter(
  settings: IdentitySettings,
  options: UserOptions,
  failures: FailedLogins | undefined,
  now: number,
): FailedLogins | undefined {
  const limit = settings.lockout_failure_attempts;
  if (limit === undefined || options.ignoreLockoutFailureAttempts) return undefined;
  const before = failures && failures.count < limit ? failures.count : 0;
  return { count: before + 1, at: iso(now) };
}

/** When a new password expires, RFC 3339; undefined: never. `isOwn`: its user has chosen it. */
export function expiryOf(settings: IdentitySettings, options: UserOptions, isOwn: boolean, now: number): string | undefined {
  if (settings.change_password_upon_first_use && !isOwn && !options.ignoreChangePasswordUponFirstUse) return iso(now);
  const days = settings.password_expires_days;
  return days === undefined || options.ignorePasswordExpiry ? undefined : iso(now + days * dayMs);
}

/** `ignore_password_expiry` is about the days that a password lives, not about its first use. */
export function isExpired({ note }: StoredPassword, options: UserOptions, now: number): boolean {
  if (note?.expiresAt === undefined) return false;
  const atFirstUse = note.expiresAt === note.createdAt;
  const isExempt = atFirstUse ? options.ignoreChangePasswordUponFirstUse : options.ignorePasswordExpiry;
  return !isExempt && Date.parse(note.expiresAt) <= now;
}

/** Whether nobody has logged in as the user for too many days. */
export function isInactive(settings: IdentitySettings, { metadata, spec, status }: User, now: number): boolean {
  const days = settings.disable_user_account_days_inactive;
  const last = status?.lastActiveOn ?? metadata.creationTimestamp?.slice(0, 10);
  if (days === undefined || spec.options?.ignoreUserInactivity || last === undefined) return false;
  return Math.floor(now / dayMs) - Math.floor(Date.parse(last) / dayMs) >= days;
}

export const dayOf = (ms: number): string => iso(ms).slice(0, 10);

/** Invalid (400). */
export function requirePattern(
  { password_regex: regex, password_regex_description: description }: IdentitySettings,
  password: string,
): void {
  if (!regex || regex.test(password)) return;
  throw new KumulusError("Invalid", `The password does not match the requirements: ${description ?? "see the operator's rules"}.`);
}

/** Invalid (400) where the user may not choose another password now. */
export function requireChangeable(settings: IdentitySettings, options: UserOptions, stored: StoredPassword, now: number): void {
  if (options.lockPassword) throw new KumulusError("Invalid", "The password of this user can only be changed by an administrator.");
  const createdAt = stored.note && Date.parse(stored.note.createdAt);
  if (createdAt === undefined || isExpired(stored, options, now)) return;
  const days = settings.minimum_password_age;
  const left = Math.ceil((createdAt + days * dayMs - now) / dayMs);
  if (left <= 0) return;
  throw new KumulusError("Invalid", `A password must be ${days} days old before it can be changed: ${left} days are left.`);
}

/** The hashes that a new password must not fit. */
export const forbiddenHashes = ({ unique_last_password_count: count }: IdentitySettings, stored: StoredPassword): readonly string[] =>
  count === 0 ? [] : [...stored.history, stored.hash].slice(-count);
