// One line per step on the terminal: what is done, and how long it took.

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** Prints when the step has ended, so that steps side by side do not mix. */
export async function step<T>(what: string, work: () => Promise<T> | T): Promise<T> {
  const started = performance.now();
  try {
    const result = await work();
    console.log(`  ${what} (${seconds(performance.now() - started)})`);
    return result;
  } catch (error) {
    console.error(`  ${what}: failed after ${seconds(performance.now() - started)}`);
    throw error;
  }
}
