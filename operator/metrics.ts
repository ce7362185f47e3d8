// Prometheus metrics under controller-runtime's names, so that its dashboards and alerts work here too.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { CacheReport } from "./cache/caches.ts";
import type { QueueObserver } from "./controller/queue.ts";
import type { OnRequest } from "./kube/transport.ts";

export type ReconcileResult = "success" | "requeue_after" | "requeue" | "error";

export interface Metrics {
  readonly registry: Registry;
  readonly onRequest: OnRequest;
  /** Call it as a reconcile starts; the answer as it ends. */
  reconcileStarted(controller: string): (result: ReconcileResult) => void;
  queueObserver(controller: string, depth: () => number): QueueObserver;
  leader(name: string, leads: boolean): void;
  caches(report: () => CacheReport[]): void;
}

const seconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

function cacheMetrics(registry: Registry, report: () => CacheReport[]): void {
  const gauge = (name: string, help: string, value: (each: CacheReport) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ["kind"],
      registers: [registry],
      collect() {
        for (const each of report()) this.set({ kind: each.kind }, value(each));
      },
    });
  gauge("kumulus_cache_objects", "Objects in the cache.", ({ objects }) => objects);
  gauge("kumulus_cache_synced", "1 once the cache had its first list.", ({ synced }) => (synced ? 1 : 0));
  gauge("kumulus_cache_lists", "Lists that the cache has asked for since the start.", ({ lists }) => lists);
  gauge("kumulus_cache_failures", "Lists and watches that failed since the start.", ({ failures }) => failures);
  gauge("kumulus_cache_events", "Watch events since the start.", ({ events }) => events);
  gauge("kumulus_cache_silence_seconds", "Time since the API server last said anything about this kind.", ({ heardAt }) =>
    heardAt === 0 ? 0 : (performance.now() - heardAt) / 1000,
  );
}

function queueMetrics(registry: Registry): Metrics["queueObserver"] {
  const common = { labelNames: ["name"], registers: [registry] };
  const depths = new Map<string, () => number>();
  new Gauge({
    ...common,
    name: "workqueue_depth",
    help: "Keys that wait.",
    collect() {
      for (const [name, depth] of depths) this.set({ name }, depth());
    },
  });
  const adds = new Counter({ ...common, name: "workqueue_adds_total", help: "Keys added." });
  const retries = new Counter({ ...common, name: "workqueue_retries_total", help: "Keys added again after a failure." });
  const waited = new Histogram({ ...common, name: "workqueue_queue_duration_seconds", help: "Time a key waited.", buckets: seconds });
  const worked = new Histogram({ ...common, name: "workqueue_work_duration_seconds", help: "Time a key was worked on.", buckets: seconds });
  return (name, depth) => {
    depths.set(name, depth);
    const labels = { name };
    return {
      added: () => adds.inc(labels),
      retried: () => retries.inc(labels),
      taken: (time) => waited.observe(labels, time),
      done: (time) => worked.observe(labels, time),
    };
  };
}

function reconcileMetrics(registry: Registry): Metrics["reconcileStarted"] {
  const common = { labelNames: ["controller"], registers: [registry] };
  const total = new Counter({
    name: "controller_runtime_reconcile_total",
    help: "Reconciles by result.",
    labelNames: ["controller", "result"],
    registers: [registry],
  });
  const errors = new Counter({ ...common, name: "controller_runtime_reconcile_errors_total", help: "Reconciles that failed." });
  const time = new Histogram({
    ...common,
    name: "controller_runtime_reconcile_time_seconds",
    help: "Time of a reconcile.",
    buckets: seconds,
  });
  const active = new Gauge({ ...common, name: "controller_runtime_active_workers", help: "Reconciles under way." });
  return (controller) => {
    active.inc({ controller });
    const started = performance.now();
    return (result) => {
      active.dec({ controller });
      time.observe({ controller }, (performance.now() - started) / 1000);
      total.inc({ controller, result });
      if (result === "error") errors.inc({ controller });
    };
  };
}

/** A registry of its own for each call. The process's default metrics, event-loop lag among them, are in it. */
/** The event loop's lag is looked at so often: each look wakes the process, and prom-client's own 10 ms are most of what an idle one does. */
const lagSampleMs = 250;

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: lagSampleMs });
  const common = { registers: [registry] };
  const requests = new Counter({
    ...common,
    name: "rest_client_requests_total",
    help: "Requests to the API server.",
    labelNames: ["code", "method"],
  });
  const latency = new Histogram({
    ...common,
    name: "rest_client_request_duration_seconds",
    help: "Time of requests to the API server.",
    labelNames: ["verb"],
    buckets: seconds,
  });
  const leaders = new Gauge({
    ...common,
    name: "leader_election_master_status",
    help: "1 while this process leads.",
    labelNames: ["name"],
  });
  return {
    registry,
    onRequest(method, status, time) {
      requests.inc({ code: status === 0 ? "<error>" : String(status), method });
      latency.observe({ verb: method }, time);
    },
    reconcileStarted: reconcileMetrics(registry),
    queueObserver: queueMetrics(registry),
    leader: (name, leads) => leaders.set({ name }, leads ? 1 : 0),
    caches: (report) => cacheMetrics(registry, report),
  };
}
