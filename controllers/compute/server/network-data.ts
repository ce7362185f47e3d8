// network_data.json as the config drive has it. Pure.
import { networkData } from "../../../domain/compute/network-data.ts";
import type { Network } from "../../../models/network/network.ts";
import type { Port } from "../../../models/network/port.ts";
import type { Subnet } from "../../../models/network/subnet.ts";

/** KubeVirt takes no more than this inline. */
const inlineLimitBytes = 2048;

/** What guests do not need to set up a NIC stays out: room is short. */
const left = new Set(["vif_id", "network_id"]);

export function configDriveNetworkData(ports: readonly Port[], networks: readonly Network[], subnets: readonly Subnet[]): string {
  const text = JSON.stringify(networkData(ports, networks, subnets), (key, value: unknown) => (left.has(key) ? undefined : value));
  // Too many NICs for inline data: the last ones are left to the guest.
  const fits = Buffer.byteLength(text) <= inlineLimitBytes || ports.length === 0;
  return fits ? text : configDriveNetworkData(ports.slice(0, -1), networks, subnets);
}
