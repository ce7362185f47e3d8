// One controller at work: its triggers, its queue and its workers.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { KumulusError } from "../../domain/errors.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { StartableCaches } from "../cache/caches.ts";
import type { Absence, ControllerDefinition, Log } from "../contract.ts";
import { createEventRecorder, type EventRecorder } from "../events.ts";
import type { ApiClient } from "../kube/client.ts";
import type { Metrics } from "../metrics.ts";
import { requestOf, traceOf } from "../origin.ts";
import { tracing } from "../tracing.ts";
import { AppliedStatus, createContext } from "./context.ts";
import { controllerName } from "./define-controller.ts";
import { WorkQueue } from "./queue.ts";
import { type Outcome, reconcileOnce } from "./reconcile.ts";
import { recordingClient } from "./recording-client.ts";
import { objectKey, queueKey, startTriggers } from "./triggers.ts";

export interface ControllerOptions {
  definition: ControllerDefinition;
  caches: StartableCaches;
  client: ApiClient;
  log: Log;
  metrics: Metrics;
  resyncMs: number;
  /** Throws when this process may not write any more. */
  mayWrite: () => void;
}

export interface Controller {
  readonly name: string;
  readonly queue: WorkQueue;
  /** Works until `stop` aborts and what is under way has ended; `kill` ends that early. */
  run(stop: AbortSignal, kill: AbortSignal): Promise<void>;
}

const defaultTimeoutMs = 30_000;
/** A reconcile that does not end in this time after its timeout loses its worker, but keeps its key. */
const overtimeMs = 1_000;
/** A failure that should pass by itself is worth a line once its delay has grown so long. */
const worryMs = 10_000;
/** The longest pause after a failure that passes by itself: a system that is back shall be used at once, also after hours. */
const longestQuietMs = 20_000;
/** Safety net under the watches of what a key waits for. */
const waitingResyncMs = 60_000;

