// Keystone's rules for users and their passwords.
import type { PolicyTable } from "../../http/policy.ts";

const admin = "rule:admin_required or (role:manager and domain_id:%(target.user.domain_id)s)";
const reader = "rule:admin_required or (role:reader and system_scope:all) or (role:reader and domain_id:%(target.user.domain_id)s)";

export const userPolicies: PolicyTable = {
  "identity:get_user": `${reader} or user_id:%(target.user.id)s`,
  "identity:list_users": reader.replaceAll("target.user.domain_id", "target.domain_id"),
  "identity:create_user": admin,
  "identity:update_user": admin,
  "identity:delete_user": admin,
};
