// A QMP client that keeps one connection and makes a new one when it is lost: the single owner of a guest's monitor.
import { setTimeout as sleep } from "node:timers/promises";
import { KumulusError } from "../../domain/errors.ts";
import { connectQmp, type QmpConnection, type QmpOptions } from "./connection.ts";

export interface QmpClient {
  /** As QmpConnection.execute; rejects with Unavailable at once while there is no connection. */
  readonly execute: QmpConnection["execute"];
  readonly connected: boolean;
  /** Resolves at the next connection (now, if there is one); rejects with Unavailable after `timeoutMs` or `close()`. */
  ready(timeoutMs: number): Promise<void>;
  close(): void;
}

export interface QmpClientOptions extends QmpOptions {
  /** After each (re)connection: events may have been missed, so ask again for what matters. */
  onConnect?: () => void;
  onDisconnect?: () => void;
  /** First and longest wait between two attempts. */
  backoffMs?: { first: number; longest: number };
}

export function createQmpClient(options: QmpClientOptions): QmpClient {
  const backoff = options.backoffMs ?? { first: 50, longest: 2_000 };
  const stop = new AbortController();
  let current: QmpConnection | undefined;
  let wake: (() => void)[] = [];

  async function once(): Promise<boolean> {
    const connection = await connectQmp(options).catch(() => undefined);
    if (!connection) return false;
    if (stop.signal.aborted) {
      connection.close();
      return true;
    }
    current = connection;
    options.onConnect?.();
    for (const resolve of wake.splice(0)) resolve();
    await connection.closed;
    current = undefined;
    if (!stop.signal.aborted) options.onDisconnect?.();
    return true;
  }

  async function run(): Promise<void> {
    let waitMs = backoff.first;
    while (!stop.signal.aborted) {
      waitMs = (await once()) ? backoff.first : Math.min(waitMs * 2, backoff.longest);
      await sleep(waitMs, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
    }
  }
  void run();

  return {
    get connected() {
      return current !== undefined;
    },
    execute: (command, ...given) =>
      current ? current.execute(command, ...given) : Promise.reject(new KumulusError("Unavailable", `not connected to ${options.path}`)),
    ready: (timeoutMs) =>
      current
        ? Promise.resolve()
        : new Promise<void>((resolve, reject) => {
            const give = (reason: string) => () => {
              wake = wake.filter((waiting) => waiting !== done);
              clearTimeout(timer);
              reject(new KumulusError("Unavailable", reason));
            };
            const timer = setTimeout(give(`no QMP connection to ${options.path} in ${timeoutMs} ms`), timeoutMs);
            const aborted = give(`the QMP client of ${options.path} was closed`);
            const done = () => {
              clearTimeout(timer);
              stop.signal.removeEventListener("abort", aborted);
              resolve();
            };
            stop.signal.addEventListener("abort", aborted, { once: true });
            wake.push(done);
          }),
    close() {
      stop.abort();
      current?.close();
    },
  };
}
