// The informers of one process: one cache per kind, made at first use, kept up to date once started.
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { Cache, Caches, Log } from "../contract.ts";
import type { ApiClient } from "../kube/client.ts";
import { kindName } from "../kube/path.ts";
import { defaultTiming, type ReflectorStats, type ReflectorTiming, reflect, type Scope } from "./reflector.ts";
import { Store } from "./store.ts";

export interface CachesOptions {
  log: Log;
  /** Caches that hold less than all of a kind. */
  scopes?: readonly ({ kind: Kind } & Scope)[];
  timing?: Partial<ReflectorTiming>;
}

export interface CacheReport extends ReflectorStats {
  kind: string;
  objects: number;
  synced: boolean;
  absent: boolean;
}

export interface StartableCaches extends Caches {
  /** Starts every kind asked for so far; resolves when each is in sync or known to be absent. A kind first asked for later starts then. */
  start(signal: AbortSignal): Promise<void>;
  /** Whether every kind is in sync, but for those that are absent. */
  readonly synced: boolean;
  report(): CacheReport[];
  /** The cache of a kind that somebody asked for and that is in sync; never makes one. */
  known<T extends KubeObject>(kind: Kind<T>): Cache<T> | undefined;
}

interface Entry {
  store: Store<KubeObject>;
  stats: ReflectorStats;
}

const slotOf = (kind: Kind) => `${kindName(kind)}/${kind.version}`;

export function createCaches(client: ApiClient, options: CachesOptions): StartableCaches {
  const entries = new Map<string, Entry>();
  const timing = { ...defaultTiming, ...options.timing };
  let running: AbortSignal | undefined;

  const scopeOf = (kind: Kind): Scope => options.scopes?.find((each) => kindName(each.kind) === kindName(kind)) ?? {};

  function run(entry: Entry, signal: AbortSignal): void {
    const { kind } = entry.store;
    void reflect({ client, kind, store: entry.store, stats: entry.stats, scope: scopeOf(kind), timing, log: options.log, signal });
  }

  function entryOf<T extends KubeObject>(kind: Kind<T>): Store<T> {
    const name = slotOf(kind);
    let entry = entries.get(name);
    if (!entry) {
      const store = new Store<T>(kind, options.log, scopeOf(kind).namespace) as unknown as Store<KubeObject>;
      entry = { store, stats: { lists: 0, watches: 0, failures: 0, events: 0, heardAt: 0 } };
      entries.set(name, entry);
      if (running) run(entry, running);
    }
    return entry.store as unknown as Store<T>;
  }

  return {
    of: entryOf,
    async start(signal) {
      if (running && !running.aborted) throw new Error("these caches are already running");
      running = signal;
      for (const entry of entries.values()) run(entry, signal);
      const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      await Promise.race([Promise.all([...entries.values()].map(({ store }) => store.whenSettled)), stopped]);
    },
    get synced() {
      return [...entries.values()].every(({ store }) => store.synced || store.absent);
    },
    known<T extends KubeObject>(kind: Kind<T>) {
      const store = entries.get(slotOf(kind))?.store;
      return store?.synced ? (store as unknown as Store<T>) : undefined;
    },
    report: () =>
      [...entries.values()].map(({ store, stats }) => ({
        ...stats,
        kind: kindName(store.kind),
        objects: store.size,
        synced: store.synced,
        absent: store.absent,
      })),
  };
}
