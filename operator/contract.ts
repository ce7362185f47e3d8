// What controllers, webhooks, the API and the node agent see of the runtime: types only, no code.

import type { Right } from "../domain/rights.ts";
import type { Kind, KubeObject } from "../models/kind.ts";

export interface ObjectKey {
  readonly name: string;
  readonly namespace?: string;
}

export interface ListOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

export interface WriteOptions {
  /** Server-side `fieldManager`; the process's default when absent. */
  fieldManager?: string;
  /** `fieldValidation=Strict`: an unknown field is an error. Always set it for the engines' kinds. */
  strict?: boolean;
}

/**
 * Verbs on the API server over one shared keep-alive connection pool. Every method rejects with KumulusError: NotFound (404), Conflict (409,
 * `reason` is the Status reason: `AlreadyExists` or `Conflict`), Invalid (400, 422), Forbidden (403), Unavailable (429, 5xx, network).
 */
export interface KubeClient {
  get<T extends KubeObject>(kind: Kind<T>, key: ObjectKey): Promise<T>;
  /** All objects, paged inside. */
  list<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): Promise<T[]>;
  create<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T>;
  /** PUT; `metadata.resourceVersion` guards it when present. */
  replace<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions & { subresource?: string }): Promise<T>;
  /** Server-side apply with force. */
  apply<T extends KubeObject>(kind: Kind<T>, object: T, options: WriteOptions & { fieldManager: string; subresource?: string }): Promise<T>;
  /** JSON merge patch (RFC 7386) for an object, JSON patch (RFC 6902) for an array. */
  patch<T extends KubeObject>(
    kind: Kind<T>,
    key: ObjectKey,
    patch: object | readonly object[],
    options?: WriteOptions & { subresource?: string },
  ): Promise<T>;
  /**
   * Resolves when the API server has accepted the deletion, and when the object was not there: with the object where it stays for a while
   * (finalizers, grace period), with undefined where it is gone.
   */
  delete<T extends KubeObject>(
    kind: Kind<T>,
    key: ObjectKey,
    options?: { uid?: string; propagation?: "Foreground" | "Background" | "Orphan" },
  ): Promise<T | undefined>;
  /** Any other call, such as a subresource of an aggregated API; answers outside 2xx reject as above. */
  request(method: string, path: string, body?: unknown, options?: { timeoutMs?: number }): Promise<{ status: number; body: unknown }>;
}

export type Change<T> =
  | { readonly type: "added"; readonly object: T; readonly initial: boolean }
  | { readonly type: "updated"; readonly object: T; readonly old: T }
  | { readonly type: "deleted"; readonly object: T; readonly finalStateUnknown: boolean };

/** One kind's informer: frozen plain objects, indexed. Objects of one uid never go back in time for a reader that wrote them. */
export interface Cache<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>;
  readonly synced: boolean;
  /** The API server does not have the kind: its engine is not installed. The cache is empty then; only for kinds that name an engine. */
  readonly absent: boolean;
  get(name: string, namespace?: string): T | undefined;
  byUid(uid: string): T | undefined;
  list(namespace?: string): readonly T[];
  /** Objects for which the index function of that name gave `value`, O(answer). Throws on an unknown index. */
  byIndex(index: string, value: string): readonly T[];
  /** Idempotent by name; an index added late is filled at once. */
  addIndex(name: string, values: (object: T) => readonly string[]): void;
  /** Read-your-writes: shows the object that the API server returned until the watch has caught up. */
  put(object: T): void;
  /** The same after a delete was accepted for an object without finalizers. */
  drop(object: T): void;
  /** The same after a write took the last finalizer off an object that was being deleted, whatever the cache still shows of it. */
  gone(object: T): void;
  /** Handlers see key changes in order; what a handler throws is logged, never fatal. Returns the unsubscribe function. */
  onChange(handler: (change: Change<T>) => void): () => void;
  /** Called when the kind has come after it was absent, with its objects in the cache, and when it has gone. Returns the unsubscribe function. */
  onPresence(handler: (present: boolean) => void): () => void;
  /**
   * Resolves once the list or the watch has told everything of the kind up to this resourceVersion, which an object of the kind has had; rejects with
   * Unavailable after `timeoutMs`.
   */
  whenHeard(resourceVersion: string, timeoutMs: number): Promise<void>;
  /** Resolves with the object once `accept` says yes (undefined = it is gone); rejects with Unavailable after `timeoutMs`. */
  waitFor(key: ObjectKey, accept: (object: T | undefined) => boolean, timeoutMs: number): Promise<T | undefined>;
}

