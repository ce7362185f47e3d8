// Where the bytes of images live. A location is `<store>:<key>`, as Image.status.location says it.
import type { Readable } from "node:stream";

export interface ByteRange {
  /** First byte. */
  readonly start: number;
  /** Last byte, included. */
  readonly end: number;
}

export interface ImageStore {
  /** In front of the colon of its locations: "file". */
  readonly name: string;
  /**
   * Writes the bytes under a new location, which it returns once they are durable. Rejects with what `source` throws; nothing is left then.
   * The bytes of a location never change.
   */
  write(source: AsyncIterable<Uint8Array>): Promise<string>;
  /** NotFound when the location has no bytes. */
  read(location: string, range?: ByteRange): Promise<Readable>;
  /** In bytes; undefined when the location has none. */
  size(location: string): Promise<number | undefined>;
  /** Resolves as well when there was nothing. */
  delete(location: string): Promise<void>;
  /** Every location, with the time (ms since 1970) it was written: for finding what nobody refers to. */
  list(): AsyncIterable<{ location: string; writtenAtMs: number }>;
}
