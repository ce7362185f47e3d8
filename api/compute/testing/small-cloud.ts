// A world in memory for tests of views: real stores on real caches that no API server feeds.
import type { Kind, KubeObject } from "../../../models/kind.ts";
import { Store as CacheStore } from "../../../operator/cache/store.ts";
import type { Caches, KubeClient } from "../../../operator/contract.ts";
import { createLog } from "../../../operator/log.ts";
import { createStores, type Stores } from "../../http/store.ts";

export function memoryStores(): { stores: Stores; put<T extends KubeObject>(kind: Kind<T>, object: T): T } {
  const log = createLog({ name: "test", level: "error" });
  const known = new Map<Kind, CacheStore<KubeObject>>();
  const caches: Caches = {
    of<T extends KubeObject>(kind: Kind<T>) {
      let cache = known.get(kind as unknown as Kind);
      if (!cache) {
        cache = new CacheStore(kind as unknown as Kind, log);
        known.set(kind as unknown as Kind, cache);
      }
      return cache as unknown as CacheStore<T>;
    },
  };
  /** Views never call it. */
  const client = {} as KubeClient;
  let version = 0;
  return {
    stores: createStores(client, caches),
    put(kind, object) {
      version += 1;
      const metadata = {
        uid: `00000000-0000-4000-8000-${String(version).padStart(12, "0")}`,
        resourceVersion: String(version),
        creationTimestamp: "2026-01-02T03:04:05Z",
        ...object.metadata,
      };
      const made = { ...object, metadata };
      caches.of(kind).put(made);
      return made;
    },
  };
}
