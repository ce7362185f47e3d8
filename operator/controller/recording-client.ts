// The client that a controller writes through: refuses once the controller may not act, and shows every answer in the caches.
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { StartableCaches } from "../cache/caches.ts";
import type { KubeClient, WriteOptions } from "../contract.ts";
import type { ApiClient } from "../kube/client.ts";

export interface RecordingOptions {
  client: ApiClient;
  caches: StartableCaches;
  fieldManager: string;
  /** Throws when nothing may be written any more: leadership lost, time over. */
  mayWrite: () => void;
}

/** Subresources whose answer is the object itself. */
const showsObject = (subresource: string | undefined) => subresource === undefined || subresource === "status";

/**
 * A write that takes the last finalizer off deletes the object. The answer has the version before that, so put() would take it for old, and a
 * finalizer would run again until the watch tells.
 */
function isGone({ metadata }: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = metadata;
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && finalizers.length === 0;
}

export function recordingClient({ client, caches, fieldManager, mayWrite }: RecordingOptions): KubeClient {
  function show<T extends KubeObject>(kind: Kind<T>, object: T, subresource?: string): T {
    const cache = caches.known(kind);
    if (!cache || !showsObject(subresource) || !object.metadata?.uid) return object;
    if (isGone(object)) cache.gone(object);
    else cache.put(object);
    return object;
  }
  const managed = <O extends WriteOptions>(options: O | undefined) => ({ fieldManager, ...options }) as O & { fieldManager: string };
  return {
    get: (kind, key) => client.get(kind, key),
    list: (kind, options) => client.list(kind, options),
    async create(kind, object, options) {
      mayWrite();
      return show(kind, await client.create(kind, object, managed(options)));
    },
    async replace(kind, object, options) {
      mayWrite();
      return show(kind, await client.replace(kind, object, managed(options)), options?.subresource);
    },
    async apply(kind, object, options) {
      mayWrite();
      return show(kind, await client.apply(kind, object, managed(options)), options.subresource);
    },
    async patch(kind, key, patch, options) {
      mayWrite();
      return show(kind, await client.patch(kind, key, patch, managed(options)), options?.subresource);
    },
    async delete(kind, key, options) {
      mayWrite();
      const cache = caches.known(kind);
      const shown = cache?.get(key.name, key.namespace);
      const left = await client.delete(kind, key, options);
      if (left?.metadata?.uid) cache?.put(left);
      else if (shown) cache?.drop(shown);
      return left;
    },
    async request(method, path, body, options) {
      if (method !== "GET") mayWrite();
      return client.request(method, path, body, options);
    },
  };
}
