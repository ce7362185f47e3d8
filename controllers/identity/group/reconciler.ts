// Group: usable once its domain is there. Its members are told by Users; it goes when none of them names it any more.
import { isCode } from "../../../domain/errors.ts";
import { finalizers } from "../../../domain/finalizers.ts";
import { right } from "../../../domain/rights.ts";
import { Domain } from "../../../models/identity/domain.ts";
import { Group } from "../../../models/identity/group.ts";
import { User } from "../../../models/identity/user.ts";
import type { Kind } from "../../../models/kind.ts";
import type { Context } from "../../../operator/contract.ts";
import { defineController, index } from "../../../operator/controller/define-controller.ts";
import { domainCondition } from "../conditions.ts";
import { referenceIndex, referencesOf, watchReferenced } from "../references.ts";

const memberIndex = "identity-group-members";
/** So many members are let out at a time; others may go on in between. */
const batch = 100;
const nextBatchMs = 50;

/** The resourceVersion guards it: a change that comes in between is not undone, and the next look does the rest. */
async function letOut(user: User, group: string, ctx: Context): Promise<void> {
  const { name, resourceVersion } = user.metadata;
  const groupRefs = (user.spec.groupRefs ?? []).filter((ref) => ref.name !== group);
  try {
    await ctx.client.patch(User, { name }, { metadata: { resourceVersion }, spec: { groupRefs } });
  } catch (error) {
    if (!isCode(error, "Conflict") && !isCode(error, "NotFound")) throw error;
  }
}

export const groupController = defineController<Group>({
  kind: Group,
  finalizer: finalizers.group,
  reads: [User],
  watches: [watchReferenced(Group as Kind, Domain)],
  indexes: [
    index(Group, referenceIndex, referencesOf),
    index(User, memberIndex, ({ spec }: User) => (spec.groupRefs ?? []).map(({ name }) => name)),
  ],
  rights: [right(User, "patch")],
  async reconcile(group, ctx) {
    const { domainRef } = group.spec;
    const condition = domainCondition(domainRef, ctx.get(Domain, domainRef.name), "It can get roles.");
    await ctx.applyStatus(Group, group, { conditions: [condition] });
    return {};
  },
  /** A later group of the same name must not find this one's members in it. */
  async finalize(group, ctx) {
    const { name } = group.metadata;
    const members = ctx.byIndex(User, memberIndex, name);
    if (members.length === 0) return "done";
    for (const member of members.slice(0, batch)) await letOut(member, name, ctx);
    return { requeueAfterMs: nextBatchMs };
  },
});
