// What one reconcile may do (Context of the contract): reads from caches, writes that are skipped when they would change nothing.
import { createHash } from "node:crypto";
import { KumulusError } from "../../domain/errors.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { StartableCaches } from "../cache/caches.ts";
import type { Cache, Context, KubeClient, Log, ObjectKey, StatusInput } from "../contract.ts";
import type { EventRecorder } from "../events.ts";
import { apiVersionOf, kindName } from "../kube/path.ts";
import { lru } from "../lru.ts";
import { covers, objectCovers, same } from "./covers.ts";
import { withOwner } from "./owner.ts";
import { desiredStatus, readyOf, statusOf, wholeSeconds } from "./status.ts";

/** The status that a controller applied last, by object: tells a field that we stopped wanting from one that somebody else set. */
export class AppliedStatus {
  readonly #hashes = lru<string, string>(50_000);
  has(kind: Kind, { metadata }: KubeObject, hash: string): boolean {
    return this.#hashes.get(`${kindName(kind)} ${metadata.uid}`) === hash;
  }
  set(kind: Kind, { metadata }: KubeObject, hash: string): void {
    this.#hashes.set(`${kindName(kind)} ${metadata.uid}`, hash);
  }
}

/** Prefix of the annotation with the hash of what a controller applied last: what it stopped wanting is seen even after a restart. */
export const appliedAnnotation = "applied.kumulus.cloud/";

const hashOf = (value: unknown) => createHash("sha1").update(JSON.stringify(value)).digest("base64url").slice(0, 16);

function withHash<T extends KubeObject>(object: T, controller: string): T {
  const annotations = { ...object.metadata.annotations, [`${appliedAnnotation}${controller}`]: hashOf(object) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

export interface ContextOptions {
  caches: StartableCaches;
  client: KubeClient;
  /** Name of the controller. */
  name: string;
  fieldManager: string;
  applied: AppliedStatus;
  events: EventRecorder;
  log: Log;
  signal: AbortSignal;
}

/** Reads of a cache that is not in sync would show objects as missing; of an absent kind there are none. */
function syncedCache<T extends KubeObject>(caches: StartableCaches, kind: Kind<T>): Cache<T> {
  const cache = caches.of(kind);
  if (!cache.synced && !cache.absent) throw new KumulusError("Unavailable", `the cache of ${kindName(kind)} is not in sync yet`);
  return cache;
}

/** Steps on the way are no news, nor is an object that is ready at once: one that gets ready after a while, or stops being ready, is. */
const turned = (old: { status: string } | undefined, ready: { status: string }) =>
  old !== undefined && (old.status === "True") !== (ready.status === "True");

export function createContext(options: ContextOptions): Context {
  const { caches, client, name, fieldManager, applied, events, log, signal } = options;

  async function apply<T extends KubeObject>(kind: Kind<T>, object: T, how: { owner?: KubeObject; strict?: boolean } = {}): Promise<T> {
    const wanted = withHash(withOwner(object, how.owner), name);
    const cached = caches.known(kind)?.get(wanted.metadata.name, wanted.metadata.namespace);
    if (cached && objectCovers(wanted, cached)) return cached;
    return client.apply(kind, wanted, { fieldManager, ...(how.strict !== undefined && { strict: how.strict }) });
  }

  async function applyStatus<T extends KubeObject, S extends StatusInput>(kind: Kind<T>, object: T, status: S): Promise<void> {
    const { namespace, uid } = object.metadata;
    const cached = caches.known(kind)?.get(object.metadata.name, namespace);
    const before = cached?.metadata.uid === uid && cached ? cached : object;
    const wanted = desiredStatus(status, statusOf(before), object.metadata.generation ?? 0, wholeSeconds(new Date()));
    const hash = hashOf(wanted);
    if (same(wanted, statusOf(before)) || (covers(wanted, statusOf(before)) && applied.has(kind, object, hash))) return;
    const metadata = { name: object.metadata.name, namespace, uid };
    const patch = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, status: wanted };
    await client.apply(kind, patch as unknown as T, { fieldManager, subresource: "status" });
    applied.set(kind, object, hash);
    const [old, ready] = [readyOf(before), wanted.conditions.find(({ type }) => type === "Ready")];
    if (ready && turned(old, ready)) events.record(object, "Normal", ready.reason, ready.message);
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
