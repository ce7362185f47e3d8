// Plugs NICs into OVS as Multus with ovs-cni would: a tap, and a port of the bridge whose iface-id names OVN's logical switch port.
import type { OvsdbClient } from "../../../clients/ovsdb/client.ts";
import { namedUuid } from "../../../clients/ovsdb/codec.ts";
import { type Operation, whereUuid } from "../../../clients/ovsdb/operations.ts";
import { KumulusError } from "../../../domain/errors.ts";
import { keyedLock } from "../keyed-lock.ts";
import type { Taps } from "./tap.ts";

export interface Plug {
  tap: string;
  bridge: string;
  /** Logical switch port. */
  port: string;
  mac: string;
  mtu: number;
  /** uid of the VMI: who owns the plug. */
  owner: string;
  /** SMBIOS uuid of the guest. */
  vmUuid: string;
}

export interface Plugs {
  /** Idempotent; takes the port over from an earlier run of the guest. */
  plug(wanted: Plug): Promise<void>;
  /** MUST come after the end of the QEMU that uses the tap, or after its NIC was taken out. Does nothing when the plug is another guest's. */
  unplug(tap: string, owner: string): Promise<void>;
  /** Names and owners of all plugs of this agent. */
  list(): { tap: string; owner: string }[];
}

interface PortRow {
  _uuid: string;
  name: string;
  external_ids: Readonly<Record<string, string>>;
}
interface BridgeRow {
  _uuid: string;
  name: string;
  ports: readonly string[];
}

const mark = "kumulus-node";

export function ovsPlugs(conf: OvsdbClient, taps: Taps | undefined): Plugs {
  const lock = keyedLock();
  const portOf = (tap: string) => conf.rows<PortRow>("Port").find(({ name }) => name === tap);
  const bridgesOf = (port: string) => conf.rows<BridgeRow>("Bridge").filter(({ ports }) => ports.includes(port));

  function removal(tap: string): Operation[] {
    const port = portOf(tap);
    if (!port) return [];
    return bridgesOf(port._uuid).map(({ _uuid }) => ({
      op: "mutate",
      table: "Bridge",
      where: whereUuid(_uuid),
      mutations: [["ports", "delete", [port._uuid]]],
    }));
  }

  function insertion(wanted: Plug): Operation[] {
    const { tap, bridge, port, mac, owner, vmUuid } = wanted;
    const ids = { "iface-id": port, "attached-mac": mac, owner: mark, "vm-uuid": vmUuid, "vmi-uid": owner };
    // Where no guest runs OVS makes the device itself; a type-less port reads the tap that we made.
    const type = taps ? "" : "internal";
    return [
      { op: "insert", table: "Interface", name: "nic", row: { name: tap, type, external_ids: ids, mtu_request: wanted.mtu } },
      {
        op: "insert",
        table: "Port",
        name: "port",
        row: { name: tap, interfaces: [namedUuid("nic")], external_ids: { owner: mark, "vmi-uid": owner } },
      },
      { op: "mutate", table: "Bridge", where: [["name", "==", bridge]], mutations: [["ports", "insert", [namedUuid("port")]]] },
    ];
  }

  return {
    plug: (wanted) =>
      lock(wanted.tap, async () => {
        const { tap, bridge, owner } = wanted;
        // The tap may be gone while its port is still written down, as after the namespace was made anew.
        await taps?.make(tap, wanted.mtu);
        if (portOf(tap)?.external_ids["vmi-uid"] === owner) return;
        if (!conf.rows<BridgeRow>("Bridge").some(({ name }) => name === bridge))
          throw new KumulusError("Unavailable", `the bridge ${bridge} is not there yet`);
        await conf.transact([...removal(tap), ...insertion(wanted)]);
      }),
    unplug: (tap, owner) =>
      lock(tap, async () => {
        const port = portOf(tap);
        if (port && port.external_ids["vmi-uid"] !== owner) return;
        const operations = removal(tap);
        if (operations.length > 0) await conf.transact(operations);
        await taps?.remove(tap);
      }),
    list: () =>
      conf
        .rows<PortRow>("Port")
        .filter(({ external_ids }) => external_ids.owner === mark)
        .map(({ name, external_ids }) => ({ tap: name, owner: external_ids["vmi-uid"] ?? "" })),
  };
}
