// The network namespace of one network's metadata service: a veth pair leads to it from OVS, and its inner end is the network's metadata port.
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { OvsdbClient } from "../../clients/ovsdb/client.ts";
import { namedUuid } from "../../clients/ovsdb/codec.ts";
import { type Operation, whereUuid } from "../../clients/ovsdb/operations.ts";
import { run } from "../../clients/programs/run.ts";
import { KumulusError } from "../../domain/errors.ts";
import type { LocalNetwork } from "./local-networks.ts";

export interface Namespaces {
  /** Idempotent; follows changed addresses. Resolves with the namespace's path. */
  make(network: LocalNetwork): Promise<string>;
  /** Idempotent. */
  remove(networkID: string): Promise<void>;
  /** Ids of the networks that have one, or a port in OVS for it. */
  list(): string[];
}

export interface NamespacesOptions {
  /** Connected to Open_vSwitch with `switchTables`. */
  readonly conf: OvsdbClient;
  /** Name of the namespace with the data plane; this process' own when undefined. */
  readonly dataPlane?: string | undefined;
  /** What the names begin with; the network's id follows. */
  readonly prefix: string;
}

export const metadataAddress = "169.254.169.254";

export const switchTables = {
  Open_vSwitch: { columns: ["external_ids"] },
  Bridge: { columns: ["name", "ports"] },
  Port: { columns: ["name", "interfaces"] },
  Interface: { columns: ["name", "external_ids"] },
};

interface PortRow {
  readonly _uuid: string;
  readonly name: string;
}
interface BridgeRow extends PortRow {
  readonly ports: readonly string[];
}
interface InterfaceRow extends PortRow {
  readonly external_ids: Readonly<Record<string, string>>;
}

const folder = "/run/netns";
const bridge = "br-int";
const inner = "metadata";
/** On an Interface in OVS: the network that it is made for. */
const mark = "kumulus-metadata";

/** Of the veth's end in the data plane: devices have at most 15 letters. */
const outerName = (networkID: string): string => `meta${createHash("sha256").update(networkID).digest("hex").slice(0, 11)}`;

export function createNamespaces({ conf, dataPlane, prefix }: NamespacesOptions): Namespaces {
  const nameOf = (networkID: string) => `${prefix}${networkID}`;
  const pathOf = (networkID: string) => join(folder, nameOf(networkID));
  const within = (namespace: string | undefined, ...argv: string[]) =>
    run("ip", namespace === undefined ? argv : ["-n", namespace, ...argv]);
  const exists = (namespace: string | undefined, device: string) =>
    within(namespace, "link", "show", "dev", device).then(
      () => true,
      () => false,
    );

  async function link(network: LocalNetwork, name: string, outer: string): Promise<void> {
    if (!existsSync(pathOf(network.id))) await run("ip", ["netns", "add", name]);
    if (await exists(name, inner)) return;
    await within(dataPlane, "link", "add", outer, "type", "veth", "peer", "name", inner, "netns", name);
  }

  async function configure({ mac, mtu, addresses }: LocalNetwork, name: string, outer: string): Promise<void> {
    await within(dataPlane, "link", "set", "dev", outer, "mtu", String(mtu), "up");
    await within(name, "link", "set", "dev", "lo", "up");
    await within(name, "link", "set", "dev", inner, "address", mac, "mtu", String(mtu), "up");
    await within(name, "address", "flush", "dev", inner, "scope", "global");
    for (const address of [...addresses, `${metadataAddress}/32`]) await within(name, "address", "replace", address, "dev", inner);
    // A veth leaves checksums undone that OVS' own datapath does not finish: TCP would hang.
    await run("ip", ["netns", "exec", name, "ethtool", "-K", inner, "tx", "off"]);
  }

  function removal(outer: string): Operation[] {
    const port = conf.rows<PortRow>("Port").find(({ name }) => name === outer);
    if (!port) return [];
    const bridges = conf.rows<BridgeRow>("Bridge").filter(({ ports }) => ports.includes(port._uuid));
    return bridges.map(({ _uuid }) => ({
      op: "mutate",
      table: "Bridge",
      where: whereUuid(_uuid),
      mutations: [["ports", "delete", [port._uuid]]],
    }));
  }

  async function plug({ id, logicalPort }: LocalNetwork, outer: string): Promise<void> {
    const plugged = conf.rows<InterfaceRow>("Interface").find(({ name }) => name === outer);
    if (plugged?.external_ids["iface-id"] === logicalPort) return;
    if (!conf.rows<BridgeRow>("Bridge").some(({ name }) => name === bridge))
      throw new KumulusError("Unavailable", `the bridge ${bridge} is not there yet`);
    const ids = { "iface-id": logicalPort, [mark]: id };
    await conf.transact([
      ...removal(outer),
      { op: "insert", table: "Interface", name: "nic", row: { name: outer, external_ids: ids } },
      { op: "insert", table: "Port", name: "port", row: { name: outer, interfaces: [namedUuid("nic")] } },
      { op: "mutate", table: "Bridge", where: [["name", "==", bridge]], mutations: [["ports", "insert", [namedUuid("port")]]] },
    ]);
  }

  return {
    async make(network) {
      const [name, outer] = [nameOf(network.id), outerName(network.id)];
      await link(network, name, outer);
      await configure(network, name, outer);
      await plug(network, outer);
      return pathOf(network.id);
    },
    async remove(networkID) {
      const operations = removal(outerName(networkID));
      if (operations.length > 0) await conf.transact(operations);
      // Both ends of the veth go with it.
      if (existsSync(pathOf(networkID))) await run("ip", ["netns", "delete", nameOf(networkID)]);
    },
    list() {
      const names = existsSync(folder) ? readdirSync(folder) : [];
      const made = names.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
      // The namespaces of a container end with it, what it has told OVS does not.
      const plugged = conf.rows<InterfaceRow>("Interface").flatMap(({ external_ids }) => external_ids[mark] ?? []);
      return [...new Set([...made, ...plugged])];
    },
  };
}
