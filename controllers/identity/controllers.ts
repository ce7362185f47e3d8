// The controllers of the identity group.
import type { ControllerDefinition } from "../../operator/contract.ts";
import { domainController } from "./domain/reconciler.ts";
import { limitController } from "./limit/reconciler.ts";
import { roleController } from "./role/reconciler.ts";
import { roleAssignmentController } from "./role-assignment/reconciler.ts";
import { tenantController } from "./tenant/reconciler.ts";
import { userController } from "./user/reconciler.ts";

export function identityControllers(): ControllerDefinition[] {
  return [domainController, limitController, roleController, roleAssignmentController, tenantController, userController];
}
