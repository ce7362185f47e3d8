// Tenant's place in the hierarchy: bound to its very parent, so that a later project of that name gives it no inherited roles.
import { boundAnnotation, boundTo } from "../../../domain/identity/bound.ts";
import { right, unasked } from "../../../domain/rights.ts";
import { Tenant } from "../../../models/identity/tenant.ts";
import type { Kind } from "../../../models/kind.ts";
import { defineController, index } from "../../../operator/controller/define-controller.ts";
import { boundNote } from "../bound.ts";
import { referenceIndex, referencesOf, watchReferenced } from "../references.ts";

export const tenantParentController = defineController<Tenant>({
  name: "tenant-parent",
  kind: Tenant,
  watches: [watchReferenced(Tenant as Kind, Tenant)],
  indexes: [index(Tenant, referenceIndex, referencesOf)],
  rights: [right(Tenant, "patch"), unasked(right(Tenant, "create"), "to apply one that has just gone counts as a creation")],
  ownConditions: false,
  async reconcile(tenant, ctx) {
    const ref = tenant.spec.parentRef;
    const parent = ref && ctx.get(Tenant, ref.name);
    const now = boundTo([parent]);
    if (now !== undefined && tenant.metadata.annotations?.[boundAnnotation] === undefined)
      await ctx.apply(Tenant as Kind, boundNote(tenant, now));
    return {};
  },
});
