// The Flavor controller: a flavor is data, so it is ready when it can be used.
import { Flavor } from "../../models/compute/flavor.ts";
import type { ConditionInput } from "../../operator/contract.ts";
import { defineController } from "../../operator/controller/define-controller.ts";

export function desiredFlavor({ spec }: Flavor): { conditions: [ConditionInput] } {
  const ready: ConditionInput = spec.disabled
    ? { type: "Ready", status: "False", reason: "Disabled", message: "The flavor is disabled for new servers" }
    : { type: "Ready", status: "True", reason: "Usable", message: "The flavor can be used" };
  return { conditions: [ready] };
}

export const flavorController = () =>
  defineController<Flavor>({
    kind: Flavor,
    async reconcile(flavor, ctx) {
      await ctx.applyStatus(Flavor, flavor, desiredFlavor(flavor));
      return {};
    },
  });
