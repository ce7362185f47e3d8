// Loads for the benchmarks: many requests on few connections, and tasks with bounded concurrency. Loopback only.
import autocannon from "autocannon";

/** Requests per second of one GET, after a warm-up; throws when answers are not 2xx. */
export async function requestsPerSecond(
  url: string,
  headers: Record<string, string>,
  options: { seconds?: number; connections?: number } = {},
): Promise<number> {
  const { seconds = 5, connections = 8 } = options;
  const shot = (duration: number) => autocannon({ url, headers, connections, duration });
  await shot(1);
  const result = await shot(seconds);
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${url}: ${result.non2xx} answers outside 2xx, ${result.errors} errors`);
  return result.requests.total / result.duration;
}

/** Tasks per second with `concurrency` at a time. */
export async function tasksPerSecond(count: number, concurrency: number, task: (index: number) => Promise<void>): Promise<number> {
  const started = performance.now();
  let next = 0;
  const worker = async () => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return count / ((performance.now() - started) / 1000);
}