export function createController(options: ControllerOptions): Controller {
  const { definition, caches, metrics } = options;
  const name = controllerName(definition);
  const log = options.log.child({ controller: name });
  const fieldManager = `kumulus-${name}`;
  const queue: WorkQueue = new WorkQueue({
    observer: metrics.queueObserver(name, () => queue.depth),
    settleMs: definition.settleMs ?? 0,
  });
  const events: EventRecorder = createEventRecorder(options.client, fieldManager, log);
  const applied = new AppliedStatus();
  /** Keys whose objects wait for an engine. */
  const unserved = new Set<string>();

  const lookAgain = (key: string) => queue.addAfter(key, waitingResyncMs * (0.9 + Math.random() * 0.2), "low");

  /** Of several absences the one that is told first. */
  function absenceOf(object: KubeObject): Absence | undefined {
    const found = (definition.needs ?? []).flatMap((engine) => engine.absence(object, caches) ?? []);
    return found.toSorted((one, other) => one.tellAfterMs - other.tellAfterMs)[0];
  }

  /** Without its engine an object is not worked on: its key waits until the engine comes, or until it is time to say what is missing. */
  function putOff(key: string, tellAfterMs: number): void {
    queue.forget(key);
    if (Number.isFinite(tellAfterMs)) queue.addAfter(key, tellAfterMs, "low");
    else lookAgain(key);
  }

  function followEngines(signal: AbortSignal): void {
    const wake = (present: boolean) => {
      const keys = present
        ? [...unserved]
        : caches
            .of(definition.kind)
            .list()
            .map(({ metadata }) => queueKey(metadata));
      for (const key of keys) queue.add(key, present ? "normal" : "low");
    };
    for (const engine of definition.needs ?? []) engine.onPresence(caches, wake, signal);
  }

  function settle(key: string, outcome: Outcome, reconcileLog: Log): void {
    if (outcome.kind === "failed") {
      const { error, quiet } = outcome;
      const delayMs = Math.round(quiet ? queue.retry(key, longestQuietMs * (0.9 + Math.random() * 0.1)) : queue.retry(key));
      if (quiet) {
        const level = delayMs >= worryMs ? "warn" : "debug";
        reconcileLog[level]({ error: (error as Error).message, delayMs }, "reconcile to be tried again");
      }
      if (!quiet) reconcileLog.error({ error, delayMs }, "reconcile failed");
      return;
    }
    queue.forget(key);
    if (outcome.kind === "waiting") lookAgain(key);
    else if (outcome.requeueAfterMs !== undefined) queue.addAfter(key, outcome.requeueAfterMs * (0.9 + Math.random() * 0.2));
  }

  async function handle(key: string, limit: AbortSignal): Promise<void> {
    const { name: objectName, namespace } = objectKey(key);
    const object = caches.of(definition.kind).get(objectName, namespace);
    const absence = object && absenceOf(object);
    if (absence) unserved.add(key);
    else unserved.delete(key);
    if (!object) {
      queue.forget(key);
      queue.cancelDelay(key);
      return;
    }
    if (absence && absence.tellAfterMs > 0) return putOff(key, absence.tellAfterMs);
    const requestId = requestOf(object);
    const reconcileLog = log.child({
      reconcileID: randomUUID(),
      namespace,
      name: objectName,
      ...(requestId !== undefined && { requestId }),
    });
    const mayWrite = () => {
      options.mayWrite();
      if (limit.aborted) throw new KumulusError("Unavailable", "this reconcile's time is over");
    };
    const client = recordingClient({ client: options.client, caches, fieldManager, mayWrite });
    const ctx = createContext({ caches, client, name, fieldManager, applied, events, log: reconcileLog, signal: limit });
    const ended = metrics.reconcileStarted(name);
    const parent = traceOf(object);
    const attributes = { "k8s.object.kind": definition.kind.kind, "k8s.object.name": objectName, "k8s.namespace.name": namespace ?? "" };
    const span = { kind: "internal", attributes, ...(parent !== undefined && { parent }) } as const;
    const outcome = await tracing().span(`reconcile ${definition.kind.kind}`, span, async (annotate) => {
      const result = await reconcileOnce(definition, object, ctx, fieldManager, absence);
      annotate({ outcome: result.kind });
      return result;
    });
    ended(
      outcome.kind === "failed" ? "error" : outcome.kind === "done" && outcome.requeueAfterMs !== undefined ? "requeue_after" : "success",
    );
    settle(key, outcome, reconcileLog);
  }

  /** Ends with the reconcile, or some time after its limit: code that ignores its signal must not hold a worker for ever. */
  async function work(key: string, kill: AbortSignal): Promise<void> {
    const timeoutMs = definition.timeoutMs ?? defaultTimeoutMs;
    const limit = new AbortController();
    const { promise: over, resolve: end } = Promise.withResolvers<"late" | "ended">();
    const stop = () => {
      limit.abort(kill.reason);
      end("ended");
    };
    if (kill.aborted) stop();
    kill.addEventListener("abort", stop, { once: true });
    const timers = [
      setTimeout(() => limit.abort(new DOMException("the reconcile took too long", "TimeoutError")), timeoutMs),
      setTimeout(end, timeoutMs + overtimeMs, "late").unref(),
    ];
    handle(key, limit.signal)
      .catch((error) => log.error({ key, error }, "the runtime failed"))
      .finally(() => {
        queue.done(key);
        for (const timer of timers) clearTimeout(timer);
        kill.removeEventListener("abort", stop);
        end("ended");
      });
    if ((await over) === "late") log.error({ key, timeoutMs }, "a reconcile ignores its signal and goes on");
  }

  async function worker(kill: AbortSignal): Promise<void> {
    for (let key = await queue.take(); key !== undefined; key = await queue.take()) await work(key, kill);
  }

  return {
    name,
    queue,
    async run(stop, kill) {
      followEngines(stop);
      startTriggers({ definition, caches, queue, log, resyncMs: options.resyncMs, signal: stop });
      const close = () => queue.close();
      stop.addEventListener("abort", close, { once: true });
      if (stop.aborted) close();
      const workers = Array.from({ length: definition.concurrency ?? 4 }, () => worker(kill));
      await Promise.all(workers);
      await Promise.race([events.flush(), sleep(1_000, undefined, { ref: false })]);
    },
  };
}
