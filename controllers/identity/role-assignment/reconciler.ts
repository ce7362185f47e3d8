// RoleAssignment: reads what it names, one pure call, writes.
import { right, unasked } from "../../../domain/rights.ts";
import { Domain } from "../../../models/identity/domain.ts";
import { Role } from "../../../models/identity/role.ts";
import { RoleAssignment } from "../../../models/identity/role-assignment.ts";
import { Tenant } from "../../../models/identity/tenant.ts";
import { User } from "../../../models/identity/user.ts";
import type { Kind, KubeObject, LocalRef } from "../../../models/kind.ts";
import type { Context } from "../../../operator/contract.ts";
import { defineController, index } from "../../../operator/controller/define-controller.ts";
import { referenceIndex, referencesOf, watchReferenced } from "../references.ts";
import { boundAnnotation, desiredAssignment, type Seen } from "./desired.ts";

function gather({ spec }: RoleAssignment, ctx: Context): Seen {
  const refs: readonly [Kind, LocalRef | undefined][] = [
    [Role, spec.roleRef],
    [User, spec.userRef],
    [Tenant, spec.tenantRef],
    [Domain, spec.domainRef],
  ];
  return { named: refs.flatMap(([kind, ref]) => (ref ? [{ kind: kind.kind, name: ref.name, object: ctx.get(kind, ref.name) }] : [])) };
}

/** The uid makes the API server refuse to create it anew when it was deleted meanwhile. The spec is the user's: it is not applied. */
function boundAssignment({ apiVersion, kind, metadata }: RoleAssignment, boundTo: string): KubeObject {
  const { name, uid } = metadata;
  return { apiVersion, kind, metadata: { name, ...(uid && { uid }), annotations: { [boundAnnotation]: boundTo } } };
}

export const roleAssignmentController = defineController<RoleAssignment>({
  kind: RoleAssignment,
  watches: ([Role, User, Tenant, Domain] as readonly Kind[]).map((kind) => watchReferenced(RoleAssignment, kind)),
  indexes: [index(RoleAssignment, referenceIndex, referencesOf)],
  rights: [
    right(RoleAssignment, "patch", "delete"),
    unasked(right(RoleAssignment, "create"), "to apply one that has just gone counts as a creation"),
  ],
  async reconcile(assignment, ctx) {
    const plan = desiredAssignment(assignment, gather(assignment, ctx));
    if (plan.do === "delete") {
      const { name, uid } = assignment.metadata;
      ctx.log.info({ assignment: name }, "what the role assignment was bound to is gone");
      await ctx.delete(RoleAssignment, { name }, uid === undefined ? {} : { uid });
      return {};
    }
    if (plan.do === "bind") await ctx.apply(RoleAssignment as Kind, boundAssignment(assignment, plan.boundTo));
    await ctx.applyStatus(RoleAssignment, assignment, { conditions: [plan.condition] });
    return {};
  },
});
