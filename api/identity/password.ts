// Users' passwords: checked in the same time whether the user exists or not, changed by the rules, kept in Secrets that every replica reads afresh.
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import {
  passwordKey,
  passwordStatus,
  readPassword,
  type StoredPassword,
  userStatusManager,
  withFailures,
  withPassword,
  withUpgradedHash,
} from "../../domain/identity/password-record.ts";
import { type Right, rightOn } from "../../domain/rights.ts";
import { User } from "../../models/identity/user.ts";
import type { KubeClient, Log } from "../../operator/contract.ts";
import type { Secret } from "../../operator/kube/core-kinds.ts";
import type { Store } from "../http/store.ts";
import { isOutdated, makeHash, verifyHash } from "./hash-formats.ts";
import { HashQueue } from "./hash-queue.ts";
import {
  dayOf,
  expiryOf,
  failuresAfter,
  forbiddenHashes,
  isExpired,
  isInactive,
  isLocked,
  requireChangeable,
  requirePattern,
} from "./password-rules.ts";
import { PasswordSecrets, passwordSecretName, passwordSecretRights } from "./password-secrets.ts";
import type { Settings } from "./settings.ts";
import { fingerprintLength } from "./token-check.ts";

/** Verified for users that do not exist, so that a wrong name takes as long as a wrong password. */
const decoy = makeHash("nobody has this password");

export const passwordRights: readonly Right[] = [...passwordSecretRights, rightOn(User, "status", "patch")];

export interface PasswordsOptions {
  client: KubeClient;
  users: Store<User>;
  settings: Settings;
  log: Log;
  /** Wall clock, ms since 1970. */
  now?: () => number;
  queue?: HashQueue;
}

const optionsOf = ({ spec }: User) => spec.options ?? {};

export class Passwords {
  readonly #client: KubeClient;
  readonly #secrets: PasswordSecrets;
  readonly #users: Store<User>;
  readonly #settings: Settings;
  readonly #now: () => number;
  readonly #queue: HashQueue;
  readonly #log: Log;
  /** Writes of failed logins that are under way, by the User's uid. */
  readonly #failing = new Map<string, Promise<unknown>>();

  constructor({ client, users, settings, log, now = Date.now, queue = new HashQueue() }: PasswordsOptions) {
    this.#client = client;
    this.#secrets = new PasswordSecrets(client, log);
    this.#users = users;
    this.#settings = settings;
    this.#now = now;
    this.#queue = queue;
    this.#log = log;
  }

