// What an image's bytes really are, found while they stream by. Nothing is kept but the few ranges that headers live in.
import { KumulusError } from "../errors.ts";
import { type ByteRanges, type Finding, probes } from "./probes.ts";

export type { Finding } from "./probes.ts";

interface Range {
  start: number;
  bytes: Buffer;
  filled: number;
}

const headBytes = 64 * 1024;
const tailBytes = 512;
const maxRanges = 4;

/**
 * Feed it every byte in order through `write`, then ask `end`. Memory is bounded: the first 64 KiB, the last 512 bytes, and at most 3 further
 * ranges of 64 KiB that headers point to (ahead of what has been seen).
 */
export class FormatInspector implements ByteRanges {
  size = 0;
  private readonly ranges: Range[] = [{ start: 0, bytes: Buffer.alloc(headBytes), filled: 0 }];
  private tail: Buffer = Buffer.alloc(0);

  write(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const start = this.size;
    this.size += bytes.length;
    for (const range of this.ranges) fill(range, start, bytes);
    this.tail =
      bytes.length >= tailBytes ? Buffer.from(bytes.subarray(-tailBytes)) : Buffer.concat([this.tail, bytes]).subarray(-tailBytes);
    this.lookAhead(start, bytes);
  }

  /** The format, and the size of the disk inside. `error` says why the image must be refused whatever it was declared as. */
  end(): Finding {
    for (const probe of probes) {
      const finding = probe.find(this);
      if (finding) return finding;
    }
    return { format: "raw", virtualSizeBytes: this.size };
  }

  /** Bytes `start … start+length` if they were kept whole. */
  read(start: number, length: number): Buffer | undefined {
    if (start < 0 && start + length === 0 && length <= this.tail.length) return this.tail.subarray(this.tail.length - length);
    for (const range of this.ranges) {
      const at = start - range.start;
      if (at >= 0 && at + length <= range.filled) return range.bytes.subarray(at, at + length);
    }
    return undefined;
  }

  /** A header may point to the next one, so it asks again until nothing new is wanted. */
  private lookAhead(start: number, chunk: Buffer): void {
    for (let more = true; more && this.ranges.length < maxRanges; ) {
      const wanted = probes
        .flatMap((probe) => [...(probe.wants?.(this) ?? [])])
        .filter((at) => at >= start && !this.ranges.some((range) => range.start === at))
        .slice(0, maxRanges - this.ranges.length);
      more = wanted.length > 0;
      for (const at of wanted) {
        const range = { start: at, bytes: Buffer.alloc(headBytes), filled: 0 };
        this.ranges.push(range);
        fill(range, start, chunk);
      }
    }
  }
}

function fill(range: Range, start: number, bytes: Buffer): void {
  const next = range.start + range.filled;
  if (start > next || start + bytes.length <= next) return;
  range.filled += bytes.copy(range.bytes, range.filled, next - start);
}

/** Declared formats that any bytes may have: they have no header of their own. */
const plain = new Set(["raw", "ami", "ari", "aki", "ploop"]);

/**
 * Why bytes that were declared as `diskFormat` must be refused (415), or undefined. Raw that carries another format's header is refused too: a
 * guest could write a header into its disk that makes a host read files of its own.
 */
export function formatError(diskFormat: string, finding: Finding): KumulusError | undefined {
  if (finding.error) return new KumulusError("UnsupportedMediaType", `The image is refused: ${finding.error}`);
  if (finding.format === diskFormat) return undefined;
  if (plain.has(diskFormat)) {
    return finding.format === "raw" || finding.format === "iso" ? undefined : mismatch(diskFormat, finding);
  }
  return mismatch(diskFormat, finding);
}

function mismatch(diskFormat: string, finding: Finding): KumulusError {
  return new KumulusError("UnsupportedMediaType", `The image data is not ${diskFormat}: it looks like ${finding.format}`);
}
