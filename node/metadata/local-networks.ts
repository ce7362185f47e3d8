// Which networks have guests on this node, from the southbound database: told whenever it changes.
import { createOvsdbClient, type OvsdbClient, type OvsdbOptions } from "../../clients/ovsdb/client.ts";
import type { StoredRow } from "../../clients/ovsdb/store.ts";
import { deviceOwners } from "../../domain/net/port.ts";

export interface LocalNetwork {
  /** OpenStack id of the network. */
  readonly id: string;
  /** Name of its metadata port in OVN. */
  readonly logicalPort: string;
  readonly mac: string;
  /** Addresses of the metadata port with prefix lengths. */
  readonly addresses: readonly string[];
  /** In bytes. */
  readonly mtu: number;
}

export interface BindingRow extends StoredRow {
  readonly logical_port: string;
  readonly type: string;
  readonly chassis?: string;
  readonly mac: readonly string[];
  readonly external_ids: Readonly<Record<string, string>>;
}

const networkOf = ({ external_ids: ids }: BindingRow): string => ids["neutron:network_id"] ?? "";

/** `bindings` are the guests' ports of this chassis and the localports of all networks. Pure. */
export function localNetworks(bindings: readonly BindingRow[], chassis: string): Map<string, LocalNetwork> {
  const local = new Set(bindings.filter((row) => row.type === "" && row.chassis === chassis).map(networkOf));
  const found = new Map<string, LocalNetwork>();
  for (const row of bindings) {
    const id = networkOf(row);
    const { "neutron:device_owner": owner, "neutron:cidrs": cidrs = "", "neutron:mtu": mtu } = row.external_ids;
    const [mac = ""] = row.mac[0]?.split(" ") ?? [];
    const isMetadata = row.type === "localport" && owner === deviceOwners.distributed;
    if (!isMetadata || !local.has(id) || mac === "" || cidrs === "") continue;
    found.set(id, { id, logicalPort: row.logical_port, mac, addresses: cidrs.split(" "), mtu: Number(mtu) });
  }
  return found;
}

export type Southbound = Pick<OvsdbOptions, "remotes" | "tls" | "log" | "signal">;

const columns = ["logical_port", "type", "chassis", "mac", "external_ids"];

const connect = (options: Southbound, tables: OvsdbOptions["tables"]): OvsdbClient =>
  createOvsdbClient({ ...options, database: "OVN_Southbound", tables, leaderOnly: false });

/** Only rows that matter here are asked for: a node's memory does not grow with the guests of others. Silence, as of a lost connection, changes nothing. */
export function watchLocalNetworks(
  options: Southbound,
  chassisName: string,
  onChange: (networks: ReadonlyMap<string, LocalNetwork>) => void,
): void {
  const chassis = connect(options, { Chassis: { columns: ["name"], where: [["name", "==", chassisName]] } });
  let known: string | undefined;
  let stop = new AbortController();
  const follow = () => {
    const uuid = chassis.rows("Chassis")[0]?._uuid;
    // Without a row ovn-controller is away; it comes back with a new one.
    if (uuid === undefined || uuid === known) return;
    known = uuid;
    stop.abort();
    stop = new AbortController();
    watchBindings({ ...options, signal: AbortSignal.any([options.signal, stop.signal]) }, uuid, onChange);
  };
  chassis.onSync(follow);
  chassis.onChange("Chassis", follow);
}

function watchBindings(options: Southbound, chassis: string, onChange: (networks: ReadonlyMap<string, LocalNetwork>) => void): void {
  const where = [
    ["chassis", "==", chassis],
    ["type", "==", "localport"],
  ] as const;
  const bindings = connect(options, { Port_Binding: { columns, where } });
  let planned = false;
  // All changes of one update are looked at together.
  const plan = () => {
    if (planned) return;
    planned = true;
    setImmediate(() => {
      planned = false;
      if (bindings.synced && !options.signal.aborted) onChange(localNetworks(bindings.rows<BindingRow>("Port_Binding"), chassis));
    });
  };
  bindings.onSync(plan);
  bindings.onChange("Port_Binding", plan);
}
