// A bounded memory that is as large as what it holds: with `max`, lru-cache would set aside its arrays for all entries at once.
import { LRUCache } from "lru-cache";

/** Forgets what was least recently used beyond `most` entries, and each entry after `ttlMs`; 0 keeps it. */
export function lru<K extends string, V extends object | string | true>(most: number, ttlMs = 0): LRUCache<K, V> {
  return new LRUCache<K, V>({ maxSize: most, sizeCalculation: () => 1, ttl: ttlMs });
}
