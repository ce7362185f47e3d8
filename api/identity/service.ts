// Keystone v3 as one Service.

import { inSystem, right, rightOn } from "../../domain/rights.ts";
import { AccessRule } from "../../models/identity/access-rule.ts";
import { ApplicationCredential } from "../../models/identity/application-credential.ts";
import { Credential } from "../../models/identity/credential.ts";
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
import { Trust } from "../../models/identity/trust.ts";
import { User } from "../../models/identity/user.ts";
import type { Kind } from "../../models/kind.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { keystoneFaults } from "../http/faults.ts";
import type { Service } from "../http/route.ts";
import type { Stores } from "../http/store.ts";
import { storeRights } from "../http/store-rights.ts";
import { accessRuleRoutes } from "./access-rules.ts";
import { applicationCredentialRoutes } from "./application-credentials.ts";
import { type AuthRoutesDeps, authRoutes } from "./auth-routes.ts";
import type { Blobs } from "./blobs.ts";
import { credentialRoutes } from "./credentials.ts";
import { domainConfigRoutes } from "./domain-config.ts";
import { domainRoutes } from "./domains.ts";
import { ec2CredentialRoutes } from "./ec2-credentials.ts";
import { ec2TokenRoutes } from "./ec2-tokens.ts";
import { endpointFilterRoutes } from "./endpoint-filter.ts";
import { endpointGroupRoutes } from "./endpoint-groups.ts";
import { endpointRoutes } from "./endpoints.ts";
import { type KubernetesDeps, kubernetesRights, kubernetesRoutes } from "./federation/kubernetes.ts";
import { federationRights, federationRoutes } from "./federation/routes.ts";
import type { WebSSODeps } from "./federation/websso-routes.ts";
import { grantRoutes } from "./grants.ts";
import { groupMemberRoutes } from "./group-members.ts";
import { groupRoutes } from "./groups.ts";
import { impliedRoleRoutes } from "./implied-roles.ts";
import { tokenKeysRights } from "./keys.ts";
import { type LimitWorld, limitWorldRights } from "./limit-world.ts";
import { limitRoutes } from "./limits.ts";
import { oauthConsumerRoutes } from "./oauth-consumers.ts";
import { passwordRights } from "./password.ts";
import { identityPolicies } from "./policies.ts";
import { policyRoutes } from "./policy-blobs.ts";
import { projectTagRoutes } from "./project-tags.ts";
import { projectRoutes } from "./projects.ts";
import { regionRoutes } from "./regions.ts";
import { registeredLimitRoutes } from "./registered-limits.ts";
import { roleAssignmentRoutes } from "./role-assignments.ts";
import { roleRoutes } from "./roles.ts";
import { secretObjectRights } from "./secret-objects.ts";
import { serviceRoutes } from "./services.ts";
import { settingsRights } from "./settings.ts";
import { trustRoutes } from "./trusts.ts";
import { type UsersDeps, userRoutes } from "./users.ts";
import { versionRoutes } from "./versions.ts";

export const identityCatalog = { type: "identity", name: "keystone", path: "/identity" };

export interface IdentityDeps extends AuthRoutesDeps, KubernetesDeps, WebSSODeps, Omit<UsersDeps, keyof AuthRoutesDeps> {
  readonly blobs: Blobs;
  readonly stores: Stores;
  readonly limits: LimitWorld;
}

const delegationRights = [
  storeRights(AccessRule, "create", "delete", "refresh"),
  storeRights(ApplicationCredential, "create", "delete"),
  storeRights(Credential, "create", "update", "delete"),
  rightOn(Credential, "status", "update"),
  storeRights(Trust, "create", "delete", "refresh"),
  rightOn(Trust, "status", "update"),
  ...secretObjectRights,
  ...kubernetesRights,
];

export function identityService(deps: IdentityDeps): Service {
  const { world, catalog, stores, limits } = deps;
  return {
    name: "keystone",
    mount: "/identity",
    faults: keystoneFaults,
    policies: identityPolicies,
    catalog: identityCatalog,
    reference: "keystone",
    rights: [
      ...limitWorldRights,
      ...([Domain, Tenant, Group, Role, Region, KeystoneService, Endpoint, EndpointGroup, Policy, OAuthConsumer] as Kind[]).map((kind) =>
        storeRights(kind, "create", "update", "delete"),
      ),
      storeRights(ImpliedRole as Kind, "create", "delete"),
      storeRights(RoleAssignment as Kind, "create", "delete", "refresh"),
      storeRights(User, "create", "update", "patch", "delete"),
      inSystem(right(Secret, "get", "create", "patch")),
      storeRights(TokenRevocation, "create", "delete"),
      ...tokenKeysRights,
      ...passwordRights,
      ...settingsRights,
      ...delegationRights,
      ...federationRights,
    ],
    routes: [
      ...versionRoutes,
      ...authRoutes(deps),
      ...projectRoutes(world),
      ...domainRoutes(world),
      ...projectTagRoutes(world),
      ...groupRoutes(world),
      ...groupMemberRoutes(deps),
      ...userRoutes(deps),
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
      ...registeredLimitRoutes(limits),
      ...limitRoutes(limits),
      ...applicationCredentialRoutes(deps),
      ...accessRuleRoutes(world, deps.tokens),
      ...credentialRoutes(deps),
      ...ec2CredentialRoutes(deps),
      ...ec2TokenRoutes(deps),
      ...trustRoutes(deps),
      ...kubernetesRoutes(deps),
      ...federationRoutes(deps),
    ],
  };
}
