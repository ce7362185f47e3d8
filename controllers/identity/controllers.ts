// The controllers of the identity group.
import {
  accessRuleReferences,
  applicationCredentialReferences,
  credentialReferences,
  trustReferences,
} from "../../domain/identity/delegation-references.ts";
import { AccessRule } from "../../models/identity/access-rule.ts";
import { ApplicationCredential } from "../../models/identity/application-credential.ts";
import { Credential } from "../../models/identity/credential.ts";
import { Role } from "../../models/identity/role.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { Trust } from "../../models/identity/trust.ts";
import { User } from "../../models/identity/user.ts";
import type { ControllerDefinition } from "../../operator/contract.ts";
import { delegationController } from "./delegation-controller.ts";
import { domainController } from "./domain/reconciler.ts";
import { endpointController } from "./endpoint/reconciler.ts";
import { groupController } from "./group/reconciler.ts";
import { impliedRoleController } from "./implied-role/reconciler.ts";
import { limitController } from "./limit/reconciler.ts";
import { regionController } from "./region/reconciler.ts";
import { roleController } from "./role/reconciler.ts";
import { roleAssignmentController } from "./role-assignment/reconciler.ts";
import { serviceController } from "./service/reconciler.ts";
import { tenantController } from "./tenant/reconciler.ts";
import { tenantParentController } from "./tenant-parent/reconciler.ts";
import { userController } from "./user/reconciler.ts";

const delegations: readonly ControllerDefinition[] = [
  delegationController(AccessRule, [User], accessRuleReferences),
  delegationController(ApplicationCredential, [User, Tenant, Role], applicationCredentialReferences),
  delegationController(Credential, [User, Tenant], credentialReferences),
  delegationController(Trust, [User, Tenant, Role, Trust], trustReferences),
];

export function identityControllers(): ControllerDefinition[] {
  return [
    domainController,
    groupController,
    limitController,
    roleController,
    impliedRoleController,
    roleAssignmentController,
    tenantController(),
    tenantParentController,
    userController,
    serviceController,
    endpointController,
    regionController,
    ...delegations,
  ];
}
