// What a Subnet shows: gateway and pools in force, or what is wrong with it.
import { gatewayText, poolTexts, type SubnetRange } from "../../../domain/net/subnet.ts";
import type { SubnetStatus } from "../../../models/network/subnet.ts";
import type { ConditionInput } from "../../../operator/contract.ts";

export function subnetStatus(
  range: SubnetRange | undefined,
  condition: ConditionInput,
): Omit<SubnetStatus, "conditions"> & { conditions: ConditionInput[] } {
  if (!range) return { conditions: [condition] };
  const gatewayIP = gatewayText(range);
  return { ...(gatewayIP === undefined ? {} : { gatewayIP }), allocationPools: poolTexts(range), conditions: [condition] };
}
