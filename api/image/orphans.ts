// Bytes in the store that no Image refers to: uploads that a crash cut off, images that went before their controller saw them.
import type { Log } from "../../operator/contract.ts";
import type { ImageWorld } from "./world.ts";

/** Younger bytes may belong to an upload that has not written its status yet. */
const graceMs = 60 * 60 * 1000;
/** A running upload touches its file all the time; the file of a dead one stays as it is. */
const partPattern = /incoming\//;

export async function removeOrphans({ images, store }: ImageWorld, log: Log, now = Date.now()): Promise<number> {
  if (!images.cache.synced) return 0;
  let removed = 0;
  for await (const { location, writtenAtMs } of store.list()) {
    if (now - writtenAtMs < graceMs) continue;
    const used = !partPattern.test(location) && images.list().some(({ status }) => status?.location === location);
    if (used) continue;
    await store.delete(location);
    removed += 1;
    log.info({ location }, "removed image bytes that no image refers to");
  }
  return removed;
}
