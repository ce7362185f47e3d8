// How long a process that died waits for its restart. Pure.

const delaysMs = [200, 500, 1000, 2000, 5000, 10_000];

/** A process that ran this long has recovered: its next crash counts as the first. */
export const healthyAfterMs = 10_000;

/** `crashes` counts this one: 1 is the first. */
export function restartDelayMs(crashes: number, urgent: boolean): number {
  const step = urgent ? crashes - 2 : crashes - 1;
  if (step < 0) return 0;
  return delaysMs[Math.min(step, delaysMs.length - 1)] ?? 0;
}
