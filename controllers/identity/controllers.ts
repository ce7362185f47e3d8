// The controllers of the identity group.
import type { ControllerDefinition } from "../../operator/contract.ts";
import { domainController } from "./domain/reconciler.ts";
import { endpointController } from "./endpoint/reconciler.ts";
import { groupController } from "./group/reconciler.ts";
import { impliedRoleController } from "./implied-role/reconciler.ts";
import { regionController } from "./region/reconciler.ts";
import { roleController } from "./role/reconciler.ts";
import { roleAssignmentController } from "./role-assignment/reconciler.ts";
import { serviceController } from "./service/reconciler.ts";
import { tenantController } from "./tenant/reconciler.ts";
import { tenantAccessController } from "./tenant-access/reconciler.ts";
import { tenantParentController } from "./tenant-parent/reconciler.ts";
import { userController } from "./user/reconciler.ts";

export function identityControllers(): ControllerDefinition[] {
  return [
    domainController,
    groupController,
    roleController,
    impliedRoleController,
    roleAssignmentController,
    tenantController,
    tenantAccessController,
    tenantParentController,
    userController,
    serviceController,
    endpointController,
    regionController,
  ];
}
