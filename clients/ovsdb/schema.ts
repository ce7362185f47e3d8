// Database schemas as `get_schema` answers them (RFC 7047 section 3.2): the types of columns.
import { KumulusError } from "../../domain/errors.ts";
import type { AtomType, ColumnType } from "./codec.ts";

export type TableSchema = ReadonlyMap<string, ColumnType>;
export type DatabaseSchema = ReadonlyMap<string, TableSchema>;

type WireBase = AtomType | { type: AtomType };
type WireType = AtomType | { key: WireBase; value?: WireBase; min?: number; max?: number | "unlimited" };
interface WireSchema {
  tables: Record<string, { columns: Record<string, { type: WireType }> }>;
}

const uuidType: ColumnType = { key: "uuid", min: 1, max: 1 };
const base = (wire: WireBase): AtomType => (typeof wire === "string" ? wire : wire.type);

function columnType(wire: WireType): ColumnType {
  if (typeof wire === "string") return { key: wire, min: 1, max: 1 };
  return {
    key: base(wire.key),
    ...(wire.value === undefined ? {} : { value: base(wire.value) }),
    min: wire.min ?? 1,
    max: wire.max === "unlimited" ? Number.POSITIVE_INFINITY : (wire.max ?? 1),
  };
}

/** Every table also has `_uuid` and `_version`. */
export function parseSchema(json: unknown): DatabaseSchema {
  const { tables } = json as WireSchema;
  return new Map(
    Object.entries(tables).map(([name, { columns }]) => {
      const types = Object.entries(columns).map(([column, { type }]): [string, ColumnType] => [column, columnType(type)]);
      return [name, new Map([["_uuid", uuidType], ["_version", uuidType], ...types])];
    }),
  );
}

/** The type of a column; a name that the database does not know is an error of ours. */
export function typeOf(schema: DatabaseSchema, table: string, column: string): ColumnType {
  const type = schema.get(table)?.get(column);
  if (!type) throw new KumulusError("Invalid", `The database has no column ${table}.${column}`, { reason: "unknown column" });
  return type;
}
