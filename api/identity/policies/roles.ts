// Keystone's rules of roles, of giving them, and of what comes with them.
import type { PolicyTable } from "../../http/policy.ts";
import { admin, systemReader } from "./personas.ts";

/** Both whose role it is and where it holds belong to the token's domain. */
const inDomain = (role: string) => {
  const where = ["target.project.domain_id", "target.domain.id"];
  const pairs = ["target.user.domain_id", "target.group.domain_id"].flatMap((who) =>
    where.map((place) => `(role:${role} and domain_id:%(${who})s and domain_id:%(${place})s)`),
  );
  return `(${pairs.join(" or ")})`;
};
const reads = `${systemReader} or ${inDomain("reader")}`;
/** A domain's manager gives only roles that are no more than its own. */
const gives = `${admin} or (rule:domain_managed_target_role and ${inDomain("manager")})`;

const systemGrants = Object.fromEntries(
  ["user", "group"].flatMap((who) => [
    [`identity:list_system_grants_for_${who}`, systemReader],
    [`identity:check_system_grant_for_${who}`, systemReader],
    [`identity:create_system_grant_for_${who}`, admin],
    [`identity:revoke_system_grant_for_${who}`, admin],
  ]),
);

export const rolePolicies: PolicyTable = {
  domain_managed_target_role: "'manager':%(target.role.name)s or 'member':%(target.role.name)s or 'reader':%(target.role.name)s",
  "identity:list_roles": `${systemReader} or (role:manager and domain_id:%(target.domain_id)s)`,
  "identity:get_role": `${systemReader} or role:manager`,
  "identity:create_role": admin,
  "identity:update_role": admin,
  "identity:delete_role": admin,
  "identity:list_grants": reads,
  "identity:check_grant": reads,
  "identity:create_grant": gives,
  "identity:revoke_grant": gives,
  ...systemGrants,
  "identity:list_role_assignments": `${systemReader} or (role:reader and domain_id:%(target.domain_id)s)`,
  "identity:list_role_assignments_for_tree": `${systemReader} or (role:reader and domain_id:%(target.project.domain_id)s) or (role:admin and project_id:%(target.project.id)s)`,
  "identity:list_implied_roles": systemReader,
  "identity:get_implied_role": systemReader,
  "identity:check_implied_role": systemReader,
  "identity:create_implied_role": admin,
  "identity:delete_implied_role": admin,
  "identity:list_role_inference_rules": systemReader,
};
