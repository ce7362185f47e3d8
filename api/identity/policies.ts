// Keystone's policy rules. A holder's own user, project and token are not the table's matter: the routes let those through themselves.
import type { PolicyTable } from "../http/policy.ts";
import { catalogPolicies } from "./policies/catalog.ts";
import { delegationPolicies } from "./policies/delegations.ts";
import { domainPolicies } from "./policies/domains.ts";
import { federationPolicies } from "./policies/federation.ts";
import { groupPolicies } from "./policies/groups.ts";
import { legacyPolicies } from "./policies/legacy.ts";
import { limitPolicies } from "./policies/limits.ts";
import { projectPolicies } from "./policies/projects.ts";
import { rolePolicies } from "./policies/roles.ts";
import { userPolicies } from "./policies/users.ts";

const admin = "rule:admin_required";

export const identityPolicies: PolicyTable = {
  admin_required: "role:admin",
  service_role: "role:service",
  "identity:authenticated": "@",
  "identity:validate_token": "rule:admin_required or rule:service_role",
  "identity:check_token": "rule:admin_required or rule:service_role",
  "identity:revoke_token": admin,
  ...catalogPolicies,
  ...domainPolicies,
  ...legacyPolicies,
  ...projectPolicies,
  ...userPolicies,
  ...groupPolicies,
  ...rolePolicies,
  ...delegationPolicies,
  ...limitPolicies,
  ...federationPolicies,
};
