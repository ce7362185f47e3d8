// A line in front of the thread pool: so many hashes at a time, a few that wait, and a refusal for more.
import { availableParallelism } from "node:os";
import { KumulusError } from "../../domain/errors.ts";

/** libuv has four threads unless it is told otherwise, and reading and writing images needs some of them. */
const mostParallel = 3;
/** About two seconds of work for one core at argon2id's floor: who comes later had better come back. */
const longestLine = 100;

export class HashQueue {
  readonly #parallel: number;
  readonly #longest: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(parallel = Math.min(availableParallelism(), mostParallel), longest = longestLine) {
    this.#parallel = parallel;
    this.#longest = longest;
  }

  /** Unavailable (503) when too many wait already. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#parallel) {
      if (this.#waiting.length >= this.#longest) throw new KumulusError("Unavailable", "Too many logins at once. Try again in a moment.");
      // Whoever ends hands its place over, so that nobody can slip in between.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
