// Compares the members of port groups with what the ports' rows say. The copy of the database leaves them out, so they are read with a select.
import type { Operation } from "../../../clients/ovsdb/operations.ts";
import type { Northbound } from "../ovn/northbound.ts";
import { groupsOf, memberOperations } from "../ovn/rows.ts";
import { ownerOf, type SwitchPortRow } from "../ovn/tables.ts";

/** The operations that repair memberships of our ports in our groups. Pure. */
export function memberRepairs(ports: readonly SwitchPortRow[], members: ReadonlyMap<string, ReadonlySet<string>>): Operation[] {
  const actual = new Map<string, string[]>();
  for (const [group, uuids] of members) {
    for (const uuid of uuids) actual.set(uuid, [...(actual.get(uuid) ?? []), group]);
  }
  return ports.flatMap((port) => {
    const wanted = groupsOf(port).filter((group) => members.has(group));
    return memberOperations(port._uuid, actual.get(port._uuid) ?? [], wanted);
  });
}

/** Number of memberships that had to be repaired. */
export async function repairMembers({ client }: Northbound): Promise<number> {
  const [result] = await client.transact([{ op: "select", table: "Port_Group", where: [], columns: ["_uuid", "ports", "external_ids"] }]);
  const groups = (result?.rows ?? []) as unknown as (SwitchPortRow & { ports: readonly string[] })[];
  const members = new Map(groups.filter((group) => ownerOf(group)).map((group) => [group._uuid, new Set(group.ports)]));
  const ports = client.rows<SwitchPortRow>("Logical_Switch_Port").filter((port) => ownerOf(port)?.kind === "Port");
  const repairs = memberRepairs(ports, members);
  if (repairs.length > 0) await client.transact(repairs);
  return repairs.length;
}
