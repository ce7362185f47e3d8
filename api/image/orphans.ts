// Bytes in the store that no Image refers to: uploads that a crash cut off, images that went before their controller saw them.
import type { Log } from "../../operator/contract.ts";
import type { Stopwatch } from "../../operator/stopwatch.ts";
import type { ImageWorld } from "./world.ts";

/** Bytes that changed since may belong to an upload that has not written its status yet. */
const graceMs = 60 * 60 * 1000;
/** A running upload touches its file all the time; the file of a dead one stays as it is. */
const partPattern = /incoming\//;

/** `unused` outlives the call: what is to go was there, the same and unused, at an earlier one. The store's clock is not ours. */
export async function removeOrphans({ images, store }: ImageWorld, log: Log, unused: Stopwatch): Promise<number> {
  if (!images.cache.synced) return 0;
  let removed = 0;
  for await (const { location, writtenAtMs } of store.list()) {
    const used = !partPattern.test(location) && images.list().some(({ status }) => status?.location === location);
    if (used || unused.elapsedMs(`${location} ${writtenAtMs}`) < graceMs) continue;
    await store.delete(location);
    removed += 1;
    log.info({ location }, "removed image bytes that no image refers to");
  }
  return removed;
}
