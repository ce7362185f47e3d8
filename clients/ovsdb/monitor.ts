// Monitoring of tables: starts with the best method the server knows, and turns each kind of update into rows of the store.
import { isCode } from "../../domain/errors.ts";
import { applyDiff, defaultValue, type Json, type Row, type Value } from "./codec.ts";
import { decodeRow } from "./operations.ts";
import type { Rpc } from "./rpc.ts";
import { type DatabaseSchema, typeOf } from "./schema.ts";
import { putRow, type RowChange, type StoredRow, type Table } from "./store.ts";

type WireRow = Record<string, Json>;
/** RFC 7047 section 4.1.6. */
type Update1 = { old?: WireRow; new?: WireRow };
/** ovsdb-server(7): only one of them is there; `modify` holds differences. */
type Update2 = { initial?: WireRow; insert?: WireRow; modify?: WireRow; delete?: null };
type Updates = Record<string, Record<string, Update1 & Update2>>;

/** Columns to monitor by table. */
export type Watched = ReadonlyMap<string, readonly string[]>;

export interface Start {
  /** True when `updates` are what happened since `lastTransaction`; else they are everything there is. */
  readonly incremental: boolean;
  readonly lastTransaction: string | undefined;
  readonly updates: Updates;
}

export interface Wanted {
  readonly watched: Watched;
  /** Conditions by table in wire form; a row that meets any of them is sent. */
  readonly where: ReadonlyMap<string, Json>;
}

/** Calls monitor_cond_since, else monitor_cond, else monitor. `lastTransaction` is the last one seen on an earlier connection. */
export async function startMonitor(
  rpc: Rpc,
  database: string,
  id: string,
  { watched, where }: Wanted,
  lastTransaction?: string,
): Promise<Start> {
  const request = ([table, columns]: [string, readonly string[]]) => {
    const conditions = where.get(table);
    return [table, [{ columns, ...(conditions === undefined ? {} : { where: conditions }) }]];
  };
  const requests = Object.fromEntries([...watched].map(request));
  const since = lastTransaction ?? "00000000-0000-0000-0000-000000000000";
  try {
    const reply = await rpc.request("monitor_cond_since", [database, id, requests, since]);
    const [incremental, last, updates] = reply as [boolean, string, Updates];
    return { incremental, lastTransaction: last, updates };
  } catch (error) {
    if (!isCode(error, "NotImplemented")) throw error;
  }
  const older = Object.fromEntries([...watched].map(([table, columns]) => [table, { columns }]));
  const updates = await rpc.request("monitor_cond", [database, id, requests]).catch((error) => {
    if (isCode(error, "NotImplemented")) return rpc.request("monitor", [database, id, older]);
    throw error;
  });
  return { incremental: false, lastTransaction: undefined, updates: updates as Updates };
}

/** The parts of an update notification, undefined for other notifications. */
export function readNotification(
  method: string,
  params: unknown[],
): { id: unknown; lastTransaction?: string; updates: Updates } | undefined {
  const [id, second, third] = params;
  if (method === "update3") return { id, lastTransaction: String(second), updates: third as Updates };
  return method === "update" || method === "update2" ? { id, updates: second as Updates } : undefined;
}

/** Columns always in the same order, so that equal rows have equal JSON. */
function rowOf(uuid: string, columns: readonly string[], value: (column: string) => Value | undefined): StoredRow {
  const entries = columns.map((column): [string, Value | undefined] => [column, value(column)]);
  return Object.freeze({ _uuid: uuid, ...Object.fromEntries(entries.filter(([, given]) => given !== undefined)) });
}

function fullRow(schema: DatabaseSchema, table: string, columns: readonly string[], uuid: string, wire: WireRow): StoredRow {
  const given = decodeRow(schema, table, wire);
  return rowOf(uuid, columns, (column) => (column in wire ? given[column] : defaultValue(typeOf(schema, table, column))));
}

function modifiedRow(schema: DatabaseSchema, table: string, columns: readonly string[], old: StoredRow, wire: WireRow): StoredRow {
  const diff: Row = decodeRow(schema, table, wire);
  return rowOf(old._uuid, columns, (column) =>
    column in wire ? applyDiff(typeOf(schema, table, column), old[column], diff[column]) : old[column],
  );
}

/** Puts updates into the tables; with `complete` (not incremental) rows that they do not hold are gone. Returns what changed, in order. */
export function applyUpdates(
  schema: DatabaseSchema,
  watched: Watched,
  tables: ReadonlyMap<string, Table>,
  updates: Updates,
  complete: boolean,
): RowChange[] {
  const changes: (RowChange | undefined)[] = [];
  for (const [name, table] of tables) {
    const rows = updates[name] ?? {};
    const columns = watched.get(name) ?? [];
    if (complete) for (const uuid of table.rows.keys()) if (!(uuid in rows)) changes.push(putRow(name, table, uuid, undefined));
    for (const [uuid, update] of Object.entries(rows)) {
      const old = table.rows.get(uuid);
      const whole = update.new ?? update.initial ?? update.insert;
      let row: StoredRow | undefined;
      if (whole) row = fullRow(schema, name, columns, uuid, whole);
      else if (update.modify && old) row = modifiedRow(schema, name, columns, old, update.modify);
      changes.push(putRow(name, table, uuid, row));
    }
  }
  return changes.filter((change) => change !== undefined);
}
