// Kubernetes Events: written in the background, one object for all repeats of the same sentence about the same object.
import { createHash } from "node:crypto";
import { isCode } from "../domain/errors.ts";
import type { KubeObject } from "../models/kind.ts";
import type { KubeClient, Log } from "./contract.ts";
import { wholeSeconds } from "./controller/status.ts";
import { Event } from "./kube/core-kinds.ts";
import { lru } from "./lru.ts";

type EventType = "Normal" | "Warning";

export interface EventRecorder {
  record(object: KubeObject, type: EventType, reason: string, message: string): void;
  /** Resolves when what was recorded so far is written or given up. */
  flush(): Promise<void>;
}

interface Known {
  count: number;
  first: string;
  writtenAt: number;
}

/** Repeats within this time are counted, not written. */
const quietMs = 60_000;
/** An event is a courtesy: beyond so many unwritten ones the newest are dropped. */
const longestBacklog = 1_000;

function build(object: KubeObject, component: string, type: EventType, reason: string, message: string, name: string, known: Known): Event {
  const { apiVersion, kind, metadata } = object;
  const { namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace: namespace ?? "default" },
    involvedObject: {
      apiVersion,
      kind,
      name: metadata.name,
      ...(namespace && { namespace }),
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
    },
    type,
    reason,
    message: message.slice(0, 1024),
    source: { component },
    reportingComponent: component,
    reportingInstance: component,
    firstTimestamp: known.first,
    lastTimestamp: wholeSeconds(new Date()),
    count: known.count,
  };
}

export function createEventRecorder(client: Pick<KubeClient, "create" | "patch">, component: string, log: Log): EventRecorder {
  const known = lru<string, Known>(10_000);
  let backlog = 0;
  let last: Promise<void> = Promise.resolve();

  async function write(event: Event, repeat: boolean): Promise<void> {
    try {
      if (repeat) await client.patch(Event, event.metadata, { count: event.count, lastTimestamp: event.lastTimestamp });
      else await client.create(Event, event);
    } catch (error) {
      if (repeat && isCode(error, "NotFound")) return write(event, false);
      if (!isCode(error, "Conflict")) log.debug({ error: (error as Error).message, reason: event.reason }, "event not written");
    }
  }

  return {
    record(object, type, reason, message) {
      const key = [object.metadata.uid, type, reason, message].join("\0");
      const seen = known.get(key) ?? { count: 0, first: wholeSeconds(new Date()), writtenAt: Number.NEGATIVE_INFINITY };
      seen.count += 1;
      known.set(key, seen);
      if (performance.now() - seen.writtenAt < quietMs || backlog >= longestBacklog) return;
      seen.writtenAt = performance.now();
      const hash = createHash("sha256").update(key).digest("hex").slice(0, 16);
      const event = build(object, component, type, reason, message, `${object.metadata.name.slice(0, 230)}.${hash}`, seen);
      const repeat = seen.count > 1;
      backlog += 1;
      last = last
        .then(() => write(event, repeat))
        .finally(() => {
          backlog -= 1;
        });
    },
    flush: () => last,
  };
}
