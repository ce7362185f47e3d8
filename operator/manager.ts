// Runs controllers: caches first, then leadership, then their workers; stops in the reverse order.
import { setTimeout as sleep } from "node:timers/promises";
import { KumulusError } from "../domain/errors.ts";
import type { StartableCaches } from "./cache/caches.ts";
import type { ControllerDefinition, Log } from "./contract.ts";
import { type Controller, createController } from "./controller/controller.ts";
import { controllerName } from "./controller/define-controller.ts";
import { kindsOf } from "./controller/triggers.ts";
import type { ApiClient } from "./kube/client.ts";
import { createLeaderElection, type LeaderElection, type LeaderElectionOptions } from "./leader-election.ts";
import type { Metrics } from "./metrics.ts";

export interface ManagerOptions {
  client: ApiClient;
  caches: StartableCaches;
  controllers: readonly ControllerDefinition[];
  log: Log;
  metrics: Metrics;
  /** Without it this process acts at once: only one may run. */
  leaderElection?: LeaderElectionOptions;
  /** How often every object is looked at again; 15 min unless said. */
  resyncMs?: number;
  /** What is under way at the end may take so long; 10 s unless said. */
  graceMs?: number;
}

export interface Manager {
  /** Caches in sync: a standby replica is ready too. */
  ready(): boolean;
  /** Whether this replica's controllers act. */
  readonly leads: boolean;
  /** Resolves after an orderly stop by the signal; rejects when leadership is lost, and the process should then exit. */
  run(signal: AbortSignal): Promise<void>;
}

function prepare(caches: StartableCaches, definitions: readonly ControllerDefinition[]): void {
  const names = new Set<string>();
  for (const definition of definitions) {
    const name = controllerName(definition);
    if (names.has(name)) throw new TypeError(`two controllers are named ${name}`);
    names.add(name);
    for (const kind of kindsOf(definition)) caches.of(kind);
    for (const { kind, name: index, values } of definition.indexes ?? []) {
      caches.of(kind).addIndex(index, values as unknown as (object: unknown) => readonly string[]);
    }
  }
}

async function runControllers(
  controllers: readonly Controller[],
  stop: AbortSignal,
  kill: AbortController,
  graceMs: number,
): Promise<void> {
  const running = Promise.all(controllers.map((controller) => controller.run(stop, kill.signal)));
  const late = new AbortController();
  stop.addEventListener(
    "abort",
    () => {
      void sleep(graceMs, undefined, { signal: late.signal, ref: false }).then(
        () => kill.abort(),
        () => undefined,
      );
    },
    { once: true },
  );
  await running;
  late.abort();
}

export function createManager(options: ManagerOptions): Manager {
  const { client, caches, log, metrics, resyncMs = 900_000, graceMs = 10_000 } = options;
  prepare(caches, options.controllers);
  const election: LeaderElection | undefined = options.leaderElection && createLeaderElection(client, options.leaderElection, log);
  const leaseName = options.leaderElection?.name ?? "";
  let leads = false;

  const mayWrite = () => {
    if (election && !election.leads()) throw new KumulusError("Unavailable", "this replica does not lead any more");
  };
  const controllers = options.controllers.map((definition) =>
    createController({ definition, caches, client, log, metrics, resyncMs, mayWrite }),
  );
  const setLeads = (value: boolean) => {
    leads = value;
    if (election) metrics.leader(leaseName, value);
  };

  /** Rejects when the lease is lost; everything under way was told to end by then. */
  async function lead(signal: AbortSignal): Promise<void> {
    const [stop, kill] = [new AbortController(), new AbortController()];
    const kept = new AbortController();
    signal.addEventListener("abort", () => stop.abort(), { once: true });
    if (signal.aborted) stop.abort();
    let lost: unknown;
    const keeping = election?.keep(kept.signal).catch((error) => {
      lost = error;
      setLeads(false);
      kill.abort();
      stop.abort();
    });
    await runControllers(controllers, stop.signal, kill, graceMs);
    kept.abort();
    await keeping;
    if (lost !== undefined) throw lost;
    await election?.release();
  }

  return {
    ready: () => caches.synced,
    get leads() {
      return leads;
    },
    async run(signal) {
      const cachesEnd = new AbortController();
      metrics.caches(() => caches.report());
      setLeads(false);
      const endEarly = () => cachesEnd.abort();
      signal.addEventListener("abort", endEarly, { once: true });
      try {
        await caches.start(cachesEnd.signal);
        if (signal.aborted) return;
        log.info(
          { kinds: caches.report().length, objects: caches.report().reduce((sum, { objects }) => sum + objects, 0) },
          "caches in sync",
        );
        try {
          await election?.acquire(signal);
        } catch (error) {
          if (!signal.aborted) throw error;
          await election?.release();
          return;
        }
        // From here on the caches live until the last reconcile has ended.
        signal.removeEventListener("abort", endEarly);
        setLeads(true);
        await lead(signal);
      } finally {
        setLeads(false);
        cachesEnd.abort();
      }
    },
  };
}
