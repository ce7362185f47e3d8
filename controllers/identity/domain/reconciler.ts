// Domain: nothing but its own switch decides about it.
import { Domain } from "../../../models/identity/domain.ts";
import { defineController } from "../../../operator/controller/define-controller.ts";
import { enabledCondition } from "../conditions.ts";

export const domainController = defineController<Domain>({
  kind: Domain,
  async reconcile(domain, ctx) {
    const condition = enabledCondition(domain.spec.enabled, "The domain is disabled: nobody of it can log in.");
    await ctx.applyStatus(Domain, domain, { conditions: [condition] });
    return {};
  },
});
