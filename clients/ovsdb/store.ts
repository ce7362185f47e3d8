// The rows of the monitored tables in memory, by UUID and by named indexes.
import { KumulusError } from "../../domain/errors.ts";
import type { Row } from "./codec.ts";

export type StoredRow = Row & { readonly _uuid: string };

export type RowChange<T = StoredRow> =
  | { readonly type: "insert"; readonly table: string; readonly row: T }
  | { readonly type: "update"; readonly table: string; readonly row: T; readonly old: T }
  | { readonly type: "delete"; readonly table: string; readonly row: T };

export type IndexValues = (row: StoredRow) => readonly string[];

interface Index {
  readonly values: IndexValues;
  readonly uuids: Map<string, Set<string>>;
}

export interface Table {
  readonly rows: Map<string, StoredRow>;
  readonly indexes: Map<string, Index>;
}

export const newTable = (): Table => ({ rows: new Map(), indexes: new Map() });

function enter(index: Index, row: StoredRow): void {
  for (const value of index.values(row)) {
    const uuids = index.uuids.get(value);
    if (uuids) uuids.add(row._uuid);
    else index.uuids.set(value, new Set([row._uuid]));
  }
}

function leave(index: Index, row: StoredRow): void {
  for (const value of index.values(row)) {
    const uuids = index.uuids.get(value);
    uuids?.delete(row._uuid);
    if (uuids?.size === 0) index.uuids.delete(value);
  }
}

/** Idempotent by name; filled at once. */
export function addIndex(table: Table, name: string, values: IndexValues): void {
  if (table.indexes.has(name)) return;
  const index: Index = { values, uuids: new Map() };
  for (const row of table.rows.values()) enter(index, row);
  table.indexes.set(name, index);
}

/** Rows for which the index function gave `value`. Throws on an unknown index. */
export function lookUp(table: Table, indexName: string, value: string): StoredRow[] {
  const index = table.indexes.get(indexName);
  if (!index) throw new KumulusError("Invalid", `No index ${indexName}`);
  return [...(index.uuids.get(value) ?? [])].flatMap((uuid) => table.rows.get(uuid) ?? []);
}

/** Puts `row` in the place of what has its UUID, or removes it; returns the change, undefined when there was none. */
export function putRow(name: string, table: Table, uuid: string, row: StoredRow | undefined): RowChange | undefined {
  const old = table.rows.get(uuid);
  if (old) for (const index of table.indexes.values()) leave(index, old);
  if (!row) {
    table.rows.delete(uuid);
    return old && { type: "delete", table: name, row: old };
  }
  table.rows.set(uuid, row);
  for (const index of table.indexes.values()) enter(index, row);
  if (!old) return { type: "insert", table: name, row };
  return JSON.stringify(old) === JSON.stringify(row) ? undefined : { type: "update", table: name, row, old };
}
