// Keystone's rules of texts that it keeps for services, of OAuth 1.0a consumers, and of domains' own settings.
import type { PolicyTable } from "../../http/policy.ts";
import { admin, systemReader } from "./personas.ts";

export const legacyPolicies: PolicyTable = {
  "identity:list_policies": systemReader,
  "identity:get_policy": systemReader,
  "identity:create_policy": admin,
  "identity:update_policy": admin,
  "identity:delete_policy": admin,
  "identity:list_consumers": systemReader,
  "identity:get_consumer": systemReader,
  "identity:create_consumer": admin,
  "identity:update_consumer": admin,
  "identity:delete_consumer": admin,
  "identity:get_domain_config": systemReader,
  "identity:get_domain_config_default": systemReader,
  "identity:create_domain_config": admin,
  "identity:update_domain_config": admin,
  "identity:delete_domain_config": admin,
};
