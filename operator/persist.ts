// Steps of a start that need the API server: a process waits for it, instead of ending and being started again and again.
import { setTimeout as sleep } from "node:timers/promises";
import { isCode } from "../domain/errors.ts";
import { Backoff } from "./cache/backoff.ts";
import type { Log } from "./contract.ts";

export interface PersistOptions {
  /** What is tried, for the log. */
  what: string;
  log: Log;
  signal: AbortSignal;
  firstMs?: number;
  longestMs?: number;
}

/** Tries until it works. Only what passes by itself (Unavailable) is tried again; rejects with anything else, and with the last error when the signal aborts. */
export async function persist<T>(
  work: () => Promise<T>,
  { what, log, signal, firstMs = 200, longestMs = 5_000 }: PersistOptions,
): Promise<T> {
  const backoff = new Backoff({ firstMs, longestMs, jitter: 0.5 });
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !isCode(error, "Unavailable")) throw error;
      const delayMs = Math.round(backoff.nextMs());
      log.warn({ error: error.message, delayMs }, `${what} failed; it is tried again`);
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
