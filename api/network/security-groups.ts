// Neutron /security-groups: what is its own of view, schemas and rules.

import { randomUUID } from "node:crypto";
import { Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { finalizers } from "../../domain/finalizers.ts";
import { idOf, newMetadata } from "../../domain/id.ts";
import { newGroupRules } from "../../domain/net/security-group.ts";
import type { SecurityGroup } from "../../models/network/security-group.ts";
import { bool, changed, defined, standardFields } from "./input.ts";
import type { Resource } from "./resource.ts";
import { viewRule } from "./security-group-rules.ts";
import { key, standardView, type World } from "./world.ts";

const createGroup = Type.Object({ ...standardFields, stateful: Type.Optional(bool) }, { additionalProperties: false });
const updateGroup = Type.Object(
  { name: standardFields.name, description: standardFields.description, stateful: Type.Optional(bool) },
  { additionalProperties: false },
);

/** The wire form of one group with its rules (Networking API v2.0, "Show security group"). */
function viewSecurityGroup(world: World, group: SecurityGroup) {
  return {
    ...standardView(world, group),
    stateful: group.spec.stateful ?? true,
    shared: false,
    security_group_rules: (group.spec.rules ?? []).map((rule) => viewRule(world, group, rule)),
  };
}

export function securityGroups(world: World): Resource<SecurityGroup, typeof createGroup, typeof updateGroup> {
  return {
    singular: "security_group",
    plural: "security_groups",
    path: "security-groups",
    missing: { reason: "SecurityGroupNotFound", message: (id) => `Security group ${id} does not exist` },
    store: world.groups,
    create: createGroup,
    update: updateGroup,
    view: (group) => viewSecurityGroup(world, group),
    make: (input, namespace) => {
      if (input.name === "default")
        throw new KumulusError("Conflict", "Default security group already exists.", { reason: "SecurityGroupDefaultAlreadyExists" });
      const createdAt = new Date().toISOString();
      return {
        apiVersion: "network.kumulus.cloud/v1alpha1",
        kind: "SecurityGroup",
        metadata: newMetadata(input.name || "group", namespace, finalizers.securityGroup),
        spec: {
          ...defined({ displayName: input.name ?? "", description: input.description, stateful: input.stateful }),
          rules: newGroupRules.map((rule) => ({ ...rule, id: randomUUID(), createdAt })),
        },
      };
    },
    change: (input, group) => {
      if (group.spec.isDefault && input.name !== undefined && input.name !== "default") {
        throw new KumulusError("Conflict", "Updating default security group not allowed.", { reason: "SecurityGroupCannotUpdateDefault" });
      }
      const values = defined({ displayName: input.name, description: input.description, stateful: input.stateful });
      return (draft) => {
        draft.spec = changed(draft.spec, values);
      };
    },
    /** Only an administrator takes a project's default group away; the project gets another one then. */
    beforeDelete: (group, { auth }) => {
      if (group.spec.isDefault && !auth.isAdmin)
        throw new KumulusError("Conflict", "Insufficient rights for removing default security group.", {
          reason: "SecurityGroupCannotRemoveDefault",
        });
      const used = world.ports.byIndex("group", key(group.metadata.namespace, group.metadata.name)).length > 0;
      if (used) throw new KumulusError("Conflict", `Security Group ${idOf(group)} in use.`, { reason: "SecurityGroupInUse" });
    },
  };
}
