// The objects of one kind that a process knows: filled by a reflector and by our own writes, read by everybody.
import { KumulusError } from "../../domain/errors.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { Cache, Change, Log, ObjectKey } from "../contract.ts";
import { kindName } from "../kube/path.ts";
import { Heard } from "./heard.ts";
import { Indexes } from "./indexes.ts";
import { holdMs, PendingWrites } from "./pending.ts";
import { deepFreeze, trim } from "./trim.ts";

/** Index by the uid of every owner. */
export const ownerIndex = "owner";
/** Made when somebody first asks by uid: most caches are never asked. */
const uidIndex = "uid";

const keyOf = (name: string, namespace: string | undefined) => `${namespace ?? ""}/${name}`;
const keyOfObject = ({ metadata }: KubeObject) => keyOf(metadata.name, metadata.namespace);
const ownersOf = ({ metadata }: KubeObject) => metadata.ownerReferences?.map(({ uid }) => uid) ?? [];

export interface Observed {
  /** Part of the first list. */
  initial?: boolean;
  /** Mark of the list that told it; absent for a watch event. */
  listMark?: number;
}

export class Store<T extends KubeObject> implements Cache<T> {
  readonly kind: Kind<T>;
  /** Resolves once it is known what there is: in sync, or absent. */
  readonly whenSettled: Promise<void>;
  synced = false;
  absent = false;
  readonly #log: Log;
  readonly #namespace: string | undefined;
  readonly #objects = new Map<string, T>();
  readonly #indexes: Indexes<T>;
  readonly #heard: Heard;
  readonly #pending = new PendingWrites<T>();
  readonly #handlers = new Set<(change: Change<T>) => void>();
  readonly #presenceHandlers = new Set<(present: boolean) => void>();
  readonly #waiters = new Map<string, Set<() => void>>();
  readonly #lists = new Map<string, readonly T[]>();
  readonly #changes: Change<T>[] = [];
  #emitting = false;
  #expiry: NodeJS.Timeout | undefined;
  #resolveSettled: () => void = () => undefined;

  /** `namespace`: the only one of which the store holds objects. */
  constructor(kind: Kind<T>, log: Log, namespace?: string) {
    this.kind = kind;
    this.#namespace = namespace;
    this.#log = log;
    this.#heard = new Heard(kindName(kind));
    this.#indexes = new Indexes((error, index) => log.error({ kind: kindName(kind), index, error }, "an index function failed"));
    this.whenSettled = new Promise((resolve) => {
      this.#resolveSettled = resolve;
    });
    if (kind.namespaced) this.addIndex("namespace", ({ metadata }) => [metadata.namespace ?? ""]);
    this.addIndex(ownerIndex, ownersOf);
  }

  get size(): number {
    return this.#objects.size;
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#objects.get(keyOf(name, namespace));
  }

  byUid(uid: string): T | undefined {
    this.addIndex(uidIndex, ({ metadata }) => [metadata.uid ?? ""]);
    return this.byIndex(uidIndex, uid)[0];
  }

