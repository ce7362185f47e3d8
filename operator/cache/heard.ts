// How far the API server's list and watch have told of one kind, and who waits for it. resourceVersions of one kind can be compared (Kubernetes 1.35).
import { KumulusError } from "../../domain/errors.ts";

interface Waiter {
  version: bigint;
  resolve: () => void;
}

export class Heard {
  readonly #what: string;
  readonly #waiters = new Set<Waiter>();
  #version = 0n;

  constructor(what: string) {
    this.#what = what;
  }

  /** Everything up to this version has been told. It may be older than before: after a restore of the API server's database. */
  advance(version: string): void {
    this.#version = BigInt(version);
    for (const waiter of this.#waiters) {
      if (waiter.version > this.#version) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  async wait(version: string, timeoutMs: number): Promise<void> {
    const wanted = BigInt(version);
    if (wanted <= this.#version) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      const waiter = { version: wanted, resolve };
      this.#waiters.add(waiter);
      timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new KumulusError("Unavailable", `The watch of ${this.#what} lags more than ${timeoutMs} ms behind`));
      }, timeoutMs);
    }).finally(() => clearTimeout(timer));
  }
}
