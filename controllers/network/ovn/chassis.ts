// The chassis (nodes) of the southbound database: which may be gateways, and where a port is bound.
import type { OvsdbClient } from "../../../clients/ovsdb/client.ts";
import type { StoredRow } from "../../../clients/ovsdb/store.ts";

interface ChassisRow extends StoredRow {
  readonly name: string;
  readonly hostname: string;
  readonly external_ids: Readonly<Record<string, string>>;
  readonly other_config: Readonly<Record<string, string>>;
}
interface BindingRow extends StoredRow {
  readonly logical_port: string;
  readonly chassis?: string;
}

export interface Chassis {
  /** Names of the chassis that may be gateways to a physical network (any when undefined), sorted. */
  gateways(physicalNetwork: string | undefined): string[];
  /** Whether there is a chassis of this name or host name. */
  has(name: string): boolean;
  /** Host name of the node where OVN has bound a logical port. */
  hostOf(logicalPort: string): string | undefined;
  /** Called when the answers of `gateways` may have changed. Returns the unsubscribe function. */
  onGateways(handler: () => void): () => void;
  /** Called with the name of a logical port whose binding changed. */
  onBinding(handler: (logicalPort: string) => void): () => void;
}

/** Newer ovn-controllers write their settings to other_config, older ones to external_ids. */
const setting = (row: ChassisRow, key: string): string => row.other_config[key] ?? row.external_ids[key] ?? "";

function canLead(row: ChassisRow, physicalNetwork: string | undefined): boolean {
  const isGateway = setting(row, "ovn-cms-options").split(",").includes("enable-chassis-as-gw");
  const bridges = setting(row, "ovn-bridge-mappings").split(",");
  return isGateway && (physicalNetwork === undefined || bridges.some((mapping) => mapping.split(":")[0] === physicalNetwork));
}

const gatewayKey = (row: ChassisRow): string => [row.name, setting(row, "ovn-cms-options"), setting(row, "ovn-bridge-mappings")].join("|");

export function createChassis(southbound: OvsdbClient): Chassis {
  return {
    gateways: (physicalNetwork) =>
      southbound
        .rows<ChassisRow>("Chassis")
        .filter((row) => canLead(row, physicalNetwork))
        .map((row) => row.name)
        .sort(),
    has: (name) => southbound.rows<ChassisRow>("Chassis").some((row) => row.name === name || row.hostname === name),
    hostOf(logicalPort) {
      const [binding] = southbound.byIndex<BindingRow>("Port_Binding", "port", logicalPort);
      const chassis = binding?.chassis === undefined ? undefined : southbound.byUuid<ChassisRow>("Chassis", binding.chassis);
      return chassis && (chassis.hostname || chassis.name);
    },
    onGateways: (handler) =>
      southbound.onChange<ChassisRow>("Chassis", (change) => {
        if (change.type !== "update" || gatewayKey(change.row) !== gatewayKey(change.old)) handler();
      }),
    onBinding: (handler) =>
      southbound.onChange<BindingRow>("Port_Binding", (change) => {
        const before = change.type === "update" ? change.old.chassis : undefined;
        const after = change.type === "delete" ? undefined : change.row.chassis;
        if (before !== after) handler(change.row.logical_port);
      }),
  };
}
