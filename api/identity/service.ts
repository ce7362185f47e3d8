// Keystone v3 as one Service.
import { inSystem, right } from "../../domain/rights.ts";
import { Domain } from "../../models/identity/domain.ts";
import { Endpoint } from "../../models/identity/endpoint.ts";
import { EndpointGroup } from "../../models/identity/endpoint-group.ts";
import { Group } from "../../models/identity/group.ts";
import { ImpliedRole } from "../../models/identity/implied-role.ts";
import { OAuthConsumer } from "../../models/identity/oauth-consumer.ts";
import { Policy } from "../../models/identity/policy.ts";
import { Region } from "../../models/identity/region.ts";
import { Role } from "../../models/identity/role.ts";
import { RoleAssignment } from "../../models/identity/role-assignment.ts";
import { Service as KeystoneService } from "../../models/identity/service.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { TokenRevocation } from "../../models/identity/token-revocation.ts";
import { User } from "../../models/identity/user.ts";
import type { Kind } from "../../models/kind.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { keystoneFaults } from "../http/faults.ts";
import type { Service } from "../http/route.ts";
import type { Stores } from "../http/store.ts";
import { storeRights } from "../http/store-rights.ts";
import { type AuthRoutesDeps, authRoutes } from "./auth-routes.ts";
import { domainConfigRoutes } from "./domain-config.ts";
import { domainRoutes } from "./domains.ts";
import { endpointFilterRoutes } from "./endpoint-filter.ts";
import { endpointGroupRoutes } from "./endpoint-groups.ts";
import { endpointRoutes } from "./endpoints.ts";
import { grantRoutes } from "./grants.ts";
import { groupMemberRoutes } from "./group-members.ts";
import { groupRoutes } from "./groups.ts";
import { impliedRoleRoutes } from "./implied-roles.ts";
import { tokenKeysRights } from "./keys.ts";
import { oauthConsumerRoutes } from "./oauth-consumers.ts";
import { passwordRights } from "./password.ts";
import { identityPolicies } from "./policies.ts";
import { policyRoutes } from "./policy-blobs.ts";
import { projectTagRoutes } from "./project-tags.ts";
import { projectRoutes } from "./projects.ts";
import { regionRoutes } from "./regions.ts";
import { roleAssignmentRoutes } from "./role-assignments.ts";
import { roleRoutes } from "./roles.ts";
import { serviceRoutes } from "./services.ts";
import { userRoutes } from "./users.ts";
import { versionRoutes } from "./versions.ts";

export const identityCatalog = { type: "identity", name: "keystone", path: "/identity" };

export interface IdentityServiceDeps extends AuthRoutesDeps {
  readonly stores: Stores;
}

export function identityService(deps: IdentityServiceDeps): Service {
  const { world, catalog, stores } = deps;
  return {
    name: "keystone",
    mount: "/identity",
    faults: keystoneFaults,
    policies: identityPolicies,
    catalog: identityCatalog,
    reference: "keystone",
    rights: [
      ...([Domain, Tenant, Group, Role, Region, KeystoneService, Endpoint, EndpointGroup, Policy, OAuthConsumer] as Kind[]).map((kind) =>
        storeRights(kind, "create", "update", "delete"),
      ),
      storeRights(ImpliedRole as Kind, "create", "delete"),
      storeRights(RoleAssignment as Kind, "create", "delete", "refresh"),
      storeRights(User, "update"),
      inSystem(right(Secret, "get", "create", "patch")),
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
      ...regionRoutes(catalog),
      ...domainConfigRoutes(world, stores.client),
      ...policyRoutes(stores.of(Policy)),
      ...oauthConsumerRoutes(stores.of(OAuthConsumer), stores.client),
      ...endpointGroupRoutes(catalog),
      ...endpointFilterRoutes(world, catalog),
    ],
  };
}
