// Endpoint: in the catalog once its service is there.
import { Endpoint } from "../../../models/identity/endpoint.ts";
import { Service } from "../../../models/identity/service.ts";
import type { Kind } from "../../../models/kind.ts";
import type { ConditionInput } from "../../../operator/contract.ts";
import { defineController, index } from "../../../operator/controller/define-controller.ts";
import { enabledCondition, notReady } from "../conditions.ts";
import { referenceIndex, referencesOf, watchReferenced } from "../references.ts";

export function endpointCondition({ spec }: Endpoint, service: Service | undefined): ConditionInput {
  if (!service) return notReady("ServiceMissing", `Waiting for Service ${spec.serviceRef.name}`);
  return enabledCondition(spec.enabled, "The endpoint is disabled: it is not in the catalog.");
}

export const endpointController = defineController<Endpoint>({
  kind: Endpoint,
  watches: [watchReferenced(Endpoint as Kind, Service)],
  indexes: [index(Endpoint, referenceIndex, referencesOf)],
  async reconcile(endpoint, ctx) {
    const condition = endpointCondition(endpoint, ctx.get(Service, endpoint.spec.serviceRef.name));
    await ctx.applyStatus(Endpoint, endpoint, { conditions: [condition] });
    return {};
  },
});
