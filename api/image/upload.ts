// PUT /v2/images/{id}/file: bytes go to the store as they come, hashed and inspected on the way, never whole in memory.
import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { isCode, KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import { type Finding, FormatInspector, formatError } from "../../domain/image/format.ts";
import type { Image, ImageStatus } from "../../models/image/image.ts";
import type { ImageWorld } from "./world.ts";

interface Received {
  size: number;
  md5: string;
  sha512: string;
  finding: Finding;
}

/** Sees all bytes as they pass. The hashes cost less than the disk, so they run in line. */
class Meter {
  readonly #md5 = createHash("md5");
  readonly #sha512 = createHash("sha512");
  readonly #inspector = new FormatInspector();
  #size = 0;

  write(chunk: Uint8Array): void {
    this.#size += chunk.length;
    this.#md5.update(chunk);
    this.#sha512.update(chunk);
    this.#inspector.write(chunk);
  }

  end(): Received {
    return { size: this.#size, md5: this.#md5.digest("hex"), sha512: this.#sha512.digest("hex"), finding: this.#inspector.end() };
  }
}

/** Formats are checked where the bytes are the disk itself. */
const wrapped = new Set(["ova", "ovf", "docker", "compressed"]);

function checkReady({ spec, status }: Image): void {
  if (!spec.diskFormat || !spec.containerFormat) {
    throw new KumulusError("Invalid", "Properties disk_format, container_format must be set prior to saving data.");
  }
  const phase = status?.phase ?? "queued";
  if (phase !== "queued") throw new KumulusError("Conflict", `Image status transition from ${phase} to saving is not allowed`);
}

function checkFormat({ spec }: Image, { finding, size }: Received): void {
  if (size === 0) throw new KumulusError("Invalid", "The upload has no bytes.");
  if (wrapped.has(spec.containerFormat ?? "bare")) return;
  const error = formatError(spec.diskFormat ?? "raw", finding);
  if (error) throw error;
}

/** Passes the bytes on, and fails at their end, before the store makes them durable, if they are not what was declared. */
async function* checked(image: Image, source: Readable, declaredBytes: number | undefined, done: (received: Received) => void) {
  const meter = new Meter();
  // Where the store gives up early the rest must still be read: a connection with half a request on it answers nothing any more.
  for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    meter.write(chunk);
    yield chunk;
  }
  const received = meter.end();
  if (declaredBytes !== undefined && received.size !== declaredBytes) {
    throw new KumulusError("Invalid", `The upload ended after ${received.size} of ${declaredBytes} bytes.`);
  }
  checkFormat(image, received);
  done(received);
}

async function setStatus(world: ImageWorld, image: Image, status: ImageStatus, guard?: string): Promise<Image> {
  const metadata = guard === undefined ? {} : { metadata: { resourceVersion: guard } };
  return world.images.patch(image, { ...metadata, status: { ...status, updatedAt: new Date().toISOString() } }, { subresource: "status" });
}

/** Of several uploads at once one wins: the version of the object that was seen queued guards the step. */
async function claim(world: ImageWorld, image: Image): Promise<Image> {
  let newest = image;
  for (let attempt = 0; ; attempt += 1) {
    checkReady(newest);
    try {
      return await setStatus(world, newest, { phase: "saving" }, newest.metadata.resourceVersion);
    } catch (error) {
      if (!isCode(error, "Conflict") || attempt >= 5) throw error;
      newest = await world.images.refresh(newest);
    }
  }
}

/** Back to queued, so that the client may try again. An image that is gone meanwhile needs nothing. */
async function release(world: ImageWorld, image: Image): Promise<void> {
  try {
    await setStatus(world, image, { phase: "queued" });
  } catch (error) {
    if (!isCode(error, "NotFound")) throw error;
  }
}

async function activate(world: ImageWorld, image: Image, location: string, { size, md5, sha512, finding }: Received): Promise<void> {
  const virtualSizeBytes = finding.virtualSizeBytes ?? size;
  try {
    await setStatus(world, image, { phase: "active", sizeBytes: size, virtualSizeBytes, md5, sha512, location });
  } catch (error) {
    if (!isCode(error, "NotFound")) throw error;
    throw new KumulusError("NotFound", `Image ${idOf(image)} was deleted during the upload.`, { status: 410 });
  }
}

/** `declaredBytes` is the Content-Length. Conflict (409) unless the image is queued, UnsupportedMediaType (415) for bytes that are not what was declared. */
export async function upload(world: ImageWorld, image: Image, source: Readable, declaredBytes: number | undefined): Promise<void> {
  const claimed = await claim(world, image);
  let location: string | undefined;
  let received: Received | undefined;
  const bytes = checked(claimed, source, declaredBytes, (result) => {
    received = result;
  });
  try {
    location = await world.store.write(bytes);
    if (received) await activate(world, claimed, location, received);
  } catch (error) {
    if (location !== undefined) await world.store.delete(location);
    await release(world, claimed);
    throw error;
  }
}
