// Keystone's rules of what the catalog is made of, and of which of it a project sees.
import type { PolicyTable } from "../../http/policy.ts";
import { admin, anybody, systemReader } from "./personas.ts";

const reads = [
  "list_services",
  "get_service",
  "list_endpoints",
  "get_endpoint",
  "list_endpoint_groups",
  "get_endpoint_group",
  "list_projects_associated_with_endpoint_group",
  "list_endpoints_associated_with_endpoint_group",
  "get_endpoint_group_in_project",
  "list_endpoint_groups_for_project",
  "list_projects_for_endpoint",
  "check_endpoint_in_project",
  "list_endpoints_for_project",
];
const writes = [
  ...["service", "endpoint", "endpoint_group", "region"].flatMap((what) => ["create", "update", "delete"].map((verb) => `${verb}_${what}`)),
  "add_endpoint_to_project",
  "remove_endpoint_from_project",
  "add_endpoint_group_to_project",
  "remove_endpoint_group_from_project",
];

const table = (names: readonly string[], rule: string) => Object.fromEntries(names.map((name) => [`identity:${name}`, rule]));

export const catalogPolicies: PolicyTable = {
  ...table(reads, systemReader),
  ...table(writes, admin),
  ...table(["list_regions", "get_region"], anybody),
};
