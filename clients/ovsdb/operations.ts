// Operations of one transaction (RFC 7047 section 5.2) with plain values, their wire form, and their results.
import { KumulusError } from "../../domain/errors.ts";
import { type ColumnType, decodeValue, encodeValue, type Json, type Row, type Value } from "./codec.ts";
import { type DatabaseSchema, typeOf } from "./schema.ts";

export type ConditionFunction = "==" | "!=" | "<" | "<=" | ">" | ">=" | "includes" | "excludes";
export type Condition = readonly [column: string, test: ConditionFunction, value: Value | undefined];
export type Mutator = "+=" | "-=" | "*=" | "/=" | "%=" | "insert" | "delete";
export type Mutation = readonly [column: string, mutator: Mutator, value: Value];

export type Operation =
  /** `uuid` fixes the new row's UUID (ovsdb-server ≥ 2.17); `name` is what `namedUuid(name)` refers to in the same transaction. */
  | { op: "insert"; table: string; row: Row; uuid?: string; name?: string }
  | { op: "select"; table: string; where: readonly Condition[]; columns?: readonly string[] }
  | { op: "update"; table: string; where: readonly Condition[]; row: Row }
  | { op: "mutate"; table: string; where: readonly Condition[]; mutations: readonly Mutation[] }
  | { op: "delete"; table: string; where: readonly Condition[] }
  /** Fails the whole transaction when `rows` are not (or are, with "!=") what `where` selects within `timeoutMs` (0 unless said). */
  | {
      op: "wait";
      table: string;
      where: readonly Condition[];
      columns: readonly string[];
      until: "==" | "!=";
      rows: readonly Row[];
      timeoutMs?: number;
    }
  | { op: "comment"; comment: string }
  | { op: "assert"; lock: string }
  | { op: "abort" };

/** Which fields are there depends on the operation: insert gives `uuid`, select `rows`, update, mutate and delete `count`. */
export interface OperationResult {
  readonly uuid?: string;
  readonly count?: number;
  readonly rows?: readonly Row[];
}

/** Condition for one row. */
export const whereUuid = (uuid: string): readonly Condition[] => [["_uuid", "==", uuid]];

function encodeRow(schema: DatabaseSchema, table: string, row: Row): Json {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, encodeValue(typeOf(schema, table, column), value)]));
}

/** What a mutation's argument is: a set or map of any size for insert and delete, else one element. */
function argumentType(type: ColumnType, mutator: Mutator): ColumnType {
  return mutator === "insert" || mutator === "delete"
    ? { ...type, min: 0, max: Number.POSITIVE_INFINITY }
    : { key: type.key, min: 1, max: 1 };
}

export const encodeConditions = (schema: DatabaseSchema, table: string, where: readonly Condition[]): Json[] =>
  where.map(([column, test, value]) => [column, test, encodeValue(typeOf(schema, table, column), value)]);

/** Wire form of one operation; throws Invalid for unknown columns and wrong values. */
export function encodeOperation(schema: DatabaseSchema, operation: Operation): Json {
  const conditions = (table: string, where: readonly Condition[]) => encodeConditions(schema, table, where);
  switch (operation.op) {
    case "insert": {
      const { op, table, uuid, name } = operation;
      const row = encodeRow(schema, table, operation.row);
      return { op, table, row, ...(uuid === undefined ? {} : { uuid }), ...(name === undefined ? {} : { "uuid-name": name }) };
    }
    case "update":
      return { ...operation, where: conditions(operation.table, operation.where), row: encodeRow(schema, operation.table, operation.row) };
    case "select": {
      const { op, table, where, columns } = operation;
      return { op, table, where: conditions(table, where), ...(columns ? { columns } : {}) };
    }
    case "delete":
      return { op: operation.op, table: operation.table, where: conditions(operation.table, operation.where) };
    case "mutate": {
      const { op, table } = operation;
      const mutations = operation.mutations.map(([column, mutator, value]) => [
        column,
        mutator,
        encodeValue(argumentType(typeOf(schema, table, column), mutator), value),
      ]);
      return { op, table, where: conditions(table, operation.where), mutations };
    }
    case "wait": {
      const { op, table, columns, until, timeoutMs } = operation;
      const rows = operation.rows.map((row) => encodeRow(schema, table, row));
      return { op, table, where: conditions(table, operation.where), columns, until, rows, timeout: timeoutMs ?? 0 };
    }
    default:
      return { ...operation };
  }
}

/** Errors that another transaction or a changed world caused: reading again and repeating may help. */
const conflicts = new Set([
  "constraint violation",
  "referential integrity violation",
  "duplicate uuid",
  "timed out",
  "aborted",
  "not owner",
]);

interface WireResult {
  uuid?: Json;
  count?: number;
  rows?: Record<string, Json>[];
  error?: string;
  details?: string;
}

function resultError(result: WireResult, operation: Operation | undefined): KumulusError {
  const code = conflicts.has(result.error ?? "") ? "Conflict" : "Invalid";
  const where = operation ? `${operation.op}${"table" in operation ? ` ${operation.table}` : ""}` : "commit";
  const message = `The database refused a transaction at ${where}: ${result.error}${result.details ? ` (${result.details})` : ""}`;
  return new KumulusError(code, message, { reason: result.error ?? "error" });
}

/** Typed results, or the KumulusError (Conflict or Invalid, `reason` = OVSDB's error) that made the database drop the transaction. */
export function decodeResults(schema: DatabaseSchema, operations: readonly Operation[], reply: unknown): OperationResult[] {
  const results = reply as (WireResult | null)[];
  const failed = results.findIndex((result) => result?.error !== undefined);
  const error = results[failed];
  if (error) throw resultError(error, operations[failed]);
  return operations.map((operation, index) => {
    const result = results[index] ?? {};
    return {
      ...(result.uuid === undefined ? {} : { uuid: String(decodeValue({ key: "uuid", min: 1, max: 1 }, result.uuid)) }),
      ...(result.count === undefined ? {} : { count: result.count }),
      ...(result.rows && "table" in operation ? { rows: result.rows.map((row) => decodeRow(schema, operation.table, row)) } : {}),
    };
  });
}

/** Plain form of a row on the wire. */
export function decodeRow(schema: DatabaseSchema, table: string, row: Record<string, Json>): Row {
  const columns = Object.entries(row).map(([column, json]): [string, Value | undefined] => [
    column,
    decodeValue(typeOf(schema, table, column), json),
  ]);
  return Object.fromEntries(columns.filter(([, value]) => value !== undefined));
}
