// Rows of OVN's databases that stand for objects. Pure.
import type { Row } from "../../../clients/ovsdb/codec.ts";
import { absentLine, type Line, stages, words } from "../line.ts";
import type { Select, World } from "../world.ts";

const byName = (table: string, name: string, columns: readonly string[] = ["name"]): Select => ({
  database: "northbound",
  table,
  where: ["name", "==", name],
  columns,
});

/** A row that is there or not; nothing when OVN can not be asked. */
function rowLine(what: string, rows: readonly Row[] | undefined, shows: (row: Row) => string): Line[] {
  if (!rows) return [];
  const [row] = rows;
  if (!row) return [absentLine(what, stages.plug, "not in OVN's northbound database")];
  return [{ what, state: "ready", shows: shows(row), events: [], stage: stages.plug, children: [] }];
}

export const namedRowLines = (table: string, name: string, world: World): Line[] =>
  rowLine(`${table} ${name}`, world.rows(byName(table, name)), () => "");

export function natLines(floatingID: string, world: World): Line[] {
  const rows = world.rows({
    database: "northbound",
    table: "NAT",
    where: ["external_ids", "includes", { "neutron:fip_id": floatingID }],
    columns: ["type", "external_ip", "logical_ip"],
  });
  return rowLine("NAT", rows, (row) => `${row.type}, ${row.external_ip} to ${row.logical_ip}`);
}

/** Name of the node where OVN has bound a port, if any. */
function chassisOf(portID: string, world: World): string | undefined {
  const [binding] =
    world.rows({ database: "southbound", table: "Port_Binding", where: ["logical_port", "==", portID], columns: ["chassis"] }) ?? [];
  const uuid = binding?.chassis;
  if (typeof uuid !== "string") return undefined;
  const [chassis] =
    world.rows({ database: "southbound", table: "Chassis", where: ["_uuid", "==", uuid], columns: ["name", "hostname"] }) ?? [];
  return String(chassis?.hostname || chassis?.name || uuid);
}

/** `runs`: whether a guest should be plugged into it now. */
export function switchPortLines(portID: string, runs: boolean, world: World): Line[] {
  const rows = world.rows(byName("Logical_Switch_Port", portID, ["name", "up"]));
  const chassis = rows?.[0] && chassisOf(portID, world);
  const isUp = rows?.[0]?.up === true;
  const plugged = words(isUp ? "up" : "not up", chassis === undefined ? "bound to no chassis" : `bound to ${chassis}`);
  return rowLine(`Logical_Switch_Port ${portID}`, rows, () => plugged).map((line) => {
    if (line.state !== "ready" || !runs || isUp) return line;
    const why = "its guest runs, but no node has plugged it in: look at ovn-controller and ovs-cni there";
    return { ...line, state: "waiting", why, stage: stages.binding };
  });
}
