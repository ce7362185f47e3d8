// For how long this process has known something to be so, by the monotonic clock: wall clocks jump, and every machine has its own.
import { lru } from "./lru.ts";

export interface Stopwatch {
  /** Since the first call for the key, in ms; a process that starts anew counts anew. */
  elapsedMs(key: string): number;
  /** It is no longer so. */
  forget(key: string): void;
}

/** What is forgotten beyond so many counts anew. */
const most = 20_000;

export function createStopwatch(now: () => number = () => performance.now()): Stopwatch {
  const started = lru<string, { at: number }>(most);
  return {
    elapsedMs(key) {
      const found = started.get(key);
      if (found) return now() - found.at;
      started.set(key, { at: now() });
      return 0;
    },
    forget: (key) => void started.delete(key),
  };
}
