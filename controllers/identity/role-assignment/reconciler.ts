// RoleAssignment: holds while its role, its user or group and its target are there.
import { Domain } from "../../../models/identity/domain.ts";
import { Group } from "../../../models/identity/group.ts";
import { Role } from "../../../models/identity/role.ts";
import { RoleAssignment } from "../../../models/identity/role-assignment.ts";
import { Tenant } from "../../../models/identity/tenant.ts";
import { User } from "../../../models/identity/user.ts";
import { boundController } from "../bound-controller.ts";

export const roleAssignmentController = boundController<RoleAssignment>({
  kind: RoleAssignment,
  refersTo: [Role, User, Group, Tenant, Domain],
  references: ({ spec }) => [
    [Role, spec.roleRef],
    [User, spec.userRef],
    [Group, spec.groupRef],
    [Tenant, spec.tenantRef],
    [Domain, spec.domainRef],
  ],
  whenBound: "The role is given.",
});
