// Keystone's policy rules. A holder's own user, project and token are not the table's matter: the routes let those through themselves.
import type { PolicyTable } from "../http/policy.ts";
import { catalogPolicies } from "./policies/catalog.ts";
import { domainPolicies } from "./policies/domains.ts";
import { groupPolicies } from "./policies/groups.ts";
import { legacyPolicies } from "./policies/legacy.ts";
import { projectPolicies } from "./policies/projects.ts";
import { rolePolicies } from "./policies/roles.ts";
import { userPolicies } from "./policies/users.ts";

const admin = { role: "admin" } as const;

export const identityPolicies: PolicyTable = {
  admin_required: "role:admin",
  "identity:authenticated": { role: "any" },
  "identity:validate_token": { role: "service" },
  "identity:check_token": { role: "service" },
  "identity:revoke_token": admin,
  ...userPolicies,
  ...catalogPolicies,
  ...domainPolicies,
  ...legacyPolicies,
  ...projectPolicies,
  ...groupPolicies,
  ...rolePolicies,
};
