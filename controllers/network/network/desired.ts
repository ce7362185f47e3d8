// A Network in OVN: a logical switch, and for flat and VLAN networks the port that leads to the physical network. Pure.
import { displayNameOf, idOf } from "../../../domain/id.ts";
import { localnetName, switchName } from "../../../domain/net/names.ts";
import type { Network } from "../../../models/network/network.ts";
import type { Settings } from "../deps.ts";
import { type DesiredRow, rowUuid } from "../ovn/rows.ts";

export const switchUuid = (networkId: string): string => rowUuid("Logical_Switch", networkId);

const isProvider = ({ spec }: Network): boolean => spec.provider?.networkType === "flat" || spec.provider?.networkType === "vlan";

/** MTU in force in bytes. */
export function mtuOf(network: Network, settings: Pick<Settings, "tenantMTU" | "providerMTU">): number {
  return network.spec.mtu ?? (isProvider(network) ? settings.providerMTU : settings.tenantMTU);
}

export function desiredNetworkRows(network: Network, mtu: number): DesiredRow[] {
  const id = idOf(network);
  const { external, provider } = network.spec;
  const logicalSwitch: DesiredRow = {
    table: "Logical_Switch",
    uuid: switchUuid(id),
    columns: {
      name: switchName(id),
      other_config: {
        mcast_snoop: "false",
        "vlan-passthru": "false",
        ...(external ? { "broadcast-arps-to-all-routers": "false" } : {}),
      },
      external_ids: {
        "neutron:network_id": id,
        "neutron:network_name": displayNameOf(network),
        "neutron:mtu": String(mtu),
        ...(provider?.networkType === undefined ? {} : { "neutron:provnet-network-type": provider.networkType }),
        ...(provider?.physicalNetwork === undefined ? {} : { "neutron:provnet-physical-network": provider.physicalNetwork }),
      },
    },
  };
  return isProvider(network) ? [logicalSwitch, localnetPort(network, id)] : [logicalSwitch];
}

function localnetPort(network: Network, id: string): DesiredRow {
  const { networkType, physicalNetwork = "physnet1", segmentationID } = network.spec.provider ?? {};
  return {
    table: "Logical_Switch_Port",
    uuid: rowUuid("Logical_Switch_Port", id, "localnet"),
    parent: switchUuid(id),
    columns: {
      name: localnetName(id),
      type: "localnet",
      addresses: ["unknown"],
      tag_request: networkType === "vlan" ? segmentationID : undefined,
      options: {
        network_name: physicalNetwork,
        mcast_flood: "false",
        mcast_flood_reports: "true",
        localnet_learn_fdb: "false",
      },
      external_ids: { "neutron:provnet-physical-network": physicalNetwork },
    },
  };
}
