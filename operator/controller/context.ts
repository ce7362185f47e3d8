// What one reconcile may do (Context of the contract): reads from caches, writes that are skipped when they would change nothing.
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { KumulusError } from "../../domain/errors.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { StartableCaches } from "../cache/caches.ts";
import type { Cache, Context, KubeClient, Log, ObjectKey, StatusInput } from "../contract.ts";
import type { EventRecorder } from "../events.ts";
import { apiVersionOf, kindName } from "../kube/path.ts";
import { covers, objectCovers, same } from "./covers.ts";
import { withOwner } from "./owner.ts";
import { desiredStatus, readyOf, statusOf, wholeSeconds } from "./status.ts";

/** What a controller applied last, by object: tells a field that we stopped wanting from one that somebody else set. */
export class Applied {
  readonly #hashes = new LRUCache<string, string>({ max: 50_000 });
  static hash(value: unknown): string {
    return createHash("sha1").update(JSON.stringify(value)).digest("base64");
  }
  get(slot: string): string | undefined {
    return this.#hashes.get(slot);
  }
  set(slot: string, hash: string): void {
    this.#hashes.set(slot, hash);
  }
}

export interface ContextOptions {
  caches: StartableCaches;
  client: KubeClient;
  fieldManager: string;
  applied: Applied;
  events: EventRecorder;
  log: Log;
  signal: AbortSignal;
}

const slotOf = (part: string, kind: Kind, { metadata }: KubeObject) =>
  `${part}|${kindName(kind)}|${metadata.namespace ?? ""}|${metadata.name}`;

/** Reads of a cache that is not in sync would show objects as missing. */
function syncedCache<T extends KubeObject>(caches: StartableCaches, kind: Kind<T>): Cache<T> {
  const cache = caches.of(kind);
  if (!cache.synced) throw new KumulusError("Unavailable", `the cache of ${kindName(kind)} is not in sync yet`);
  return cache;
}

export function createContext(options: ContextOptions): Context {
  const { caches, client, fieldManager, applied, events, log, signal } = options;

  async function apply<T extends KubeObject>(kind: Kind<T>, object: T, how: { owner?: KubeObject; strict?: boolean } = {}): Promise<T> {
    const wanted = withOwner(object, how.owner);
    const slot = slotOf("object", kind, wanted);
    const hash = Applied.hash(wanted);
    const cached = caches.known(kind)?.get(wanted.metadata.name, wanted.metadata.namespace);
    const last = applied.get(slot);
    if (cached && objectCovers(wanted, cached) && (last === undefined || last === hash)) {
      applied.set(slot, hash);
      return cached;
    }
    const written = await client.apply(kind, wanted, { fieldManager, ...(how.strict !== undefined && { strict: how.strict }) });
    applied.set(slot, hash);
    return written;
  }

  async function applyStatus<T extends KubeObject, S extends StatusInput>(kind: Kind<T>, object: T, status: S): Promise<void> {
    const { name, namespace, uid } = object.metadata;
    const cached = caches.known(kind)?.get(name, namespace);
    const before = cached?.metadata.uid === uid && cached ? cached : object;
    const wanted = desiredStatus(status, statusOf(before), object.metadata.generation ?? 0, wholeSeconds(new Date()));
    const slot = slotOf("status", kind, object);
    const hash = `${uid} ${Applied.hash(wanted)}`;
    if (same(wanted, statusOf(before)) || (covers(wanted, statusOf(before)) && applied.get(slot) === hash)) return;
    const patch = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { name, namespace, uid }, status: wanted };
    await client.apply(kind, patch as unknown as T, { fieldManager, subresource: "status" });
    applied.set(slot, hash);
    const [old, ready] = [readyOf(before), wanted.conditions.find(({ type }) => type === "Ready")];
    if (ready && ready.reason !== old?.reason) events.record(object, "Normal", ready.reason, ready.message);
  }

  return {
    get: (kind, name, namespace) => syncedCache(caches, kind).get(name, namespace),
    list: (kind, namespace) => syncedCache(caches, kind).list(namespace),
    byIndex: (kind, index, value) => syncedCache(caches, kind).byIndex(index, value),
    apply,
    applyStatus,
    create: (kind, object, how = {}) =>
      client.create(kind, withOwner(object, how.owner), how.strict === undefined ? {} : { strict: how.strict }),
    async delete(kind: Kind, key: ObjectKey, how: { uid?: string } = {}) {
      const cached = caches.known(kind)?.get(key.name, key.namespace);
      const already = cached?.metadata.deletionTimestamp !== undefined && (how.uid === undefined || how.uid === cached.metadata.uid);
      if (!already) await client.delete(kind, key, how);
    },
    event: (object, type, reason, message) => events.record(object, type, reason, message),
    client,
    log,
    signal,
  };
}
