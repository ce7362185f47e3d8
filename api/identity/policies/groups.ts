// Keystone's rules of groups and their members.
import type { PolicyTable } from "../../http/policy.ts";
import { domainManager, domainReader, systemReader } from "./personas.ts";

const [group, user] = ["target.group.domain_id", "target.user.domain_id"];

export const groupPolicies: PolicyTable = {
  "identity:list_groups": domainReader(group),
  "identity:get_group": domainReader(group),
  "identity:create_group": domainManager(group),
  "identity:update_group": domainManager(group),
  "identity:delete_group": domainManager(group),
  "identity:list_groups_for_user": `${domainReader(user)} or user_id:%(target.user.id)s`,
  "identity:list_users_in_group": domainReader(group),
  "identity:check_user_in_group": `${systemReader} or (role:reader and domain_id:%(${group})s and domain_id:%(${user})s)`,
  "identity:add_user_to_group": `rule:admin_required or (role:manager and domain_id:%(${group})s and domain_id:%(${user})s)`,
  "identity:remove_user_from_group": `rule:admin_required or (role:manager and domain_id:%(${group})s and domain_id:%(${user})s)`,
};
