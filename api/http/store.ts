// Objects of one kind as the APIs use them: reads from the cache, writes to the API server, and a client reads its own writes.
import { setTimeout as sleep } from "node:timers/promises";
import { isCode, KumulusError } from "../../domain/errors.ts";
import { idLabel, idOf } from "../../domain/id.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { Cache, Caches, KubeClient } from "../../operator/contract.ts";
import { lru } from "../../operator/lru.ts";
import { withOrigin } from "../../operator/origin.ts";
import type { Auth } from "./auth.ts";

const idIndex = "id";
const missedMs = 2_000;
/** Users never see a conflict: a crowd of writers of one object all get through, in random order. */
const conflictRetries = 60;
const longestPauseMs = 80;
/** Only ids that an API gave can be unknown here and known elsewhere; clients that try names first cost nothing. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface Store<T extends KubeObject> {
  readonly kind: Kind<T>;
  readonly cache: Cache<T>;
  /** By OpenStack id, in every namespace. Asks the API server once when the cache does not know it (another replica may have made it just now). */
  byId(id: string): Promise<T | undefined>;
  /** By OpenStack id among what the token may see: its project's, or all for an admin. NotFound (404) with `Kind id could not be found.` */
  owned(auth: Auth, id: string): Promise<T>;
  get(name: string, namespace?: string): T | undefined;
  /** Objects being deleted are in it. */
  list(namespace?: string): readonly T[];
  byIndex(index: string, value: string): readonly T[];
  create(object: T): Promise<T>;
  /** Applies `change` to a copy of the newest object and writes it; again on a conflict. `change` may throw to give up. */
  update(object: T, change: (draft: T) => void, options?: { subresource?: string }): Promise<T>;
  /** JSON merge patch. */
  patch(object: T, patch: object, options?: { subresource?: string }): Promise<T>;
  delete(object: T): Promise<void>;
  /** The object as the API server has it now; NotFound when it is gone. */
  refresh(object: T): Promise<T>;
  /** Waits on the cache, 10 s unless said; undefined: the object is gone. Unavailable (503) when it takes longer. */
  waitFor(object: T, accept: (object: T | undefined) => boolean, timeoutMs?: number): Promise<T | undefined>;
}

export interface Stores {
  of<T extends KubeObject>(kind: Kind<T>): Store<T>;
  readonly client: KubeClient;
  readonly caches: Caches;
}

class CachedStore<T extends KubeObject> implements Store<T> {
  readonly kind: Kind<T>;
  readonly cache: Cache<T>;
  readonly #client: KubeClient;
  /** Ids that the API server did not know a moment ago. */
  readonly #missed = lru<string, true>(2_000, missedMs);

  constructor(kind: Kind<T>, cache: Cache<T>, client: KubeClient) {
    this.kind = kind;
    this.cache = cache;
    this.#client = client;
    cache.addIndex(idIndex, (object) => [idOf(object)]);
  }

  async byId(id: string): Promise<T | undefined> {
    return this.cache.byIndex(idIndex, id)[0] ?? (await this.#lookup(id));
  }

  async owned(auth: Auth, id: string): Promise<T> {
    const object = await this.byId(id);
    const visible = object && (auth.isAdmin || !this.kind.namespaced || object.metadata.namespace === auth.project?.namespace);
    if (visible) return object;
    throw new KumulusError("NotFound", `${this.kind.kind} ${id} could not be found.`, { reason: `${this.kind.kind}NotFound` });
  }

  get(name: string, namespace?: string): T | undefined {
    return this.cache.get(name, namespace);
  }

  list(namespace?: string): readonly T[] {
    return this.cache.list(namespace);
  }

  byIndex(index: string, value: string): readonly T[] {
    return this.cache.byIndex(index, value);
  }

  async create(object: T): Promise<T> {
    const made = await this.#client.create(this.kind, withOrigin(object));
    this.#missed.delete(idOf(made));
    return this.#seen(made);
  }

  async update(object: T, change: (draft: T) => void, options?: { subresource?: string }): Promise<T> {
    let newest = object;
    for (let attempt = 1; ; attempt += 1) {
      const draft = structuredClone(newest);
      change(draft);
      try {
        return this.#seen(await this.#client.replace(this.kind, draft, options));
      } catch (error) {
        if (!isCode(error, "Conflict") || attempt > conflictRetries) throw error;
        await sleep(Math.random() * Math.min(attempt * 8, longestPauseMs));
        newest = await this.#client.get(this.kind, object.metadata);
        if (newest.metadata.uid !== object.metadata.uid)
          throw new KumulusError("NotFound", `${this.kind.kind} ${idOf(object)} could not be found.`);
      }
    }
  }

  async patch(object: T, patch: object, options?: { subresource?: string }): Promise<T> {
    return this.#seen(await this.#client.patch(this.kind, object.metadata, patch, options));
  }

  async delete(object: T): Promise<void> {
    const { uid } = object.metadata;
    const left = await this.#client.delete(this.kind, object.metadata, uid === undefined ? {} : { uid });
    // An object with finalizers stays for a while: readers see at once that it is going.
    if (left) this.cache.put(left);
    else this.cache.drop(object);
  }

  waitFor(object: T, accept: (object: T | undefined) => boolean, timeoutMs = 10_000): Promise<T | undefined> {
    return this.cache.waitFor(object.metadata, accept, timeoutMs);
  }

  async refresh(object: T): Promise<T> {
    return this.#seen(await this.#client.get(this.kind, object.metadata));
  }

  async #lookup(id: string): Promise<T | undefined> {
    if (!uuid.test(id) || this.#missed.has(id)) return undefined;
    const [found] = await this.#client.list(this.kind, { labelSelector: `${idLabel}=${id}` });
    if (found) return this.#seen(found);
    this.#missed.set(id, true);
    return undefined;
  }

  #seen(object: T): T {
    this.cache.put(object);
    return object;
  }
}

/** One store a kind, made at first use. Ask for the kinds before the caches start, so that they start with them. */
export function createStores(client: KubeClient, caches: Caches): Stores {
  const stores = new Map<string, Store<KubeObject>>();
  return {
    client,
    caches,
    of<T extends KubeObject>(kind: Kind<T>): Store<T> {
      const key = `${kind.group}/${kind.kind}`;
      let store = stores.get(key);
      if (!store) {
        store = new CachedStore(kind, caches.of(kind), client) as unknown as Store<KubeObject>;
        stores.set(key, store);
      }
      return store as unknown as Store<T>;
    },
  };
}
