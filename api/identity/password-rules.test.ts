// Security compliance, case by case.
import assert from "node:assert/strict";
import type { User } from "../../models/identity/user.ts";
import { expiryOf, failuresAfter, forbiddenHashes, isExpired, isInactive, isLocked, requireChangeable } from "./password-rules.ts";
import { defaultSettings, type IdentitySettings } from "./settings.ts";

const now = Date.parse("2026-06-15T12:00:00Z");
const day = 86_400_000;
const ago = (ms: number) => new Date(now - ms).toISOString();
const settings = (changes: Partial<IdentitySettings>): IdentitySettings => ({ ...defaultSettings, ...changes });
const lockout = settings({ lockout_failure_attempts: 3, lockout_duration: 60 });
const stored = (createdAgo: number, expiresAt?: string) => ({
  hash: "h",
  fingerprint: "f",
  history: ["a", "b"],
  note: { of: "", fingerprint: "f", createdAt: ago(createdAgo), ...(expiresAt && { expiresAt }) },
});

describe("security compliance", () => {
  for (const [why, count, since, options, locked] of [
    ["below the limit", 2, 0, {}, false],
    ["at the limit", 3, 0, {}, true],
    ["to the last moment", 3, 59_999, {}, true],
    ["no longer than it is set", 3, 60_000, {}, false],
    ["not who is exempt", 9, 0, { ignoreLockoutFailureAttempts: true }, false],
  ] as const)
    it(`locks ${why}`, () => assert.equal(isLocked(lockout, options, { count, at: ago(since) }, now), locked));

  it("counts failures only where there is a limit, and anew after a lock", () => {
    assert.equal(failuresAfter(defaultSettings, {}, undefined, now), undefined);
    assert.equal(failuresAfter(lockout, { ignoreLockoutFailureAttempts: true }, undefined, now), undefined);
    assert.deepEqual(failuresAfter(lockout, {}, undefined, now), { count: 1, at: ago(0) });
    assert.equal(failuresAfter(lockout, {}, { count: 2, at: ago(day) }, now)?.count, 3);
    assert.equal(failuresAfter(lockout, {}, { count: 3, at: ago(day) }, now)?.count, 1);
  });

  it("lets a password expire after its days, and at once where its first use is to change it", () => {
    const days = settings({ password_expires_days: 2 });
    const first = settings({ password_expires_days: 2, change_password_upon_first_use: true });
    assert.equal(expiryOf(defaultSettings, {}, false, now), undefined);
    assert.equal(expiryOf(days, {}, true, now), ago(-2 * day));
    assert.equal(expiryOf(days, { ignorePasswordExpiry: true }, true, now), undefined);
    assert.equal(expiryOf(first, {}, false, now), ago(0));
    assert.equal(expiryOf(first, {}, true, now), ago(-2 * day));
    assert.equal(expiryOf(first, { ignoreChangePasswordUponFirstUse: true }, false, now), ago(-2 * day));
  });

  it("knows what has expired", () => {
    assert.equal(isExpired(stored(day), {}, now), false);
    assert.equal(isExpired(stored(day, ago(1)), {}, now), true);
    assert.equal(isExpired(stored(day, ago(-1)), {}, now), false);
    assert.equal(isExpired(stored(day, ago(1)), { ignorePasswordExpiry: true }, now), false);
    assert.equal(isExpired(stored(day, ago(day)), { ignorePasswordExpiry: true }, now), true, "that one is about its first use");
    assert.equal(isExpired({ hash: "h", fingerprint: "f", history: [] }, {}, now), false);
  });

  it("lets nobody change a young password, unless it has expired", () => {
    const week = settings({ minimum_password_age: 7 });
    assert.throws(() => requireChangeable(week, {}, stored(6.5 * day), now), /7 days old .* 1 days are left/);
    requireChangeable(week, {}, stored(7 * day), now);
    requireChangeable(week, {}, stored(day, ago(1)), now);
    requireChangeable(defaultSettings, {}, stored(0), now);
    assert.throws(() => requireChangeable(defaultSettings, { lockPassword: true }, stored(day), now), /administrator/);
  });

  it("forbids the last passwords, with the one that is there", () => {
    const last = (count: number) => forbiddenHashes(settings({ unique_last_password_count: count }), stored(0));
    assert.deepEqual([last(0), last(1), last(2), last(9)], [[], ["h"], ["b", "h"], ["a", "b", "h"]]);
  });

  it("counts inactive days from the last login, or from the beginning", () => {
    const user = (lastActiveOn: string | undefined, ignoreUserInactivity = false): User => ({
      apiVersion: "identity.kumulus.cloud/v1alpha1",
      kind: "User",
      metadata: { name: "u", creationTimestamp: "2026-06-01T23:00:00Z" },
      spec: { domainRef: { name: "d" }, options: { ignoreUserInactivity } },
      ...(lastActiveOn !== undefined && { status: { lastActiveOn } }),
    });
    const within = settings({ disable_user_account_days_inactive: 10 });
    assert.deepEqual(
      [user("2026-06-05"), user("2026-06-06"), user(undefined), user("2026-01-01", true)].map((each) => isInactive(within, each, now)),
      [true, false, true, false],
    );
    assert.equal(isInactive(defaultSettings, user("2020-01-01"), now), false);
  });
});
