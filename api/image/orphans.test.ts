// Which bytes are removed as nobody's: only old ones that no Image names, and never before the images are known.
import assert from "node:assert/strict";
import type { Image } from "../../models/image/image.ts";
import { createStopwatch } from "../../operator/stopwatch.ts";
import { removeOrphans } from "./orphans.ts";
import type { ImageWorld } from "./world.ts";

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined, child: () => log };
const hour = 3_600_000;

/** What two looks remove that are so many hours apart. */
async function removed(synced: boolean, hours = 1): Promise<string[]> {
  const gone: string[] = [];
  let nowHours = 0;
  const world = {
    images: { cache: { synced }, list: () => [{ status: { location: "file:used" } } as Image] },
    store: {
      async *list() {
        yield { location: "file:used", writtenAtMs: 0 };
        yield { location: "file:nobody", writtenAtMs: 0 };
        yield { location: "file:incoming/dead", writtenAtMs: 0 };
        yield { location: "file:incoming/running", writtenAtMs: nowHours };
        if (nowHours > 0) yield { location: "file:fresh", writtenAtMs: 0 };
      },
      delete: async (location: string) => void gone.push(location),
    },
  } as unknown as ImageWorld;
  const unused = createStopwatch(() => nowHours * hour);
  await removeOrphans(world, log, unused);
  nowHours = hours;
  await removeOrphans(world, log, unused);
  return gone;
}

describe("orphaned image bytes", () => {
  it("go when they were nobody's for an hour", async () => assert.deepEqual(await removed(true), ["file:nobody", "file:incoming/dead"]));
  it("stay for less than that", async () => assert.deepEqual(await removed(true, 0.9), []));
  it("stay while the images are not known yet", async () => assert.deepEqual(await removed(false), []));
});
