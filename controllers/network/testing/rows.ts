// For unit tests: looking at desired rows.
import type { DesiredRow } from "../ovn/rows.ts";

/** Columns of the rows of one table. */
export const pick = (rows: readonly DesiredRow[], table: string) => rows.filter((row) => row.table === table).map((row) => row.columns);

/** Some columns of a row, in order. */
export const columns = (row: object | undefined, ...names: string[]) =>
  names.map((name) => (row as Record<string, unknown> | undefined)?.[name]);
