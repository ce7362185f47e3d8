// What a chain is built from. Building asks for what it needs; what is not known yet is fetched, and it is built again: nothing names a chain twice.

import type { Row } from "../../clients/ovsdb/codec.ts";
import type { Condition, Operation } from "../../clients/ovsdb/operations.ts";
import { isCode } from "../../domain/errors.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { Event } from "../../operator/kube/core-kinds.ts";

export type Database = "northbound" | "southbound";

export interface Select {
  database: Database;
  table: string;
  where: Condition;
  columns: readonly string[];
}

/** Everything that a chain may look at. Pure for its reader: what is not there is undefined or empty. */
export interface World {
  get<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string): T | undefined;
  list<T extends KubeObject>(kind: Kind<T>, namespace: string | undefined, labelSelector?: string): readonly T[];
  /** Newest last. */
  events(object: KubeObject): readonly Event[];
  /** Undefined when OVN can not be asked. */
  rows(select: Select): readonly Row[] | undefined;
}

export interface Sources {
  client: Pick<KubeClient, "get" | "list">;
  /** Undefined when nobody said where OVN is. */
  select: ((database: Database, operation: Operation & { op: "select" }) => Promise<readonly Row[]>) | undefined;
}

interface Lookup {
  what: string;
  fetch(): Promise<unknown>;
}

const timeOf = ({ lastTimestamp, eventTime, metadata }: Event): string =>
  String(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "");

/** A world over what is known; what is asked for besides goes into `wanted`. */
function worldOver({ client, select }: Sources, known: ReadonlyMap<string, unknown>, wanted: Map<string, Lookup>): World {
  function ask<T>(key: string, what: string, fetch: () => Promise<T>): T | undefined {
    if (!known.has(key)) wanted.set(key, { what, fetch });
    return known.get(key) as T | undefined;
  }
  return {
    get: (kind, name, namespace) => {
      const key = { name, ...(kind.namespaced && namespace !== undefined ? { namespace } : {}) };
      return ask(`get ${kind.group} ${kind.plural} ${namespace} ${name}`, `${kind.kind} ${name}`, () => client.get(kind, key));
    },
    list: (kind, namespace, labelSelector) => {
      const options = { ...(namespace === undefined ? {} : { namespace }), ...(labelSelector === undefined ? {} : { labelSelector }) };
      const key = `list ${kind.group} ${kind.plural} ${namespace} ${labelSelector}`;
      return ask(key, `the ${kind.plural} of ${namespace ?? "the cluster"}`, () => client.list(kind, options)) ?? [];
    },
    events: ({ metadata }) => {
      const options = { namespace: metadata.namespace ?? "default", fieldSelector: `involvedObject.uid=${metadata.uid}` };
      const found = ask(`events ${metadata.uid}`, `events of ${metadata.name}`, () => client.list(Event, options)) ?? [];
      return found.toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)));
    },
    rows: ({ database, table, where, columns }) => {
      if (!select) return undefined;
      const key = `rows ${database} ${table} ${JSON.stringify(where)}`;
      return ask(key, `OVN's ${database} database`, () => select(database, { op: "select", table, where: [where], columns }));
    },
  };
}

/** No chain is deeper than this. */
const mostRounds = 12;

export interface Gathered<T> {
  built: T;
  /** What could not be looked at, and why. */
  problems: string[];
}

/** Builds, fetches what was missing side by side, and builds again until nothing is missing. */
export async function gather<T>(sources: Sources, build: (world: World) => T): Promise<Gathered<T>> {
  const known = new Map<string, unknown>();
  const problems = new Set<string>();
  for (let round = 0; ; round += 1) {
    const wanted = new Map<string, Lookup>();
    const built = build(worldOver(sources, known, wanted));
    if (wanted.size === 0 || round === mostRounds) return { built, problems: [...problems] };
    const fetched = [...wanted].map(async ([key, { what, fetch }]) => {
      known.set(key, undefined);
      try {
        known.set(key, await fetch());
      } catch (error) {
        if (!isCode(error, "NotFound")) problems.add(`${what}: ${(error as Error).message}`);
      }
    });
    await Promise.all(fetched);
  }
}
