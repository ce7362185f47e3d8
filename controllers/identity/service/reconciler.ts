// Service: nothing but its own switch decides about it.
import { Service } from "../../../models/identity/service.ts";
import { defineController } from "../../../operator/controller/define-controller.ts";
import { enabledCondition } from "../conditions.ts";

export const serviceController = defineController<Service>({
  kind: Service,
  async reconcile(service, ctx) {
    const condition = enabledCondition(service.spec.enabled, "The service is disabled: it is not in the catalog.");
    await ctx.applyStatus(Service, service, { conditions: [condition] });
    return {};
  },
});
