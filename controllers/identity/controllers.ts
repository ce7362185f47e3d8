// The controllers of the identity group.
import {
  accessRuleReferences,
  applicationCredentialReferences,
  credentialReferences,
  impliedRoleReferences,
  roleAssignmentReferences,
  trustReferences,
} from "../../domain/identity/bound.ts";
import { AccessRule } from "../../models/identity/access-rule.ts";
import { ApplicationCredential } from "../../models/identity/application-credential.ts";
import { Credential } from "../../models/identity/credential.ts";
import { Domain } from "../../models/identity/domain.ts";
import { Group } from "../../models/identity/group.ts";
import { ImpliedRole } from "../../models/identity/implied-role.ts";
import { Role } from "../../models/identity/role.ts";
import { RoleAssignment } from "../../models/identity/role-assignment.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { Trust } from "../../models/identity/trust.ts";
import { User } from "../../models/identity/user.ts";
import type { ControllerDefinition } from "../../operator/contract.ts";
import { boundController } from "./bound.ts";
import { domainController } from "./domain/reconciler.ts";
import { endpointController } from "./endpoint/reconciler.ts";
import { federationMappingController, federationProtocolController, identityProviderController } from "./federation/reconciler.ts";
import { groupController } from "./group/reconciler.ts";
import { limitController } from "./limit/reconciler.ts";
import { regionController } from "./region/reconciler.ts";
import { roleController } from "./role/reconciler.ts";
import { serviceController } from "./service/reconciler.ts";
import { tenantController } from "./tenant/reconciler.ts";
import { tenantAccessController } from "./tenant-access/reconciler.ts";
import { tenantParentController } from "./tenant-parent/reconciler.ts";
import { userController } from "./user/reconciler.ts";

const bound: readonly ControllerDefinition[] = [
  boundController(ImpliedRole, [Role], impliedRoleReferences),
  boundController(RoleAssignment, [Role, User, Group, Tenant, Domain], roleAssignmentReferences, "The role is given."),
  boundController(AccessRule, [User], accessRuleReferences),
  boundController(ApplicationCredential, [User, Tenant, Role], applicationCredentialReferences),
  boundController(Credential, [User, Tenant], credentialReferences),
  boundController(Trust, [User, Tenant, Role, Trust], trustReferences),
];

export function identityControllers(): ControllerDefinition[] {
  return [
    domainController,
    groupController,
    limitController,
    roleController,
    tenantController(),
    tenantAccessController,
    tenantParentController,
    userController,
    serviceController,
    endpointController,
    regionController,
    identityProviderController,
    federationMappingController,
    federationProtocolController,
    ...bound,
  ];
}
