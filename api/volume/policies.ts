// Cinder's policy rules. Whose volume it is, is not the table's matter: other projects' volumes are not found.
import type { PolicyTable } from "../http/policy.ts";
import { missingRule } from "./missing.ts";

const any = { role: "any", scope: ["project"] } as const;
const reader = { role: "reader", scope: ["project"] } as const;
const member = { role: "member", scope: ["project"] } as const;
const admin = { role: "admin" } as const;

const rules = (prefix: string, rule: PolicyTable[string], ...names: string[]): PolicyTable =>
  Object.fromEntries(names.map((name) => [`${prefix}:${name}`, rule]));

export const volumePolicies: PolicyTable = {
  [missingRule]: any,
  ...rules("volume", any, "availability_zone_list", "extensions"),
  ...rules("volume", reader, "get", "get_all", "get_volume_metadata", "get_attachment", "get_all_attachments"),
  ...rules("volume", member, "create", "update", "delete", "extend", "update_readonly_flag"),
  ...rules("volume", member, "create_volume_metadata", "update_volume_metadata", "delete_volume_metadata"),
  ...rules("volume_extension:volume_actions", member, "set_bootable"),
  ...rules("volume_extension", reader, "type_get", "type_get_all"),
  ...rules("volume_extension:types_extra_specs", reader, "index", "show"),
  ...rules("volume_extension:volume_type_encryption", admin, "get"),
  ...rules("limits_extension", reader, "used_limits"),
  ...rules("volume_extension:quotas", reader, "show"),
  ...rules("volume_extension:quotas", admin, "other_project", "update", "delete"),
  ...rules("volume_extension:quota_classes", admin, "get", "update"),
};
