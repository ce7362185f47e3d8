// Keystone v3 as one Service.
import { Domain } from "../../models/identity/domain.ts";
import { Group } from "../../models/identity/group.ts";
import { ImpliedRole } from "../../models/identity/implied-role.ts";
import { Role } from "../../models/identity/role.ts";
import { RoleAssignment } from "../../models/identity/role-assignment.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { TokenRevocation } from "../../models/identity/token-revocation.ts";
import { User } from "../../models/identity/user.ts";
import type { Kind } from "../../models/kind.ts";
import { keystoneFaults } from "../http/faults.ts";
import type { Service } from "../http/route.ts";
import { storeRights } from "../http/store-rights.ts";
import { type AuthRoutesDeps, authRoutes } from "./auth-routes.ts";
import { domainRoutes } from "./domains.ts";
import { grantRoutes } from "./grants.ts";
import { groupMemberRoutes } from "./group-members.ts";
import { groupRoutes } from "./groups.ts";
import { impliedRoleRoutes } from "./implied-roles.ts";
import { tokenKeysRights } from "./keys.ts";
import { passwordRights } from "./password.ts";
import { identityPolicies } from "./policies.ts";
import { projectTagRoutes } from "./project-tags.ts";
import { projectRoutes } from "./projects.ts";
import { roleAssignmentRoutes } from "./role-assignments.ts";
import { roleRoutes } from "./roles.ts";
import { endpointRoutes, serviceRoutes } from "./services.ts";
import { userRoutes } from "./users.ts";
import { versionRoutes } from "./versions.ts";

export const identityCatalog = { type: "identity", name: "keystone", path: "/identity" };

export function identityService(deps: AuthRoutesDeps): Service {
  const { world, catalog } = deps;
  return {
    name: "keystone",
    mount: "/identity",
    faults: keystoneFaults,
    policies: identityPolicies,
    catalog: identityCatalog,
    reference: "keystone",
    rights: [
      ...([Domain, Tenant, Group, Role] as Kind[]).map((kind) => storeRights(kind, "create", "update", "delete")),
      storeRights(ImpliedRole as Kind, "create", "delete"),
      storeRights(RoleAssignment as Kind, "create", "delete", "refresh"),
      storeRights(User, "update"),
      storeRights(TokenRevocation, "create", "delete"),
      ...tokenKeysRights,
      ...passwordRights,
    ],
    routes: [
      ...versionRoutes,
      ...authRoutes(deps),
      ...projectRoutes(world),
      ...domainRoutes(world),
      ...userRoutes(world),
      ...projectTagRoutes(world),
      ...groupRoutes(world),
      ...groupMemberRoutes(world),
      ...roleRoutes(world),
      ...impliedRoleRoutes(world),
      ...grantRoutes(world),
      ...roleAssignmentRoutes(world),
      ...serviceRoutes(catalog),
      ...endpointRoutes(catalog),
    ],
  };
}
