// The keys that sign tokens: in one Secret that all replicas share, rotated so that old tokens live out their time.

import { randomUUID } from "node:crypto";
import { isCode } from "../../domain/errors.ts";
import { systemNamespace } from "../../domain/id.ts";
import { readTokenKeys, type StoredTokenKey, tokenKeysData, tokenKeysSecret } from "../../domain/identity/token-keys.ts";
import { inSystem, type Right, right } from "../../domain/rights.ts";
import type { Kind } from "../../models/kind.ts";
import type { Caches, KubeClient, Log } from "../../operator/contract.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { newSeed, type SigningKey, signingKey } from "./jws.ts";

export interface TokenKeysOptions {
  client: KubeClient;
  log: Log;
  /** Age at which a key signs no more; 24 h unless said. */
  rotateAfterMs?: number;
  /** Lifetime of a token: how long an old key still verifies. */
  tokenLifetimeMs: number;
  /** Wall clock, ms since 1970: keys and tokens carry its time. */
  now?: () => number;
  /** Monotonic clock in ms. */
  elapsed?: () => number;
}

const dayMs = 24 * 60 * 60 * 1000;
/** How often the Secret may be read again for a key id that nobody knows. */
const reloadGapMs = 2_000;

/** A key that says to be made later than this from now was made by a clock that has been set right since. */
const clockSkewMs = dayMs / 24;

/** The keys to keep at `now`, and a fresh one where the newest is too old to sign. Pure but for the new key's randomness. */
export function rotatedKeys(
  keys: readonly StoredTokenKey[],
  now: number,
  rotateAfterMs: number,
  tokenLifetimeMs: number,
): StoredTokenKey[] {
  const age = ({ createdAt }: StoredTokenKey) => now - Date.parse(createdAt);
  const kept = keys.filter((key) => age(key) < rotateAfterMs + tokenLifetimeMs + clockSkewMs);
  if (kept.some((key) => age(key) < rotateAfterMs && age(key) > -clockSkewMs)) return kept;
  return [...kept, { kid: randomUUID().slice(0, 8), seed: newSeed().toString("base64"), createdAt: new Date(now).toISOString() }];
}

export const tokenKeysRights: readonly Right[] = [
  inSystem(right(Secret, "create")),
  // The API server lets a watch of one named object pass by its field selector.
  inSystem(right(Secret, "get", "update", "list", "watch"), tokenKeysSecret),
];

/** For a cache that holds nothing but the keys' Secret. */
export const tokenKeysScope = { kind: Secret as Kind, namespace: systemNamespace, fieldSelector: `metadata.name=${tokenKeysSecret}` };

export class TokenKeys {
  readonly #options: Required<TokenKeysOptions>;
  #keys: readonly SigningKey[] = [];
  #epoch = 0;
  #loadedAt = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | undefined;

  constructor(options: TokenKeysOptions) {
    this.#options = { rotateAfterMs: dayMs, now: Date.now, elapsed: () => performance.now(), ...options };
  }

  /** Reads the Secret, and writes it where a key must be made. Several replicas may do so at once: the loser of a race reads again. */
  load(): Promise<void> {
    this.#loading ??= this.#loadOnce().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** The newest key. */
  get current(): SigningKey {
    const key = this.#keys.at(-1);
    if (key) return key;
    throw new Error("token keys are not loaded");
  }

  /** True when the newest key is due, or there is none. */
  get due(): boolean {
    const key = this.#keys.at(-1);
    if (!key) return true;
    const ageMs = this.#options.now() - key.createdAtMs;
    return ageMs >= this.#options.rotateAfterMs || ageMs < -clockSkewMs;
  }

  /** Counts the changes of the keys. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Undefined for a key that nobody knows, or whose last token has ended. */
  find(kid: string): SigningKey | undefined {
    const key = this.#keys.find((each) => each.kid === kid);
    return key && this.#options.now() < this.#endOf(key) ? key : undefined;
  }

  /** Whether the key may have signed a token of these times: who has stolen an old one can neither date a token back nor make it last. */
  mayHaveSigned(key: SigningKey, { iat, exp }: { iat: number; exp: number }): boolean {
    const { rotateAfterMs } = this.#options;
    return iat > key.createdAtMs - clockSkewMs && iat < key.createdAtMs + rotateAfterMs + clockSkewMs && exp <= this.#endOf(key);
  }

  /** Takes over what another process, or a person, has written into the Secret. An administrator who deletes it ends every token. */
  follow(caches: Caches): void {
    caches.of(Secret).onChange(({ type, object }) => {
      if (type !== "deleted") return this.#take(readTokenKeys(object.data));
      this.#take([]);
      this.load().catch((error: unknown) => this.#options.log.warn({ error }, "no new keys for tokens; the next login tries again"));
    });
  }

  #endOf({ createdAtMs }: SigningKey): number {
    const { rotateAfterMs, tokenLifetimeMs } = this.#options;
    return createdAtMs + rotateAfterMs + tokenLifetimeMs + clockSkewMs;
  }

  #take(stored: readonly StoredTokenKey[]): void {
    const isSame = stored.length === this.#keys.length && stored.every(({ kid }, index) => kid === this.#keys[index]?.kid);
    if (isSame) return;
    this.#keys = stored.map(({ kid, seed, createdAt }) => signingKey(kid, Buffer.from(seed, "base64"), Date.parse(createdAt)));
    this.#epoch += 1;
  }

  /** The same, after a look at the Secret for a key that another replica may have made. */
  async findFresh(kid: string): Promise<SigningKey | undefined> {
    if (this.#options.elapsed() - this.#loadedAt > reloadGapMs) await this.load();
    return this.find(kid);
  }

  async #loadOnce(): Promise<void> {
    const { now, elapsed, rotateAfterMs, tokenLifetimeMs, log } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const secret = await this.#read();
      const stored = readTokenKeys(secret?.data);
      const wanted = rotatedKeys(stored, now(), rotateAfterMs, tokenLifetimeMs);
      try {
        const changed = wanted.length !== stored.length || wanted.some(({ kid }, index) => kid !== stored[index]?.kid);
        if (changed) await this.#write(secret, wanted);
        if (wanted.at(-1)?.kid !== stored.at(-1)?.kid) log.info({ kid: wanted.at(-1)?.kid }, "made a key for tokens");
        this.#take(wanted);
        this.#loadedAt = elapsed();
        return;
      } catch (error) {
        if (!isCode(error, "Conflict") || attempt >= 10) throw error;
      }
    }
  }

  async #read(): Promise<Secret | undefined> {
    try {
      return await this.#options.client.get(Secret, { name: tokenKeysSecret, namespace: systemNamespace });
    } catch (error) {
      if (isCode(error, "NotFound")) return undefined;
      throw error;
    }
  }

  async #write(secret: Secret | undefined, keys: readonly StoredTokenKey[]): Promise<void> {
    const data = tokenKeysData(keys);
    if (secret) {
      await this.#options.client.replace(Secret, { ...secret, data });
      return;
    }
    const metadata = { name: tokenKeysSecret, namespace: systemNamespace };
    await this.#options.client.create(Secret, { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data });
  }
}
