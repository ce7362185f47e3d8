// Growing delays between tries of one thing, with jitter so that many replicas do not try in step.

export interface BackoffOptions {
  firstMs: number;
  longestMs: number;
  /** Share of the delay that is random: 0.5 gives half to all of it. */
  jitter: number;
}

export class Backoff {
  readonly #options: BackoffOptions;
  readonly #random: () => number;
  #failures = 0;

  constructor(options: BackoffOptions, random: () => number = Math.random) {
    this.#options = options;
    this.#random = random;
  }

  nextMs(): number {
    const { firstMs, longestMs, jitter } = this.#options;
    const full = Math.min(firstMs * 2 ** Math.min(this.#failures, 30), longestMs);
    this.#failures += 1;
    return full * (1 - jitter + jitter * this.#random());
  }

  reset(): void {
    this.#failures = 0;
  }
}
