// The work queue of one controller: keys, never objects. A key waits once however often it is added, and is never worked on twice at a time.
import { Backoff, type BackoffOptions } from "../cache/backoff.ts";

export type Lane = "normal" | "low";

export interface QueueObserver {
  added(): void;
  /** A key was taken after waiting so long. */
  taken(waitedSeconds: number): void;
  done(workedSeconds: number): void;
  retried(): void;
}

export interface QueueOptions {
  backoff?: BackoffOptions;
  observer?: QueueObserver;
  random?: () => number;
  /** How long a burst of changes may last that touch() takes as one, in ms; 0 unless said. */
  settleMs?: number;
}

/** Retries of one key: 5 ms, 10 ms, … 5 min. */
const defaultBackoff: BackoffOptions = { firstMs: 5, longestMs: 300_000, jitter: 0.1 };
/** While both lanes hold keys every so manieth taken is of the low lane, so that it is never starved. */
const lowShare = 8;

export class WorkQueue {
  readonly #options: QueueOptions;
  readonly #backoff: BackoffOptions;
  /** Waiting keys and since when, oldest first. */
  readonly #lanes: Record<Lane, Map<string, number>> = { normal: new Map(), low: new Map() };
  readonly #working = new Map<string, number>();
  /** Keys added while they were worked on. */
  readonly #again = new Map<string, Lane>();
  readonly #failures = new Map<string, Backoff>();
  readonly #timers = new Map<string, { timer: NodeJS.Timeout; due: number; lane: Lane }>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #taken = 0;
  #closed = false;

  constructor(options: QueueOptions = {}) {
    this.#options = options;
    this.#backoff = options.backoff ?? defaultBackoff;
  }

  /** Keys that wait for a worker. */
  get depth(): number {
    return this.#lanes.normal.size + this.#lanes.low.size;
  }

  get working(): number {
    return this.#working.size;
  }

  add(key: string, lane: Lane = "normal"): void {
    if (this.#closed) return;
    if (this.#working.has(key)) {
      if (this.#again.get(key) !== "normal") this.#again.set(key, lane);
      return;
    }
    if (this.#lanes.normal.has(key) || (lane === "low" && this.#lanes.low.has(key))) return;
    const since = this.#lanes.low.get(key) ?? performance.now();
    this.#lanes.low.delete(key);
    this.#lanes[lane].set(key, since);
    this.#options.observer?.added();
    this.#serve();
  }

  /** Something about the key changed: it is added once the burst of changes that this may be the first of has had time to end. */
  touch(key: string, lane: Lane = "normal"): void {
    this.addAfter(key, this.#options.settleMs ?? 0, lane);
  }

  /** Of several delays of one key the earliest counts. */
  addAfter(key: string, delayMs: number, lane: Lane = "normal"): void {
    if (this.#closed) return;
    if (delayMs <= 0) {
      this.add(key, lane);
      return;
    }
    const due = performance.now() + delayMs;
    const waiting = this.#timers.get(key);
    if (waiting && waiting.due <= due) return;
    clearTimeout(waiting?.timer);
    const fire = () => {
      this.#timers.delete(key);
      this.add(key, lane);
    };
    this.#timers.set(key, { timer: setTimeout(fire, Math.min(delayMs, 2 ** 31 - 1)), due, lane });
  }

  /** Adds the key after its growing delay, but no later than after `longestMs`; returns that delay in ms. */
  retry(key: string, longestMs = Number.POSITIVE_INFINITY): number {
    let backoff = this.#failures.get(key);
    if (!backoff) {
      backoff = new Backoff(this.#backoff, this.#options.random);
      this.#failures.set(key, backoff);
    }
    const delayMs = Math.min(backoff.nextMs(), longestMs);
    this.#options.observer?.retried();
    this.addAfter(key, delayMs);
    return delayMs;
  }

  /** The next failure of this key starts with the shortest delay. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Takes a pending delayed add back: the object is gone. */
  cancelDelay(key: string): void {
    clearTimeout(this.#timers.get(key)?.timer);
    this.#timers.delete(key);
  }

  /** Resolves with a key that nobody else works on until `done(key)`; undefined once the queue is closed. */
  take(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#takers.push(resolve);
      this.#serve();
    });
  }

  done(key: string): void {
    const since = this.#working.get(key);
    if (since === undefined) return;
    this.#working.delete(key);
    this.#options.observer?.done((performance.now() - since) / 1000);
    const lane = this.#again.get(key);
    this.#again.delete(key);
    if (lane) this.touch(key, lane);
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#lanes.normal.clear();
    this.#lanes.low.clear();
    this.#again.clear();
    this.#serve();
  }

  #serve(): void {
    while (this.#takers.length > 0) {
      if (this.#closed) {
        this.#takers.shift()?.(undefined);
        continue;
      }
      const lane = this.#nextLane();
      const [next] = this.#lanes[lane];
      if (!next) return;
      const [key, since] = next;
      this.#lanes[lane].delete(key);
      this.#taken += 1;
      this.#working.set(key, performance.now());
      this.#options.observer?.taken((performance.now() - since) / 1000);
      this.#takers.shift()?.(key);
    }
  }

  #nextLane(): Lane {
    const { normal, low } = this.#lanes;
    if (normal.size === 0) return "low";
    return low.size > 0 && this.#taken % lowShare === lowShare - 1 ? "low" : "normal";
  }
}