  /** The password's fingerprint for the token; undefined for a wrong password, a locked user, one without password, or none. Unauthorized if it is expired. */
  async check(user: User | undefined, password: string): Promise<string | undefined> {
    const known = user && !this.isInactive(user) ? user : undefined;
    const stored = await this.#queue.run(() => this.#attempt(known, password));
    if (!known || !stored) return undefined;
    if (isExpired(stored, optionsOf(known), this.#now())) {
      throw new KumulusError("Unauthorized", `The password is expired and needs to be changed for user: ${idOf(known)}.`);
    }
    await this.#noteActivity(known);
    return stored.fingerprint.slice(0, fingerprintLength);
  }

  /** By the user itself. False for a wrong original; Invalid (400) where the rules forbid the new one. */
  async change(user: User | undefined, original: string, password: string): Promise<boolean> {
    const settings = this.#settings();
    const known = user && user.spec.enabled !== false && !this.isInactive(user) ? user : undefined;
    const stored = await this.#queue.run(() => this.#attempt(known, original));
    if (!user || !stored) return false;
    requireChangeable(settings, optionsOf(user), stored, this.#now());
    requirePattern(settings, password);
    for (const hash of forbiddenHashes(settings, stored)) {
      if (!(await this.#queue.run(() => verifyHash(hash, password)))) continue;
      const message = `The new password is one of the last ${settings.unique_last_password_count}: choose another.`;
      throw new KumulusError("Invalid", message);
    }
    await this.#store(user, password, true);
    return true;
  }

  /** By an administrator: neither the history nor the age of the old one matters. Resolves with the user as it is then. */
  async reset(user: User, password: string): Promise<User> {
    this.requireFit(password);
    return this.#store(user, password, false);
  }

  /** Invalid (400) for a password that the rules do not allow anybody. */
  requireFit(password: string): void {
    requirePattern(this.#settings(), password);
  }

  /** Whether nobody has logged in as the user for so long that it counts as disabled. */
  isInactive(user: User): boolean {
    return isInactive(this.#settings(), user, this.#now());
  }

  /** Who is enabled by an administrator is locked out no more, and active again. Resolves with the user as it is then. */
  async revive(user: User): Promise<User> {
    const key = passwordKey(user.spec);
    const secret = await this.#secrets.read(user);
    if (secret && readPassword(secret.data, key)?.failures) {
      await this.#secrets.write(user, secret, (data) => withFailures(data, key, undefined));
    }
    return this.#noteActivity(user);
  }

  /** One look at the Secret and one verification, whoever it is for; a failed one is counted. What is stored, if the password is right. */
  async #attempt(user: User | undefined, password: string): Promise<StoredPassword | undefined> {
    if (user) await this.#failing.get(user.metadata.uid ?? "");
    const secret = await this.#secrets.read(user);
    const stored = user && readPassword(secret?.data, passwordKey(user.spec));
    const isOut = user !== undefined && isLocked(this.#settings(), optionsOf(user), stored?.failures, this.#now());
    const matches = await verifyHash(stored && !isOut ? stored.hash : await decoy, password);
    if (!user || !secret || !stored || isOut) return undefined;
    if (!matches) this.#noteFailure(user);
    else await this.#noteSuccess(user, secret, stored, password);
    return matches ? stored : undefined;
  }

  /**
   * The answer does not wait for the write, which would tell that the user exists; the user's next attempt does. Where failures are not counted nothing is
   * written.
   */
  #noteFailure(user: User): void {
    const settings = this.#settings();
    if (!failuresAfter(settings, optionsOf(user), undefined, this.#now())) return;
    const [key, uid] = [passwordKey(user.spec), user.metadata.uid ?? ""];
    const count = async () => {
      await this.#failing.get(uid);
      await this.#secrets.write(user, await this.#secrets.read(user), (data) =>
        withFailures(data, key, failuresAfter(settings, optionsOf(user), readPassword(data, key)?.failures, this.#now())),
      );
    };
    const done = count()
      .catch((error: unknown) => this.#log.warn({ error, user: user.metadata.name }, "a failed login was not counted"))
      .finally(() => this.#failing.get(uid) === done && this.#failing.delete(uid));
    this.#failing.set(uid, done);
  }

  /** Forgets failures, and puts argon2id in the place of an old hash: one write, and none for most logins. */
  async #noteSuccess(user: User, secret: Secret, { hash, failures }: StoredPassword, password: string): Promise<void> {
    const better = isOutdated(hash) ? await makeHash(password) : undefined;
    if (!failures && better === undefined) return;
    const key = passwordKey(user.spec);
    await this.#secrets.write(user, secret, (data) => {
      const kept = withFailures(data, key, undefined);
      const isSame = readPassword(data, key)?.hash === hash;
      return better !== undefined && isSame ? withUpgradedHash(kept, key, better, new Date(this.#now()).toISOString()) : kept;
    });
  }

  /** A write a day, where the setting asks for it. */
  async #noteActivity(user: User): Promise<User> {
    const today = dayOf(this.#now());
    if (this.#settings().disable_user_account_days_inactive === undefined || user.status?.lastActiveOn === today) return user;
    return this.#users.patch(user, { status: { lastActiveOn: today } }, { subresource: "status" });
  }

  /** The Secret first: it is the truth. The status tells every replica which tokens are dead. */
  async #store(user: User, password: string, isOwn: boolean): Promise<User> {
    const hash = await this.#queue.run(() => makeHash(password));
    const settings = this.#settings();
    const createdAt = new Date(this.#now()).toISOString();
    const expiresAt = expiryOf(settings, optionsOf(user), isOwn, Date.parse(createdAt));
    const remembered = Math.max(settings.unique_last_password_count - 1, 0);
    const named = await this.#withSecretName(user);
    const key = passwordKey(named.spec);
    const secret = await this.#secrets.write(named, await this.#secrets.read(named), (data) =>
      withPassword(data, key, { hash, createdAt, remembered, ...(expiresAt !== undefined && { expiresAt }) }),
    );
    return this.#applyStatus(named, readPassword(secret.data, key), createdAt);
  }

  /** As the User's controller would do a moment later, and in its name: a field that both own would outlive what it says. */
  async #applyStatus(
    { apiVersion, kind, metadata: { name, uid }, status }: User,
    stored: StoredPassword | undefined,
    now: string,
  ): Promise<User> {
    const { conditions, observedGeneration, disabledAt } = status ?? {};
    const kept = { ...(conditions && { conditions, observedGeneration }), ...(disabledAt !== undefined && { disabledAt }) };
    const fresh = { ...kept, ...(stored && passwordStatus(stored)), passwordChangedAt: now };
    const patch = { apiVersion, kind, metadata: { name, ...(uid && { uid }) }, status: fresh } as unknown as User;
    const changed = await this.#client.apply(User, patch, { fieldManager: userStatusManager, subresource: "status" });
    this.#users.cache.put(changed);
    return changed;
  }

  async #withSecretName(user: User): Promise<User> {
    if (user.spec.passwordSecretRef) return user;
    return this.#users.patch(user, { spec: { passwordSecretRef: { name: passwordSecretName(user.metadata.name), key: "hash" } } });
  }
}