  list(namespace?: string): readonly T[] {
    const slot = namespace ?? "";
    const known = this.#lists.get(slot);
    if (known) return known;
    const fresh = slot === "" || !this.kind.namespaced ? [...this.#objects.values()] : this.#indexes.get("namespace", slot);
    this.#lists.set(slot, Object.freeze(fresh));
    return fresh;
  }

  byIndex(index: string, value: string): readonly T[] {
    return this.#indexes.get(index, value);
  }

  addIndex(name: string, values: (object: T) => readonly string[]): void {
    this.#indexes.add(name, values, this.#objects.values());
  }

  /** Freezes the object's parts in place: the caller must not change them afterwards. */
  put(object: T): void {
    if (this.#namespace !== undefined && object.metadata.namespace !== this.#namespace) return;
    const key = keyOfObject(object);
    const shown = this.#objects.get(key);
    if (shown?.metadata.uid === object.metadata.uid && shown?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    if (!this.#pending.put(key, object, performance.now())) return;
    this.#show(key, deepFreeze(trim(object)), false);
    this.#scheduleExpiry();
  }

  /** Does nothing for an object that stays for its finalizers: the watch tells what becomes of it. */
  drop(object: T): void {
    const key = keyOfObject(object);
    const shown = this.#objects.get(key);
    if (!shown || shown.metadata.uid !== object.metadata.uid) return;
    if ((shown.metadata.finalizers?.length ?? 0) > 0 || shown.metadata.deletionTimestamp !== undefined) return;
    this.gone(shown);
  }

  gone(object: T): void {
    const key = keyOfObject(object);
    const shown = this.#objects.get(key);
    if (!shown || shown.metadata.uid !== object.metadata.uid) return;
    this.#pending.drop(key, shown, performance.now());
    this.#remove(key, shown, false);
    this.#scheduleExpiry();
  }

  onChange(handler: (change: Change<T>) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  onPresence(handler: (present: boolean) => void): () => void {
    this.#presenceHandlers.add(handler);
    return () => this.#presenceHandlers.delete(handler);
  }

  waitFor(key: ObjectKey, accept: (object: T | undefined) => boolean, timeoutMs: number): Promise<T | undefined> {
    const slot = keyOf(key.name, key.namespace);
    return new Promise((resolve, reject) => {
      const waiters = this.#waiters.get(slot) ?? new Set();
      const settle = (action: () => void) => {
        clearTimeout(timer);
        waiters.delete(check);
        if (waiters.size === 0 && this.#waiters.get(slot) === waiters) this.#waiters.delete(slot);
        action();
      };
      const check = () => {
        try {
          const object = this.#objects.get(slot);
          if (accept(object)) settle(() => resolve(object));
        } catch (error) {
          settle(() => reject(error));
        }
      };
      const late = new KumulusError("Unavailable", `${this.kind.kind} ${key.name} did not get there in ${timeoutMs} ms`);
      const timer = setTimeout(() => settle(() => reject(late)), timeoutMs);
      waiters.add(check);
      this.#waiters.set(slot, waiters);
      check();
    });
  }

  whenHeard(resourceVersion: string, timeoutMs: number): Promise<void> {
    return this.#heard.wait(resourceVersion, timeoutMs);
  }

  /** For the reflector: everything up to this version has been told. */
  hear(resourceVersion: string): void {
    this.#heard.advance(resourceVersion);
  }

  /** For the reflector: before its list is asked for. */
  beginList(): number {
    return this.#pending.mark();
  }

  /** For the reflector: the list is complete; what it did not have is gone. */
  endList(seen: ReadonlySet<string>, listMark: number): void {
    for (const [key, object] of [...this.#objects]) {
      if (!seen.has(key) && this.#pending.absent(key, listMark)) this.#remove(key, object, true);
    }
    if (this.synced) return;
    const appeared = this.absent;
    [this.synced, this.absent] = [true, false];
    this.#resolveSettled();
    if (appeared) for (const handler of this.#presenceHandlers) handler(true);
  }

  /** For the reflector: the API server does not have the kind. It ends with its objects, so none of them is left. */
  vanish(): void {
    if (this.absent) return;
    [this.synced, this.absent] = [false, true];
    for (const [key, object] of [...this.#objects]) this.#remove(key, object, true);
    this.#resolveSettled();
    for (const handler of this.#presenceHandlers) handler(false);
  }

  /** For the reflector: the server told this state of an object. Returns its key. */
  observe(object: T, { initial = false, listMark }: Observed = {}): string {
    const key = keyOfObject(object);
    const frozen = deepFreeze(trim(object));
    if (this.#pending.arrived(key, frozen, listMark)) this.#show(key, frozen, initial);
    return key;
  }

  /** For the reflector: the watch told a deletion. */
  observeDeletion(object: T): void {
    const key = keyOfObject(object);
    const shown = this.#objects.get(key);
    if (this.#pending.deleted(key, object.metadata.uid ?? "") && shown?.metadata.uid === object.metadata.uid) {
      this.#remove(key, deepFreeze(trim(object)), false);
    }
  }

  #show(key: string, object: T, initial: boolean): void {
    const old = this.#objects.get(key);
    const { uid = "", resourceVersion } = object.metadata;
    const sameObject = old !== undefined && old.metadata.uid === uid;
    if (sameObject && old.metadata.resourceVersion === resourceVersion) return;
    if (old) this.#indexes.remove(old);
    this.#objects.set(key, object);
    this.#indexes.insert(object);
    this.#lists.clear();
    if (sameObject) {
      this.#emit({ type: "updated", object, old });
      return;
    }
    if (old) this.#emit({ type: "deleted", object: old, finalStateUnknown: true });
    this.#emit({ type: "added", object, initial });
  }

  #remove(key: string, object: T, finalStateUnknown: boolean): void {
    const old = this.#objects.get(key);
    if (!old) return;
    this.#indexes.remove(old);
    this.#objects.delete(key);
    this.#lists.clear();
    this.#emit({ type: "deleted", object, finalStateUnknown });
  }

  /** A handler that writes to the cache must not make others see its change before the one that caused it. */
  #emit(change: Change<T>): void {
    this.#changes.push(change);
    if (this.#emitting) return;
    this.#emitting = true;
    for (let next = this.#changes.shift(); next; next = this.#changes.shift()) {
      for (const handler of this.#handlers) {
        try {
          handler(next);
        } catch (error) {
          this.#log.error({ kind: kindName(this.kind), error }, "a cache handler failed");
        }
      }
      const waiters = this.#waiters.size > 0 ? this.#waiters.get(keyOfObject(next.object)) : undefined;
      if (waiters) for (const check of [...waiters]) check();
    }
    this.#emitting = false;
  }

  #scheduleExpiry(): void {
    this.#expiry ??= setTimeout(() => {
      this.#expiry = undefined;
      for (const [key, object] of this.#pending.expire(performance.now())) this.#show(key, object, false);
      if (this.#pending.size > 0) this.#scheduleExpiry();
    }, holdMs + 100).unref();
  }
}
