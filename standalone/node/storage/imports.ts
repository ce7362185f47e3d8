// Downloads of images into volumes: one job a volume, in the background, tried again after a growing pause.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { isCode, KumulusError } from "../../../domain/errors.ts";
import type { VolumeStore } from "./volume-store.ts";

export interface ImportOrder {
  url: string;
  bytes: number | undefined;
  /** `sha256:<hex>` and the like. */
  checksum?: string;
}

export interface ImportJob {
  state: "running" | "done" | "failed";
  /** 0 to 1; undefined where the server tells no length. */
  progress?: number;
  /** Failed attempts. */
  failures: number;
  error?: string;
  /** No further attempt can help: the bytes are not the ones that were ordered. */
  isFinal?: boolean;
  /** Earliest next attempt, by performance.now(). */
  nextAt: number;
}

export interface Imports {
  /** Starts the job unless it runs, is done, or waits for its next attempt. */
  ensure(handle: string, order: ImportOrder): ImportJob;
  /** Ends jobs of volumes that nobody wants any more. */
  keepOnly(live: ReadonlySet<string>): void;
  onChange(listener: (handle: string) => void): void;
  /** Has the listeners look at a volume. */
  tell(handle: string): void;
  close(): void;
}

const firstPauseMs = 2_000;
const longestPauseMs = 120_000;
/** A server that sends nothing for so long is given up. */
const silenceMs = 60_000;
const reportEveryMs = 1_000;

class ChecksumMismatch extends KumulusError {
  constructor(wanted: string, found: string) {
    super("Invalid", `checksum mismatch: expected ${wanted}, got ${found}`);
  }
}

async function download(
  order: ImportOrder,
  path: string,
  signal: AbortSignal,
  report: (progress: number | undefined) => void,
): Promise<void> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error(`nothing received for ${silenceMs} ms`)), silenceMs);
  const response = await fetch(order.url, { signal: AbortSignal.any([signal, silence.signal]) });
  if (!response.ok || !response.body)
    throw new KumulusError("Unavailable", `Unable to connect to http data source: expected status code 200, got ${response.status}`);
  const total = Number(response.headers.get("content-length")) || undefined;
  const [algorithm = "sha256", wanted] = order.checksum?.split(":") ?? [];
  const hash = createHash(algorithm);
  let received = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      if (wanted !== undefined) hash.update(chunk);
      timer.refresh();
      report(total === undefined ? undefined : received / total);
      done(null, chunk);
    },
  });
  try {
    await pipeline(Readable.fromWeb(response.body as ReadableStream), meter, createWriteStream(path, { mode: 0o600 }));
  } finally {
    clearTimeout(timer);
  }
  const found = hash.digest("hex");
  if (wanted !== undefined && wanted.toLowerCase() !== found) throw new ChecksumMismatch(wanted, found);
}

const words = (error: unknown) => {
  const { message, cause } = error as Error;
  return cause instanceof Error && !isCode(error, "Invalid") ? `${message}: ${cause.message}` : message;
};

export function imports(store: VolumeStore): Imports {
  const jobs = new Map<string, { job: ImportJob; stop: AbortController }>();
  const listeners: ((handle: string) => void)[] = [];
  const tell = (handle: string) => {
    for (const listener of listeners) listener(handle);
  };

  async function work(handle: string, order: ImportOrder, job: ImportJob, signal: AbortSignal): Promise<void> {
    let reportedAt = Number.NEGATIVE_INFINITY;
    try {
      await download(order, store.incoming(handle), signal, (progress) => {
        if (progress !== undefined) job.progress = progress;
        if (performance.now() - reportedAt < reportEveryMs) return;
        reportedAt = performance.now();
        tell(handle);
      });
      await store.createFromIncoming(handle, order.bytes);
      job.state = "done";
    } catch (error) {
      if (signal.aborted) return;
      job.state = "failed";
      job.error = words(error);
      job.isFinal = error instanceof ChecksumMismatch;
      job.nextAt = performance.now() + Math.min(firstPauseMs * 2 ** job.failures, longestPauseMs);
      job.failures += 1;
    }
    tell(handle);
  }

  return {
    ensure(handle, order) {
      const found = jobs.get(handle);
      const waits = found && (found.job.state !== "failed" || found.job.isFinal || found.job.nextAt > performance.now());
      if (found && waits) return found.job;
      const stop = new AbortController();
      const job: ImportJob = { state: "running", failures: found?.job.failures ?? 0, nextAt: 0 };
      jobs.set(handle, { job, stop });
      void work(handle, order, job, stop.signal);
      return job;
    },
    keepOnly(live) {
      for (const [handle, { stop }] of jobs) {
        if (live.has(handle)) continue;
        stop.abort();
        jobs.delete(handle);
      }
    },
    onChange: (listener) => void listeners.push(listener),
    tell,
    close() {
      for (const { stop } of jobs.values()) stop.abort();
    },
  };
}
