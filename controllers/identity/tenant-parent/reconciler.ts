// Tenant's place in the hierarchy: bound to its very parent, so that a later project of that name gives it no inherited roles.
import { bindingTo, boundAnnotation } from "../../../domain/identity/binding.ts";
import { Tenant } from "../../../models/identity/tenant.ts";
import type { Kind } from "../../../models/kind.ts";
import { defineController, index } from "../../../operator/controller/define-controller.ts";
import { bindingRights, boundObject } from "../bound-controller.ts";
import { referenceIndex, referencesOf, watchReferenced } from "../references.ts";

export const tenantParentController = defineController<Tenant>({
  name: "tenant-parent",
  kind: Tenant,
  watches: [watchReferenced(Tenant as Kind, Tenant)],
  indexes: [index(Tenant, referenceIndex, referencesOf)],
  rights: bindingRights(Tenant as Kind),
  ownConditions: false,
  async reconcile(tenant, ctx) {
    const ref = tenant.spec.parentRef;
    const parent = ref && ctx.get(Tenant, ref.name);
    if (!parent || tenant.metadata.annotations?.[boundAnnotation] !== undefined) return {};
    await ctx.apply(Tenant as Kind, boundObject(tenant, bindingTo([parent])));
    return {};
  },
});
