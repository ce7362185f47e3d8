// What a Network shows.
import type { Network, NetworkStatus } from "../../../models/network/network.ts";
import type { ConditionInput } from "../../../operator/contract.ts";
import { ready } from "../deps.ts";

export function networkStatus(network: Network, mtu: number): Omit<NetworkStatus, "conditions"> & { conditions: ConditionInput[] } {
  const tag = network.spec.provider?.segmentationID;
  return {
    mtu,
    phase: "ACTIVE",
    ...(tag === undefined ? {} : { segmentationID: tag }),
    conditions: [ready("The network is in OVN")],
  };
}
