// Nova's policy rules and their defaults (Compute service, "Sample Nova Policy File"). Another project's server is not found before a rule is asked.
import { type PolicyTable, rules } from "../http/policy.ts";
import { missingRule } from "./missing.ts";

const project = ["project"] as const;

/** Rules of the Compute API by their default. */
const api = (check: string, prefix: string, ...names: string[]) => rules(`os_compute_api:${prefix}`, check, project, ...names);
const reader = (prefix: string, ...names: string[]) => api("rule:project_reader_or_admin", prefix, ...names);
const member = (prefix: string, ...names: string[]) => api("rule:project_member_or_admin", prefix, ...names);
const admin = (prefix: string, ...names: string[]) => api("rule:context_is_admin", prefix, ...names);

/** What other rules are made of. */
const parts: PolicyTable = {
  context_is_admin: "role:admin",
  admin_or_owner: "is_admin:True or project_id:%(project_id)s",
  admin_api: "is_admin:True",
  project_manager_api: "role:manager and project_id:%(project_id)s",
  project_member_api: "role:member and project_id:%(project_id)s",
  project_reader_api: "role:reader and project_id:%(project_id)s",
  service_api: "role:service",
  project_manager_or_admin: "rule:project_manager_api or rule:context_is_admin",
  project_member_or_admin: "rule:project_member_api or rule:context_is_admin",
  project_reader_or_admin: "rule:project_reader_api or rule:context_is_admin",
  service_or_admin: "rule:service_api or rule:context_is_admin",
};

const servers: PolicyTable = {
  ...reader("servers:", "index", "detail", "show", "show:flavor-extra-specs"),
  ...admin("servers:", "index:get_all_tenants", "detail:get_all_tenants", "allow_all_filters"),
  ...member("servers:", "create", "create:attach_volume", "create:attach_network", "update", "delete", "reboot", "start", "stop"),
  ...admin("servers:create:", "forced_host", "zero_disk_flavor"),
  ...rules("compute:servers:create:", "rule:context_is_admin", project, "requested_destination"),
  ...rules("network:", "rule:context_is_admin", project, "attach_external_network"),
  ...admin("", "os-extended-server-attributes"),
  ...member("", "os-console-output"),
  ...member("os-deferred-delete:", "force"),
  ...member("os-lock-server:", "lock", "unlock"),
  ...admin("os-lock-server:", "unlock:unlock_override"),
  ...reader("server-metadata:", "index", "show"),
  ...member("server-metadata:", "create", "update", "update_all", "delete"),
  ...reader("os-server-tags:", "index", "show"),
  ...member("os-server-tags:", "update", "update_all", "delete", "delete_all"),
  ...reader("ips:", "index", "show"),
  ...reader("os-instance-actions:", "list", "show"),
  ...admin("os-instance-actions:", "events", "events:details"),
  ...reader("os-security-groups:", "list"),
  ...member("os-security-groups:", "add", "remove"),
  ...reader("os-volumes-attachments:", "index", "show"),
  ...member("os-volumes-attachments:", "create", "update", "delete"),
  ...api("rule:service_or_admin", "os-volumes-attachments:", "swap"),
  ...reader("os-attach-interfaces:", "list", "show"),
  ...member("os-attach-interfaces:", "create", "delete"),
};

export const computePolicies: PolicyTable = {
  ...parts,
  [missingRule]: "@",
  /** Nova asks no rule for flavors that a project may use. */
  "os_compute_api:flavors": "@",
  ...api("@", "", "extensions", "limits", "os-availability-zone:list", "os-quota-sets:defaults"),
  ...servers,
  ...admin("", "limits:other_project", "os-availability-zone:detail"),
  ...admin("os-flavor-manage:", "create", "update", "delete"),
  ...reader("os-flavor-extra-specs:", "index", "show"),
  ...admin("os-flavor-extra-specs:", "create", "update", "delete"),
  ...admin("os-flavor-access", "", ":add_tenant_access", ":remove_tenant_access"),
  ...api("(rule:context_is_admin) or user_id:%(user_id)s", "os-keypairs:", "index", "show", "create", "delete"),
  ...reader("os-quota-sets:", "show", "detail"),
  ...admin("os-quota-sets:", "other_project", "update", "delete"),
  ...admin("os-quota-class-sets:", "show", "update"),
};
