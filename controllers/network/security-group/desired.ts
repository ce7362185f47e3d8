// A SecurityGroup in OVN: a port group with one ACL for each rule; and the group that drops what no rule allows. Pure.
import { displayNameOf, idOf } from "../../../domain/id.ts";
import { addressSetOf, dropGroupName, portGroupName } from "../../../domain/net/names.ts";
import type { RowOwner } from "../../../domain/net/row-keys.ts";
import { protocolNumber, ruleId } from "../../../domain/net/security-group.ts";
import type { SecurityGroup, SecurityGroupRule } from "../../../models/network/security-group.ts";
import { type DesiredRow, rowUuid } from "../ovn/rows.ts";

const allowPriority = 1002;
const dropPriority = 1000;

export const portGroupUuid = (groupId: string): string => rowUuid("Port_Group", groupId);
export const dropGroupUuid = rowUuid("Port_Group", "drop");

/** The drop group belongs to the cloud, not to an object. */
export const dropOwner: RowOwner = { kind: "Cloud", namespace: "", name: dropGroupName };

const portNames: Readonly<Record<number, string>> = { 6: "tcp", 17: "udp", 132: "sctp" };

/** What a rule says of the protocol; `undefined` where it says nothing. */
function protocolMatch(rule: SecurityGroupRule, version: 4 | 6): string | undefined {
  const number = protocolNumber(rule.protocol);
  if (number === undefined) return undefined;
  const { portRangeMin: min, portRangeMax: max } = rule;
  if (number === 1 || number === 58) {
    const name = version === 4 ? "icmp4" : "icmp6";
    return [
      name,
      ...(min === undefined ? [] : [`${name}.type == ${min}`]),
      ...(min === undefined || max === undefined ? [] : [`${name}.code == ${max}`]),
    ].join(" && ");
  }
  const name = portNames[number];
  if (name === undefined) return `ip.proto == ${number}`;
  if (min === undefined || max === undefined || (min <= 1 && max === 65535)) return name;
  return min === max ? `${name} && ${name}.dst == ${min}` : `${name} && ${name}.dst >= ${min} && ${name}.dst <= ${max}`;
}

/** Which other side a rule is about; "none" where it names a group that is not there: then it allows nothing. */
function remoteMatch(rule: SecurityGroupRule, version: 4 | 6, remoteId: string | undefined): string | undefined | "none" {
  const field = `ip${version}.${rule.direction === "ingress" ? "src" : "dst"}`;
  if (rule.remoteGroupRef) return remoteId === undefined ? "none" : `${field} == ${addressSetOf(remoteId, version)}`;
  const prefix = rule.remoteIPPrefix;
  return prefix === undefined || prefix === "0.0.0.0/0" || prefix === "::/0" ? undefined : `${field} == ${prefix}`;
}

/** The ACL match of one rule on a group's ports, undefined where the rule can allow nothing. */
export function ruleMatch(rule: SecurityGroupRule, group: string, remoteId: string | undefined): string | undefined {
  const version = rule.etherType === "IPv6" ? 6 : 4;
  const remote = remoteMatch(rule, version, remoteId);
  if (remote === "none") return undefined;
  const port = rule.direction === "ingress" ? "outport" : "inport";
  return [`${port} == @${group}`, `ip${version}`, remote, protocolMatch(rule, version)].filter((part) => part !== undefined).join(" && ");
}

function acl(uuid: string, parent: string, rule: { ingress: boolean; priority: number; match: string; action: string }): DesiredRow {
  const direction = rule.ingress ? "to-lport" : "from-lport";
  return {
    table: "ACL",
    uuid,
    parent,
    columns: { priority: rule.priority, direction, match: rule.match, action: rule.action, external_ids: {} },
  };
}

/** `remoteId` gives the id of a group of the same namespace by its object name. */
export function desiredGroupRows(group: SecurityGroup, remoteId: (name: string) => string | undefined): DesiredRow[] {
  const id = idOf(group);
  const name = portGroupName(id);
  const parent = portGroupUuid(id);
  const action = group.spec.stateful === false ? "allow-stateless" : "allow-related";
  const acls = new Map<string, DesiredRow>();
  for (const rule of group.spec.rules ?? []) {
    const match = ruleMatch(rule, name, rule.remoteGroupRef && remoteId(rule.remoteGroupRef.name));
    if (match === undefined) continue;
    const rowId = ruleId(id, rule);
    const row = acl(rowUuid("ACL", id, rowId), parent, { ingress: rule.direction === "ingress", priority: allowPriority, match, action });
    acls.set(rowId, { ...row, columns: { ...row.columns, external_ids: { "neutron:security_group_rule_id": rowId } } });
  }
  const ids = { "neutron:security_group_id": id, "neutron:security_group_name": displayNameOf(group) };
  return [{ table: "Port_Group", uuid: parent, columns: { name, external_ids: ids } }, ...acls.values()];
}

/**
 * Every port with port security is a member: what no rule allows is dropped. Besides it lets through what a guest needs before any rule can
 * matter: asking for DHCP, and the neighbour discovery and router advertisements without which SLAAC does not work.
 */
export function dropGroupRows(): DesiredRow[] {
  const out = `inport == @${dropGroupName}`;
  const into = `outport == @${dropGroupName}`;
  const rules: [role: string, ingress: boolean, priority: number, match: string, action: string][] = [
    ["drop-out", false, dropPriority, `${out} && ip`, "drop"],
    ["drop-in", true, dropPriority, `${into} && ip`, "drop"],
    ["dhcp4", false, allowPriority, `${out} && ip4 && udp && udp.src == 68 && udp.dst == 67`, "allow"],
    ["dhcp6", false, allowPriority, `${out} && ip6 && udp && udp.src == 546 && udp.dst == 547`, "allow"],
    ["nd-out", false, allowPriority, `${out} && ip6 && icmp6 && icmp6.type == {133, 135, 136}`, "allow"],
    ["nd-in", true, allowPriority, `${into} && ip6 && icmp6 && icmp6.type == {134, 135, 136}`, "allow"],
  ];
  return [
    { table: "Port_Group", uuid: dropGroupUuid, columns: { name: dropGroupName, external_ids: {} } },
    ...rules.map(([role, ingress, priority, match, action]) =>
      acl(rowUuid("ACL", "drop", role), dropGroupUuid, { ingress, priority, match, action }),
    ),
  ];
}
