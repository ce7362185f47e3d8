// What puts keys into a controller's queue: changes of its kind, of what it owns, of what it watches, its other sources, and time.
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { StartableCaches } from "../cache/caches.ts";
import type { Change, ControllerDefinition, Log, ObjectKey } from "../contract.ts";
import { kindName } from "../kube/path.ts";
import { controllerOf } from "./owner.ts";
import type { Lane, WorkQueue } from "./queue.ts";

export const queueKey = ({ name, namespace }: ObjectKey) => `${namespace ?? ""}/${name}`;

export function objectKey(key: string): ObjectKey {
  const slash = key.indexOf("/");
  const [namespace, name] = [key.slice(0, slash), key.slice(slash + 1)];
  return namespace === "" ? { name } : { name, namespace };
}

const laneOf = (change: Change<KubeObject>): Lane => (change.type === "added" && change.initial ? "low" : "normal");

/** Both states matter: an object may have stopped belonging to somebody. */
const statesOf = (change: Change<KubeObject>) => (change.type === "updated" ? [change.object, change.old] : [change.object]);

export interface TriggerOptions {
  definition: ControllerDefinition;
  caches: StartableCaches;
  queue: WorkQueue;
  log: Log;
  resyncMs: number;
  signal: AbortSignal;
}

/** Feeds the queue until the signal aborts; everything that is there already goes in first, in the low lane. */
export function startTriggers({ definition, caches, queue, log, resyncMs, signal }: TriggerOptions): void {
  const primary = caches.of(definition.kind);
  const everything = () => {
    for (const { metadata } of primary.list()) queue.add(queueKey(metadata), "low");
  };
  const on = (kind: Kind, keys: (object: KubeObject) => readonly ObjectKey[]) => {
    const stop = caches.of(kind).onChange((change) => {
      for (const state of statesOf(change)) {
        for (const key of keys(state)) queue.touch(queueKey(key), laneOf(change));
      }
    });
    signal.addEventListener("abort", stop, { once: true });
  };

  on(definition.kind, ({ metadata }) => [metadata]);
  for (const kind of definition.owns ?? []) {
    on(kind, (object) => {
      const owner = controllerOf(object, definition.kind);
      return owner ? [owner] : [];
    });
  }
  for (const { kind, keys } of definition.watches ?? []) {
    on(kind, (object) => (keys as (object: KubeObject, from: StartableCaches) => readonly ObjectKey[])(object, caches));
  }
  for (const source of definition.sources ?? []) {
    try {
      source.start((key) => queue.add(queueKey(key)), signal);
    } catch (error) {
      log.error({ source: source.name, kind: kindName(definition.kind), error }, "a source did not start");
    }
  }
  everything();
  const timer = setInterval(everything, resyncMs * (0.9 + Math.random() * 0.2)).unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

/** Every kind that a controller reads or follows, each once. */
export function kindsOf(definition: ControllerDefinition): readonly Kind[] {
  const { kind, owns = [], watches = [], reads = [], indexes = [] } = definition;
  const all = [kind, ...owns, ...watches.map((each) => each.kind as Kind), ...reads, ...indexes.map((each) => each.kind)];
  return [...new Map(all.map((each) => [kindName(each), each])).values()];
}
