// Keystone's rules of limits and registered limits. What a token may not see of other projects is left out of lists by the route itself.
import type { PolicyTable } from "../../http/policy.ts";

const admin = "role:admin";
const ofDomain = (attribute: string) => `domain_id:%(${attribute})s`;

export const limitPolicies: PolicyTable = {
  "identity:list_registered_limits": "@",
  "identity:get_registered_limit": "@",
  "identity:create_registered_limits": admin,
  "identity:update_registered_limit": admin,
  "identity:delete_registered_limit": admin,
  "identity:get_limit_model": "@",
  "identity:list_limits": "@",
  "identity:get_limit": `${admin} or (role:reader and system_scope:all) or ${ofDomain("target.limit.domain.id")} or ${ofDomain("target.limit.project.domain_id")} or project_id:%(target.limit.project_id)s`,
  "identity:create_limits": admin,
  "identity:update_limit": admin,
  "identity:delete_limit": admin,
};
