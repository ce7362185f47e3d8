// For tests that wait for the world to change: tries an assertion until it holds.
import { setTimeout as sleep } from "node:timers/promises";

/** Resolves with what `check` gave once it does not throw; rejects with its last error after `timeoutMs`. */
export async function eventually<T>(check: () => T | Promise<T>, timeoutMs = 10_000, everyMs = 20): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(everyMs);
    }
  }
}
