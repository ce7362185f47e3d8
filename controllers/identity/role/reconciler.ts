// Role: usable once the domain that it is for is there.
import { Domain } from "../../../models/identity/domain.ts";
import { Role } from "../../../models/identity/role.ts";
import type { Kind } from "../../../models/kind.ts";
import { defineController, index } from "../../../operator/controller/define-controller.ts";
import { domainCondition } from "../conditions.ts";
import { referenceIndex, referencesOf, watchReferenced } from "../references.ts";

export const roleController = defineController<Role>({
  kind: Role,
  watches: [watchReferenced(Role as Kind, Domain)],
  indexes: [index(Role, referenceIndex, referencesOf)],
  async reconcile(role, ctx) {
    const { domainRef } = role.spec;
    const condition = domainCondition(domainRef, domainRef && ctx.get(Domain, domainRef.name), "It can be assigned.");
    await ctx.applyStatus(Role, role, { conditions: [condition] });
    return {};
  },
});
