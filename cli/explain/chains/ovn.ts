// Rows of OVN's databases that stand for objects. Pure.
import type { Row, Value } from "../../../clients/ovsdb/codec.ts";
import { ownerKeys } from "../../../domain/net/row-keys.ts";
import type { KubeObject } from "../../../models/kind.ts";
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

/** Host name of a chassis, by one of its columns. */
function hostOf(column: "name" | "_uuid", value: Value | undefined, world: World): string {
  const columns = ["name", "hostname"];
  const [chassis] = world.rows({ database: "southbound", table: "Chassis", where: [column, "==", value], columns }) ?? [];
  return String(chassis?.hostname || chassis?.name || value);
}

/** What a router does to addresses on their way out, and which nodes may do it, the first choice first; nothing for what it need not do. */
export function gatewayLines({ metadata }: KubeObject, world: World): Line[] {
  const owner = ownerKeys({ kind: "Router", namespace: metadata.namespace ?? "", name: metadata.name });
  const select = (table: string, columns: string[]): readonly Row[] =>
    world.rows({ database: "northbound", table, where: ["external_ids", "includes", owner], columns }) ?? [];
  const line = (what: string, shows: string): Line => ({ what, state: "ready", shows, events: [], stage: stages.plug, children: [] });
  const nats = select("NAT", ["type", "external_ip", "logical_ip"]);
  const chassis = select("Gateway_Chassis", ["chassis_name", "priority"]).toSorted((a, b) => Number(b.priority) - Number(a.priority));
  return [
    ...nats.map((row) => line("NAT", `${row.type}, ${row.logical_ip} as ${row.external_ip}`)),
    ...(chassis.length > 0 ? [line("Gateway_Chassis", chassis.map((row) => hostOf("name", row.chassis_name, world)).join(", "))] : []),
  ];
}

/** Name of the node where OVN has bound a port, if any. */
function chassisOf(portID: string, world: World): string | undefined {
  const [binding] =
    world.rows({ database: "southbound", table: "Port_Binding", where: ["logical_port", "==", portID], columns: ["chassis"] }) ?? [];
  return typeof binding?.chassis === "string" ? hostOf("_uuid", binding.chassis, world) : undefined;
}

/** `runs`: whether a guest should be plugged into it now. */
export function switchPortLines(portID: string, runs: boolean, world: World): Line[] {
  const rows = world.rows(byName("Logical_Switch_Port", portID, ["name", "up"]));
  const chassis = rows?.[0] && chassisOf(portID, world);
  const isUp = rows?.[0]?.up === true;
  // A router's port is up without being anywhere.
  const place = chassis === undefined ? (isUp ? undefined : "bound to no chassis") : `bound to ${chassis}`;
  const plugged = words(isUp ? "up" : "not up", place);
  return rowLine(`Logical_Switch_Port ${portID}`, rows, () => plugged).map((line) => {
    if (line.state !== "ready" || !runs || isUp) return line;
    const why = "its guest runs, but no node has plugged it in: look at ovn-controller and ovs-cni there";
    return { ...line, state: "waiting", why, stage: stages.binding };
  });
}
