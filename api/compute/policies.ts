// Nova's policy rules. Whose server it is, is not the table's matter: other projects' servers are not found.
import type { PolicyTable } from "../http/policy.ts";
import { missingRule } from "./missing.ts";

const any = { role: "any" } as const;
const reader = { role: "reader", scope: ["project"] } as const;
const member = { role: "member", scope: ["project"] } as const;
const admin = { role: "admin" } as const;

const rules = (prefix: string, rule: PolicyTable[string], ...names: string[]): PolicyTable =>
  Object.fromEntries(names.map((name) => [`os_compute_api:${prefix}${name}`, rule]));

export const computePolicies: PolicyTable = {
  [missingRule]: any,
  ...rules("", any, "extensions"),
  ...rules("", reader, "flavors", "limits"),
  ...rules("limits:", admin, "other_project"),
  ...rules("servers:", reader, "index", "detail", "show"),
  ...rules("servers:index:", admin, "get_all_tenants"),
  ...rules("servers:", member, "create", "update", "delete", "reboot", "start", "stop"),
  ...rules("", admin, "os-extended-server-attributes"),
  ...rules("", member, "os-console-output"),
  ...rules("os-deferred-delete:", member, "force"),
  ...rules("os-lock-server:", member, "lock", "unlock"),
  ...rules("os-lock-server:unlock:", admin, "unlock_override"),
  ...rules("server-metadata:", reader, "index", "show"),
  ...rules("server-metadata:", member, "create", "update", "update_all", "delete"),
  ...rules("os-server-tags:", reader, "index", "show"),
  ...rules("os-server-tags:", member, "update", "update_all", "delete", "delete_all"),
  ...rules("ips:", reader, "index", "show"),
  ...rules("os-instance-actions:", reader, "list", "show"),
  ...rules("os-security-groups:", reader, "list"),
  ...rules("os-security-groups:", member, "add", "remove"),
  ...rules("os-volumes-attachments:", reader, "index", "show"),
  ...rules("os-volumes-attachments:", member, "create", "update", "delete"),
  ...rules("os-attach-interfaces:", reader, "list", "show"),
  ...rules("os-attach-interfaces:", member, "create", "delete"),
  ...rules("os-availability-zone:", any, "list"),
  ...rules("os-availability-zone:", admin, "detail"),
  ...rules("os-flavor-manage:", admin, "create", "update", "delete"),
  ...rules("os-flavor-extra-specs:", reader, "index", "show"),
  ...rules("os-flavor-extra-specs:", admin, "create", "update", "delete"),
  ...rules("", admin, "os-flavor-access"),
  ...rules("os-flavor-access:", admin, "add_tenant_access", "remove_tenant_access"),
  ...rules("os-keypairs:", reader, "index", "show"),
  ...rules("os-keypairs:", member, "create", "delete"),
  ...rules("os-keypairs:", admin, "index:any", "show:any", "create:any", "delete:any"),
  ...rules("os-quota-sets:", reader, "show", "detail"),
  ...rules("os-quota-sets:", any, "defaults"),
  ...rules("os-quota-sets:", admin, "other_project", "update", "delete"),
  ...rules("os-quota-class-sets:", admin, "show", "update"),
};
