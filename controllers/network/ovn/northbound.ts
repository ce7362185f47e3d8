// The northbound database as the controllers use it: what an object has, and one transaction that makes it what it wants.
import type { OvsdbClient } from "../../../clients/ovsdb/client.ts";
import type { Operation } from "../../../clients/ovsdb/operations.ts";
import { KumulusError } from "../../../domain/errors.ts";
import type { RowOwner } from "../../../domain/net/row-keys.ts";
import { type DesiredRow, type Known, rowOperations, type StoredTableRow } from "./rows.ts";
import { type NorthboundRow, northboundTables, ownerText } from "./tables.ts";

const tableNames = Object.keys(northboundTables);

export interface Northbound {
  readonly client: OvsdbClient;
  /** Makes the owner's rows exactly these, in one transaction, or in none when they are. */
  apply(owner: RowOwner, rows: readonly DesiredRow[]): Promise<void>;
  /** What `apply` would send. */
  operations(owner: RowOwner, rows: readonly DesiredRow[]): Operation[];
  has(table: string, uuid: string): boolean;
  row<T extends NorthboundRow = NorthboundRow>(table: string, uuid: string): T | undefined;
}

export function createNorthbound(client: OvsdbClient): Northbound {
  const rowsOf = (owner: RowOwner): StoredTableRow[] => {
    const text = ownerText(owner);
    return tableNames.flatMap((table) => client.byIndex<NorthboundRow>(table, "owner", text).map((row) => ({ table, row })));
  };

  function operations(owner: RowOwner, rows: readonly DesiredRow[]): Operation[] {
    const { schema } = client;
    if (!schema) throw new KumulusError("Unavailable", "Not connected to the network database");
    const known: Known = { schema, byUuid: (table, uuid) => client.byUuid<NorthboundRow>(table, uuid) };
    return rowOperations(owner, rows, rowsOf(owner), known);
  }

  return {
    client,
    operations,
    async apply(owner, rows) {
      // A copy that is not in step with the database says nothing about what is missing.
      if (!client.synced) await client.whenSynced(5000);
      const needed = operations(owner, rows);
      if (needed.length > 0) await client.transact(needed);
    },
    has: (table, uuid) => client.byUuid(table, uuid) !== undefined,
    row: <T extends NorthboundRow>(table: string, uuid: string) => client.byUuid<T>(table, uuid),
  };
}