/** The informers of one process: one per kind, made at first use, started together. */
export interface Caches {
  of<T extends KubeObject>(kind: Kind<T>): Cache<T>;
}

export interface ConditionInput {
  type: string;
  status: "True" | "False" | "Unknown";
  reason: string;
  message: string;
}

export interface StatusInput {
  conditions: readonly ConditionInput[];
}

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

/** What one reconcile may do. Reads come from the caches; writes go out at once and are put into them. */
export interface Context {
  get<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string): T | undefined;
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): readonly T[];
  byIndex<T extends KubeObject>(kind: Kind<T>, index: string, value: string): readonly T[];
  /** Server-side apply with this controller's field manager; sets the owner reference; sends nothing when the cached object already has all of it. */
  apply<T extends KubeObject>(kind: Kind<T>, object: T, options?: { owner?: KubeObject; strict?: boolean }): Promise<T>;
  /** Create only; rejects with Conflict/AlreadyExists when the name is taken (the lock of IPAddress). */
  create<T extends KubeObject>(kind: Kind<T>, object: T, options?: { owner?: KubeObject; strict?: boolean }): Promise<T>;
  delete(kind: Kind, key: ObjectKey, options?: { uid?: string }): Promise<void>;
  /**
   * Applies the whole status this controller owns: fields left out are removed. Sets observedGeneration, keeps lastTransitionTime of unchanged
   * conditions, sends nothing when nothing changed, and records an event when Ready turned to or from True.
   */
  applyStatus<T extends KubeObject, S extends StatusInput>(kind: Kind<T>, object: T, status: S): Promise<void>;
  event(object: KubeObject, type: "Normal" | "Warning", reason: string, message: string): void;
  readonly client: KubeClient;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface Result {
  requeueAfterMs?: number;
}

/** A change of another kind, mapped to keys of ours. */
export interface Watch<U extends KubeObject = KubeObject> {
  kind: Kind<U>;
  keys(object: U, caches: Caches): readonly ObjectKey[];
}

/** Changes that do not come from the API server (OVN's northbound database): `start` calls `enqueue` until the signal aborts. */
export interface Source {
  name: string;
  start(enqueue: (key: ObjectKey) => void, signal: AbortSignal): void;
}

/** Why an object can not be worked on for now. */
export interface Absence {
  /** What is missing and what to do about it: a sentence for people. */
  message: string;
  /** When the object's condition shall say so, in ms from now: 0 at once, Infinity never. */
  tellAfterMs: number;
}

/** What a controller can not do without although it may not be there: an engine's kinds, or its database. */
export interface Engine {
  /** Undefined while the object can be worked on. Asked before each reconcile: it MUST be quick. */
  absence(object: KubeObject, caches: Caches): Absence | undefined;
  /** Calls `handler` each time the engine has come, or has gone in a way that every object shall show, until the signal aborts. */
  onPresence(caches: Caches, handler: (present: boolean) => void, signal: AbortSignal): void;
}

export interface ControllerDefinition<T extends KubeObject = KubeObject> {
  /** Defaults to the kind in lower case; names the field manager `kumulus-<name>`, metrics and logs. */
  name?: string;
  kind: Kind<T>;
  /** Set before the first write when `finalize` exists. */
  finalizer?: string;
  /** Kinds whose controller owner reference leads back to ours. */
  owns?: readonly Kind[];
  watches?: readonly Watch<never>[];
  sources?: readonly Source[];
  /** While one of these is missing nothing is reconciled, and Ready=False says `EngineMissing`. Kinds that are absent and not named here read as empty. */
  needs?: readonly Engine[];
  /** Kinds that are read without being watched for changes. */
  reads?: readonly Kind[];
  indexes?: readonly { kind: Kind; name: string; values(object: never): readonly string[] }[];
  /** What it asks of the API server besides its caches, its finalizer, its own status and events. */
  rights?: readonly Right[];
  /**
   * How long to wait for more after a change, in ms; 0 unless said. For kinds whose objects change in bursts, where every look in between would
   * only write what the next one writes again.
   */
  settleMs?: number;
  /** Parallel reconciles of different keys; 4 unless said. */
  concurrency?: number;
  /** False where `status.conditions` is not ours to write: Waiting and Terminal then only become events. */
  ownConditions?: boolean;
  /** One reconcile's limit; 30 s unless said. */
  timeoutMs?: number;
  reconcile(object: T, ctx: Context): Promise<Result>;
  /** Runs while deletionTimestamp is set and our finalizer is there; the runtime drops the finalizer only after "done". */
  finalize?(object: T, ctx: Context): Promise<"done" | Result>;
}
