// Role: usable once the domain that it is for is there.
import { Domain } from "../../../models/identity/domain.ts";
import { Role } from "../../../models/identity/role.ts";
import type { ConditionInput } from "../../../operator/contract.ts";
import { defineController, index } from "../../../operator/controller/define-controller.ts";
import { notReady, ready } from "../conditions.ts";
import { referenceIndex, referencesOf, watchReferenced } from "../references.ts";

export function roleCondition({ spec }: Role, domain: Domain | undefined): ConditionInput {
  if (spec.domainRef && !domain) return notReady("DomainMissing", `Waiting for Domain ${spec.domainRef.name}`);
  return ready("Active", "It can be assigned.");
}

export const roleController = defineController<Role>({
  kind: Role,
  watches: [watchReferenced(Role, Domain)],
  indexes: [index(Role, referenceIndex, referencesOf)],
  async reconcile(role, ctx) {
    const domain = role.spec.domainRef && ctx.get(Domain, role.spec.domainRef.name);
    await ctx.applyStatus(Role, role, { conditions: [roleCondition(role, domain)] });
    return {};
  },
});
