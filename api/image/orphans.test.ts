// Which bytes are removed as nobody's: only old ones that no Image names, and never before the images are known.
import assert from "node:assert/strict";
import type { Image } from "../../models/image/image.ts";
import { removeOrphans } from "./orphans.ts";
import type { ImageWorld } from "./world.ts";

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined, child: () => log };
const hour = 3_600_000;

async function removed(synced: boolean): Promise<string[]> {
  const gone: string[] = [];
  const world = {
    images: { cache: { synced }, list: () => [{ status: { location: "file:used" } } as Image] },
    store: {
      async *list() {
        yield { location: "file:used", writtenAtMs: 0 };
        yield { location: "file:nobody", writtenAtMs: 0 };
        yield { location: "file:fresh", writtenAtMs: 9.5 * hour };
        yield { location: "file:incoming/dead", writtenAtMs: 0 };
        yield { location: "file:incoming/running", writtenAtMs: 9.99 * hour };
      },
      delete: async (location: string) => void gone.push(location),
    },
  } as unknown as ImageWorld;
  await removeOrphans(world, log, 10 * hour);
  return gone;
}

describe("orphaned image bytes", () => {
  it("go when they are old and nobody's", async () => assert.deepEqual(await removed(true), ["file:nobody", "file:incoming/dead"]));
  it("stay while the images are not known yet", async () => assert.deepEqual(await removed(false), []));
});
