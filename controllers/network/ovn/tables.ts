// The tables of OVN's databases that the network controllers keep a copy of, and how rows of ours are told from others'.
import type { OvsdbOptions } from "../../../clients/ovsdb/client.ts";
import type { StoredRow } from "../../../clients/ovsdb/store.ts";
import { ownerInKeys, type RowOwner } from "../../../domain/net/row-keys.ts";

/** UUID of the row whose set holds this one. */
export const parentKey = "kumulus:parent";
/** UUIDs of the port groups that a Logical_Switch_Port is a member of, with spaces between. */
export const groupsKey = "kumulus:groups";

export interface NorthboundRow extends StoredRow {
  readonly external_ids: Readonly<Record<string, string>>;
}

export interface SwitchPortRow extends NorthboundRow {
  readonly name: string;
  readonly up?: boolean;
}

/** Tables without a life of their own: a row exists as long as its parent's column holds it. */
export const parents: Readonly<Record<string, { readonly table: string; readonly column: string }>> = {
  Logical_Switch_Port: { table: "Logical_Switch", column: "ports" },
  Logical_Router_Port: { table: "Logical_Router", column: "ports" },
  Logical_Router_Static_Route: { table: "Logical_Router", column: "static_routes" },
  NAT: { table: "Logical_Router", column: "nat" },
  ACL: { table: "Port_Group", column: "acls" },
  Gateway_Chassis: { table: "Logical_Router_Port", column: "gateway_chassis" },
};

export const ownerText = ({ kind, namespace, name }: RowOwner): string => `${kind}/${namespace}/${name}`;

/** Undefined for a row that is not ours. */
export const ownerOf = (row: NorthboundRow): RowOwner | undefined => ownerInKeys(row.external_ids);

const indexes = {
  owner: (row: StoredRow) => {
    const owner = ownerOf(row as NorthboundRow);
    return owner ? [ownerText(owner)] : [];
  },
};

/**
 * What main gives to createOvsdbClient for OVN_Northbound. The sets of children and members stay out of the copy: they may be long, and
 * every change of one would cost time with its length. The audit reads port groups' members with a select.
 */
export const northboundTables: OvsdbOptions["tables"] = {
  Logical_Switch: { columns: ["name", "other_config", "external_ids"], indexes },
  Logical_Switch_Port: {
    columns: [
      "name",
      "type",
      "options",
      "addresses",
      "port_security",
      "enabled",
      "up",
      "tag_request",
      "dhcpv4_options",
      "dhcpv6_options",
      "external_ids",
    ],
    indexes,
  },
  DHCP_Options: { columns: ["cidr", "options", "external_ids"], indexes },
  Logical_Router: { columns: ["name", "enabled", "options", "external_ids"], indexes },
  Logical_Router_Port: { columns: ["name", "mac", "networks", "options", "ipv6_ra_configs", "enabled", "external_ids"], indexes },
  Logical_Router_Static_Route: { columns: ["ip_prefix", "nexthop", "output_port", "external_ids"], indexes },
  Gateway_Chassis: { columns: ["name", "chassis_name", "priority", "external_ids"], indexes },
  NAT: { columns: ["type", "external_ip", "logical_ip", "external_ids"], indexes },
  Port_Group: { columns: ["name", "external_ids"], indexes },
  ACL: { columns: ["priority", "direction", "match", "action", "external_ids"], indexes },
};

/** What main gives to createOvsdbClient for OVN_Southbound. */
export const southboundTables: OvsdbOptions["tables"] = {
  Chassis: { columns: ["name", "hostname", "external_ids", "other_config"] },
  Port_Binding: { columns: ["logical_port", "chassis"], indexes: { port: (row) => [String(row.logical_port)] } },
};
