// Rows that must be there before others can point to them.
import { isCode } from "../../../domain/errors.ts";
import { dropGroupRows, dropGroupUuid, dropOwner } from "../security-group/desired.ts";
import type { Northbound } from "./northbound.ts";
import type { DesiredRow } from "./rows.ts";
import { parents } from "./tables.ts";

/** Columns that refer weakly: OVSDB empties a reference to a row that is not there, without an error. */
const weak: Readonly<Record<string, string>> = { dhcpv4_options: "DHCP_Options", dhcpv6_options: "DHCP_Options" };

/** What `rows` need and is neither among them nor in the database, as a phrase for people; undefined when nothing. */
export function missingRow(northbound: Northbound, rows: readonly DesiredRow[]): string | undefined {
  const own = new Set(rows.map((row) => row.uuid));
  const absent = (table: string, uuid: unknown) => typeof uuid === "string" && !own.has(uuid) && !northbound.has(table, uuid);
  for (const row of rows) {
    const parent = parents[row.table];
    if (parent && absent(parent.table, row.parent)) return parent.table === "Logical_Switch" ? "the network" : "the router";
    if (row.groups?.some((group) => absent("Port_Group", group))) return "a security group";
    if (Object.entries(weak).some(([column, table]) => absent(table, row.columns[column]))) return "the subnet's DHCP options";
  }
  return undefined;
}

/** The group that drops what no rule allows must exist before its first member. */
export async function ensureDropGroup(northbound: Northbound): Promise<void> {
  if (northbound.has("Port_Group", dropGroupUuid)) return;
  try {
    await northbound.apply(dropOwner, dropGroupRows());
  } catch (error) {
    // Another reconcile was faster.
    if (!isCode(error, "Conflict")) throw error;
  }
}
