// Image bytes as files of one directory (or of a volume mounted there): written aside, synced, then renamed into place.
import { randomUUID } from "node:crypto";
import { mkdir, open, opendir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isCode, KumulusError } from "../../domain/errors.ts";
import type { ImageStore } from "./image-store.ts";

const prefix = "file:";
/** Folder of what is being written. */
const incoming = "incoming";
const keyPattern = /^(?:incoming\/)?[0-9a-f-]{36}$/;

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

const full = new Set(["ENOSPC", "EDQUOT"]);

/** What a caller may be told of a failed write: that there is no room is worth a sentence, and passes by itself once somebody makes room. */
function writeError(error: unknown): unknown {
  const isFull = error instanceof Error && "code" in error && full.has(String(error.code));
  return isFull ? new KumulusError("TooLarge", "The image store has no room left for these bytes.", { cause: error }) : error;
}

function keyOf(location: string): string {
  const key = location.slice(prefix.length);
  // The key becomes a path: nothing but what `write` makes may get through.
  if (location.startsWith(prefix) && keyPattern.test(key)) return key;
  throw new KumulusError("NotFound", `The file store has no ${location}.`);
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

async function fill(path: string, source: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, "wx", 0o640);
  try {
    for await (const chunk of source) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the rename itself durable. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** `directory` is made when it is missing. Several processes may share it. */
export function fileStore(directory: string): ImageStore {
  const pathOf = (location: string) => join(directory, keyOf(location));

  return {
    name: "file",

    async write(source) {
      const key = randomUUID();
      const part = join(directory, incoming, key);
      try {
        await mkdir(join(directory, incoming), { recursive: true, mode: 0o750 });
        await fill(part, source);
        await rename(part, join(directory, key));
      } catch (error) {
        await rm(part, { force: true });
        throw writeError(error);
      }
      await syncFolder(directory);
      return `${prefix}${key}`;
    },

    async read(location, range) {
      try {
        const file = await open(pathOf(location), "r");
        return file.createReadStream({ ...range, highWaterMark: 256 * 1024 });
      } catch (error) {
        if (isMissing(error)) throw new KumulusError("NotFound", `The bytes of ${location} are gone.`, { cause: error });
        throw error;
      }
    },

    async size(location) {
      try {
        return (await stat(pathOf(location))).size;
      } catch (error) {
        if (isMissing(error) || isCode(error, "NotFound")) return undefined;
        throw error;
      }
    },

    async delete(location) {
      await rm(pathOf(location), { force: true });
    },

    async *list() {
      for (const folder of [directory, join(directory, incoming)]) {
        const entries = await opendir(folder).catch(ignoreMissing);
        if (!entries) continue;
        for await (const { name } of entries) {
          if (!keyPattern.test(name)) continue;
          const found = await stat(join(folder, name)).catch(ignoreMissing);
          if (found?.isFile())
            yield { location: `${prefix}${folder === directory ? name : `${incoming}/${name}`}`, writtenAtMs: found.mtimeMs };
        }
      }
    },
  };
}
