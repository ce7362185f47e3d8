// Rows that an object wants in the northbound database, as plain data, and the operations that make them so.
import { type Row, sameValue, type Value } from "../../../clients/ovsdb/codec.ts";
import { type Operation, whereUuid } from "../../../clients/ovsdb/operations.ts";
import { type DatabaseSchema, typeOf } from "../../../clients/ovsdb/schema.ts";
import { hashedUuid } from "../../../domain/net/names.ts";
import { ownerKeys, type RowOwner } from "../../../domain/net/row-keys.ts";
import { groupsKey, type NorthboundRow, parentKey, parents } from "./tables.ts";

export interface DesiredRow {
  readonly table: string;
  /** Made of the object's id: the same row every time. */
  readonly uuid: string;
  /** All columns that are ours; `undefined` empties an optional one. `external_ids` get the owner's keys besides. */
  readonly columns: Row & { readonly external_ids?: Readonly<Record<string, string>> };
  /** UUID of the row that holds this one; for tables in `parents` only. */
  readonly parent?: string;
  /** UUIDs of the port groups that it is a member of; for Logical_Switch_Port only. */
  readonly groups?: readonly string[];
}

/** UUID of an object's row; `role` tells several rows of one object apart. */
export const rowUuid = (table: string, id: string, role = ""): string => hashedUuid("row", table, id, role);

export interface StoredTableRow {
  readonly table: string;
  readonly row: NorthboundRow;
}

/** What the copy of the database tells. */
export interface Known {
  readonly schema: DatabaseSchema;
  byUuid(table: string, uuid: string): NorthboundRow | undefined;
}

/** The owner's keys and what else finds the row's relations again. */
function externalIds(owner: RowOwner, row: DesiredRow): Record<string, string> {
  return {
    ...row.columns.external_ids,
    ...ownerKeys(owner),
    ...(row.parent === undefined ? {} : { [parentKey]: row.parent }),
    ...(row.groups?.length ? { [groupsKey]: [...row.groups].sort().join(" ") } : {}),
  };
}

/** The operations that turn the owner's `current` rows into the `desired` ones; none when nothing differs. Pure. */
export function rowOperations(
  owner: RowOwner,
  desired: readonly DesiredRow[],
  current: readonly StoredTableRow[],
  known: Known,
): Operation[] {
  const wanted = new Set(desired.map((row) => row.uuid));
  const gone = current.filter(({ row }) => !wanted.has(row._uuid));
  const goneUuids = new Set(gone.map(({ row }) => row._uuid));
  return [
    ...desired.flatMap((row) => writeOperations(owner, row, known, wanted)),
    ...gone.flatMap(({ table, row }) => removeOperations(table, row, goneUuids)),
  ];
}

function writeOperations(owner: RowOwner, desired: DesiredRow, known: Known, wanted: ReadonlySet<string>): Operation[] {
  const { table, uuid } = desired;
  const columns: Row = { ...desired.columns, external_ids: externalIds(owner, desired) };
  const current = known.byUuid(table, uuid);
  if (!current) {
    const row = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
    return [
      ...(desired.parent === undefined || wanted.has(desired.parent) ? [] : [mustExist(table, desired.parent)]),
      { op: "insert", table, uuid, row },
      ...(desired.parent === undefined ? [] : [holdOperation(table, desired.parent, "insert", uuid)]),
      ...memberOperations(uuid, [], desired.groups ?? []),
    ];
  }
  const changed = changedColumns(known.schema, table, columns, current);
  const oldParent = current.external_ids[parentKey];
  const moved = desired.parent !== undefined && oldParent !== desired.parent;
  return [
    ...(Object.keys(changed).length === 0 ? [] : [{ op: "update", table, where: whereUuid(uuid), row: changed } satisfies Operation]),
    ...(moved && oldParent !== undefined ? [holdOperation(table, oldParent, "delete", uuid)] : []),
    ...(moved && desired.parent !== undefined
      ? [mustExist(table, desired.parent), holdOperation(table, desired.parent, "insert", uuid)]
      : []),
    ...memberOperations(uuid, groupsOf(current), desired.groups ?? []),
  ];
}

export const groupsOf = (row: NorthboundRow): string[] => (row.external_ids[groupsKey] ?? "").split(" ").filter((uuid) => uuid !== "");

function changedColumns(schema: DatabaseSchema, table: string, columns: Row, current: Row): Row {
  const entries = Object.entries(columns).filter(([column, value]) => !sameValue(typeOf(schema, table, column), value, current[column]));
  return Object.fromEntries(entries.map(([column, value]): [string, Value | undefined] => [column, value]));
}

function parentOf(table: string): { table: string; column: string } {
  const parent = parents[table];
  if (!parent) throw new Error(`rows of ${table} have no parent`);
  return parent;
}

/** A row whose parent is missing would vanish without an error: fail the transaction instead. */
function mustExist(childTable: string, parent: string): Operation {
  const { table } = parentOf(childTable);
  return { op: "wait", table, where: whereUuid(parent), columns: ["_uuid"], until: "==", rows: [{ _uuid: parent }] };
}

function holdOperation(childTable: string, parent: string, mutator: "insert" | "delete", child: string): Operation {
  const { table, column } = parentOf(childTable);
  return { op: "mutate", table, where: whereUuid(parent), mutations: [[column, mutator, [child]]] };
}

export function memberOperations(port: string, before: readonly string[], after: readonly string[]): Operation[] {
  const mutate = (group: string, mutator: "insert" | "delete"): Operation => ({
    op: "mutate",
    table: "Port_Group",
    where: whereUuid(group),
    mutations: [["ports", mutator, [port]]],
  });
  return [
    ...before.filter((group) => !after.includes(group)).map((group) => mutate(group, "delete")),
    ...after.filter((group) => !before.includes(group)).map((group) => mutate(group, "insert")),
  ];
}

/** A child goes by leaving its parent, or with it; everything else is deleted. */
function removeOperations(table: string, row: NorthboundRow, gone: ReadonlySet<string>): Operation[] {
  if (!parents[table]) return [{ op: "delete", table, where: whereUuid(row._uuid) }];
  const parent = row.external_ids[parentKey];
  return parent === undefined || gone.has(parent) ? [] : [holdOperation(table, parent, "delete", row._uuid)];
}
