// The view on which admission decides: the caches, plus what was admitted or found gone a moment ago and has not reached them.
import type { Kind, KubeObject } from "../models/kind.ts";
import type { Cache, Caches, Change } from "../operator/contract.ts";
import { isLeaving, namespaceOf, type View, type ViewIndex } from "./rules.ts";

/** After this time an admitted object that never appeared is taken for one that was refused later or failed to be stored. */
const holdMs = 10_000;

interface Pending {
  object: KubeObject;
  /** resourceVersion of the object that an update was made from; absent for a create. */
  from: string | undefined;
  /** The object is known to be gone. */
  gone: boolean;
  at: number;
}

const keyOf = (object: KubeObject): string => `${namespaceOf(object)}/${object.metadata.name}`;

/** One kind's cache with the pending objects over it. */
class KindView<T extends KubeObject> {
  readonly cache: Cache<T>;
  readonly #pending = new Map<string, Pending>();

  constructor(cache: Cache<T>) {
    this.cache = cache;
    cache.onChange((change) => this.#settle(change));
  }

  record(object: KubeObject, from: string | undefined, gone: boolean, at: number): void {
    this.#pending.set(keyOf(object), { object, from, gone, at });
    const cached = this.cache.get(object.metadata.name, object.metadata.namespace);
    if (cached) this.#settle({ type: "added", object: cached, initial: false });
  }

  /** Drops what the cache has caught up with. */
  #settle({ type, object }: Change<T>): void {
    const key = keyOf(object);
    const pending = this.#pending.get(key);
    if (!pending) return;
    const { uid } = pending.object.metadata;
    const isSameObject = uid === undefined || uid === object.metadata.uid;
    const isCaughtUp = pending.gone
      ? type === "deleted" || !isSameObject
      : type === "deleted"
        ? isSameObject
        : pending.from === undefined
          ? isSameObject
          : BigInt(object.metadata.resourceVersion ?? 0) > BigInt(pending.from);
    if (isCaughtUp) this.#pending.delete(key);
  }

  #expire(now: number): void {
    for (const [key, { at }] of this.#pending) {
      if (now - at <= holdMs) return; // oldest first
      this.#pending.delete(key);
    }
  }

  /** Since when an object waits for the cache; undefined when it does not. */
  pendingSince(object: KubeObject): number | undefined {
    return this.#pending.get(keyOf(object))?.at;
  }

  forget(object: KubeObject): void {
    this.#pending.delete(keyOf(object));
  }

  get(name: string, namespace: string | undefined, now: number): T | undefined {
    this.#expire(now);
    const pending = this.#pending.get(`${namespace ?? ""}/${name}`);
    if (!pending) return this.cache.get(name, namespace);
    return pending.gone ? undefined : (pending.object as T);
  }

  list(namespace: string | undefined, now: number): readonly T[] {
    this.#expire(now);
    const cached = this.cache.list(namespace);
    if (this.#pending.size === 0) return cached;
    const rest = cached.filter((object) => !this.#pending.has(keyOf(object)));
    const pending = [...this.#pending.values()].filter(
      ({ object, gone }) => !gone && (namespace === undefined || namespaceOf(object) === namespace),
    );
    return [...rest, ...pending.map(({ object }) => object as T)];
  }

  byIndex({ name, values }: ViewIndex<T>, value: string, now: number): readonly T[] {
    this.#expire(now);
    this.cache.addIndex(name, values);
    const cached = this.cache.byIndex(name, value).filter((object) => !this.#pending.has(keyOf(object)));
    const pending = [...this.#pending.values()].filter(({ object, gone }) => !gone && values(object as T).includes(value));
    return [...cached, ...pending.map(({ object }) => object as T)];
  }
}

export interface Overlay extends View {
  /** Shows an admitted object until the cache does. `old` is the object before an update. */
  admit(kind: Kind, object: KubeObject, old: KubeObject | undefined): void;
  /** Shows what the API server itself has just answered: the object, or that it is gone. */
  correct(kind: Kind, seen: KubeObject, live: KubeObject | undefined): void;
  /** How long the object has been waiting for the cache; undefined when it does not. */
  pendingMs(kind: Kind, object: KubeObject): number | undefined;
}

export function createOverlay(caches: Caches, now: () => number = () => performance.now()): Overlay {
  const views = new Map<string, KindView<KubeObject>>();
  const viewOf = (kind: Kind): KindView<KubeObject> => {
    const name = `${kind.kind}.${kind.group}`;
    const known = views.get(name) ?? new KindView(caches.of(kind));
    views.set(name, known);
    return known;
  };
  return {
    get: <T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string) =>
      viewOf(kind).get(name, namespace, now()) as T | undefined,
    list: <T extends KubeObject>(kind: Kind<T>, namespace?: string) => viewOf(kind).list(namespace, now()) as readonly T[],
    byIndex: <T extends KubeObject>(kind: Kind<T>, index: ViewIndex<T>, value: string) =>
      viewOf(kind).byIndex(index as unknown as ViewIndex<KubeObject>, value, now()) as readonly T[],
    admit(kind, object, old) {
      const view = viewOf(kind);
      const there = view.get(object.metadata.name, object.metadata.namespace, now());
      // A create under a name that is taken fails right after us and must not hide the object that has the name.
      if (!old && there && !isLeaving(there) && there.metadata.uid !== object.metadata.uid) return;
      view.record(object, old?.metadata.resourceVersion, false, now());
    },
    correct(kind, seen, live) {
      const view = viewOf(kind);
      view.forget(seen);
      if (live) view.cache.put(live);
      else if (view.cache.get(seen.metadata.name, seen.metadata.namespace)) view.record(seen, undefined, true, now());
    },
    pendingMs(kind, object) {
      const since = viewOf(kind).pendingSince(object);
      return since === undefined ? undefined : now() - since;
    },
  };
}
