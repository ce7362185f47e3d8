// Keystone's rules of domains.
import type { PolicyTable } from "../../http/policy.ts";
import { admin, domainReader, systemReader } from "./personas.ts";

export const domainPolicies: PolicyTable = {
  "identity:list_domains": domainReader("target.domain.id"),
  "identity:get_domain": `${systemReader} or domain_id:%(target.domain.id)s or project_domain_id:%(target.domain.id)s`,
  "identity:create_domain": admin,
  "identity:update_domain": admin,
  "identity:delete_domain": admin,
};
