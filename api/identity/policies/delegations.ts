// Keystone's rules for application credentials, access rules, credentials, EC2 credentials and trusts.
import type { PolicyTable } from "../../http/policy.ts";

const admin = "rule:admin_required";
const systemReader = "(role:reader and system_scope:all)";
const owner = "user_id:%(user_id)s";
const targetUser = "user_id:%(target.user.id)s";
const credentialOwner = "user_id:%(target.credential.user_id)s";
const trustor = "user_id:%(target.trust.trustor_user_id)s";
const trustee = "user_id:%(target.trust.trustee_user_id)s";

const project = ["project", "none"] as const;
const anywhere = ["system", "project", "none"] as const;
const either = (check: string) => ({ check, scope: anywhere });

export const delegationPolicies: PolicyTable = {
  "identity:get_application_credential": either(`${admin} or ${systemReader} or ${owner}`),
  "identity:list_application_credentials": either(`${admin} or ${systemReader} or ${owner}`),
  "identity:create_application_credential": { check: owner, scope: ["project"] },
  "identity:delete_application_credential": either(`${admin} or ${owner}`),

  "identity:get_access_rule": either(`${systemReader} or ${targetUser}`),
  "identity:list_access_rules": either(`${systemReader} or ${targetUser}`),
  "identity:delete_access_rule": either(`(role:admin and system_scope:all) or ${targetUser}`),

  "identity:get_credential": either(`${admin} or ${systemReader} or ${credentialOwner}`),
  "identity:list_credentials": either(`${admin} or ${systemReader} or ${credentialOwner}`),
  "identity:create_credential": either(`${admin} or ${credentialOwner}`),
  "identity:update_credential": either(`${admin} or ${credentialOwner}`),
  "identity:delete_credential": either(`${admin} or ${credentialOwner}`),

  "identity:ec2_get_credential": either(`${admin} or ${systemReader} or ${credentialOwner}`),
  "identity:ec2_list_credentials": either(`${admin} or (role:member and ${credentialOwner})`),
  "identity:ec2_create_credential": either(`${admin} or (role:member and ${credentialOwner})`),
  "identity:ec2_delete_credential": either(`${admin} or ${credentialOwner}`),
  "identity:ec2tokens_validate": `${admin} or rule:service_role`,
  "identity:s3tokens_validate": `${admin} or rule:service_role`,

  "identity:create_trust": { check: trustor, scope: project },
  "identity:list_trusts": either(`${admin} or ${systemReader}`),
  "identity:list_trusts_for_trustor": either(`${admin} or ${systemReader} or ${trustor}`),
  "identity:list_trusts_for_trustee": either(`${admin} or ${systemReader} or ${trustee}`),
  "identity:list_roles_for_trust": either(`${admin} or ${systemReader} or ${trustor} or ${trustee}`),
  "identity:get_role_for_trust": either(`${admin} or ${systemReader} or ${trustor} or ${trustee}`),
  "identity:get_trust": either(`${admin} or ${systemReader} or ${trustor} or ${trustee}`),
  "identity:delete_trust": either(`${admin} or ${trustor}`),
};
