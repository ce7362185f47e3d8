// Cinder's policy rules and their defaults (Block Storage service, "Policy configuration"). Another project's volume is not found before a rule is asked.
import { type PolicyTable, rules } from "../http/policy.ts";
import { missingRule } from "./missing.ts";

const project = ["project"] as const;

/** Every path names a project, so that every rule needs a token with one. */
const reader = (prefix: string, ...names: string[]) => rules(prefix, "rule:xena_system_admin_or_project_reader", project, ...names);
const member = (prefix: string, ...names: string[]) => rules(prefix, "rule:xena_system_admin_or_project_member", project, ...names);
const admin = (prefix: string, ...names: string[]) => rules(prefix, "rule:admin_api", project, ...names);

/** What other rules are made of. */
const parts: PolicyTable = {
  context_is_admin: "role:admin",
  admin_or_owner: "is_admin:True or (role:admin and is_admin_project:True) or project_id:%(project_id)s",
  system_or_domain_or_project_admin:
    "(role:admin and system_scope:all) or (role:admin and domain_id:%(domain_id)s) or (role:admin and project_id:%(project_id)s)",
  admin_api: "is_admin:True or (role:admin and is_admin_project:True)",
  xena_system_admin_or_project_reader: "(role:admin) or (role:reader and project_id:%(project_id)s)",
  xena_system_admin_or_project_member: "(role:admin) or (role:member and project_id:%(project_id)s)",
};

export const volumePolicies: PolicyTable = {
  ...parts,
  ...rules("", "@", project, missingRule, "volume:availability_zone_list", "volume:extensions"),
  ...reader("volume:", "get", "get_all", "get_volume_metadata", "get_attachment", "get_all_attachments"),
  ...member("volume:", "create", "create_from_image", "update", "delete", "extend", "extend_attached_volume", "update_readonly_flag"),
  ...member("volume:", "multiattach", "create_volume_metadata", "update_volume_metadata", "delete_volume_metadata"),
  ...admin("volume_extension:", "volume_host_attribute", "volume_mig_status_attribute"),
  ...reader("volume_extension:", "volume_tenant_attribute", "volume_encryption_metadata"),
  ...member("volume_extension:volume_actions:", "set_bootable"),
  ...reader("volume_extension:", "type_get", "type_get_all", "access_types_extra_specs"),
  ...admin("volume_extension:", "access_types_qos_specs_id"),
  ...reader("volume_extension:types_extra_specs:", "index", "show"),
  ...admin("volume_extension:types_extra_specs:", "read_sensitive"),
  ...admin("volume_extension:volume_type_encryption:", "get"),
  ...reader("limits_extension:", "used_limits"),
  ...reader("volume_extension:quotas:", "show"),
  ...admin("volume_extension:quotas:", "other_project", "update", "delete"),
  ...admin("volume_extension:quota_classes:", "get", "update"),
};
