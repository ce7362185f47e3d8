// ImpliedRole: holds while both of its roles are there.
import { ImpliedRole } from "../../../models/identity/implied-role.ts";
import { Role } from "../../../models/identity/role.ts";
import { boundController } from "../bound-controller.ts";

export const impliedRoleController = boundController<ImpliedRole>({
  kind: ImpliedRole,
  refersTo: [Role],
  references: ({ spec }) => [
    [Role, spec.priorRoleRef],
    [Role, spec.impliedRoleRef],
  ],
  whenBound: "The role comes with the other.",
});
