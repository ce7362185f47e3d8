// What a SecurityGroup shows.
import type { SecurityGroup } from "../../../models/network/security-group.ts";
import type { ConditionInput } from "../../../operator/contract.ts";
import { notReady, ready } from "../deps.ts";

/** `missing` are groups that rules name and that do not exist. */
export function groupStatus(group: SecurityGroup, missing: readonly string[]): { conditions: ConditionInput[] } {
  if (missing.length > 0)
    return { conditions: [notReady("WaitingForSecurityGroup", `Rules name groups that do not exist: ${missing.join(", ")}`)] };
  const count = group.spec.rules?.length ?? 0;
  return { conditions: [ready(`${count} ${count === 1 ? "rule is" : "rules are"} in OVN`)] };
}
