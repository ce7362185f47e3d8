// Neutron's policy rules and their defaults (Networking service, "Policy Reference"). Another project's object is not found before a rule is asked.
import { type PolicyTable, rules } from "../http/policy.ts";

const project = ["project"] as const;
const admin = "rule:admin_only";
const reader = "(rule:admin_only) or (role:reader and project_id:%(project_id)s)";
const member = "(rule:admin_only) or (role:member and project_id:%(project_id)s)";
const adminOrService = "(rule:admin_only) or (rule:service_api)";
const netOwner = "(rule:admin_only) or (rule:service_api) or role:member and rule:network_owner";

const named = (check: string, ...names: string[]) => rules("", check, project, ...names);
/** The same attributes at creation and update. */
const both = (resource: string, check: string, ...names: string[]) =>
  named(check, ...["create", "update"].flatMap((verb) => names.map((name) => `${verb}_${resource}:${name}`)));
const changes = (resource: string, check: string) => named(check, ...["create", "update", "delete"].map((verb) => `${verb}_${resource}`));

/** What other rules are made of. */
const parts: PolicyTable = {
  context_is_admin: "role:admin",
  service_api: "role:service",
  owner: "project_id:%(project_id)s",
  admin_or_owner: "rule:context_is_admin or rule:owner",
  context_is_advsvc: "role:advsvc",
  admin_or_network_owner: "rule:context_is_admin or project_id:%(network:project_id)s",
  admin_owner_or_network_owner: "rule:owner or rule:admin_or_network_owner",
  network_owner: "project_id:%(network:project_id)s",
  sg_owner: "project_id:%(security_group:project_id)s",
  admin_only: "rule:context_is_admin",
  regular_user: "",
  default: "rule:admin_or_owner",
  shared: "field:networks:shared=True",
  external: "field:networks:router:external=True",
  external_network: "field:subnets:router:external=True",
  network_device: "field:port:device_owner=~^network:",
};

const networks: PolicyTable = {
  ...changes("network", member),
  ...named(`${reader} or rule:service_api or rule:shared or rule:external or rule:context_is_advsvc`, "get_network"),
  ...both("network", member, "port_security_enabled"),
  ...both("network", admin, "shared", "router:external", "is_default"),
  ...both("network", admin, "provider:network_type", "provider:physical_network", "provider:segmentation_id"),
  ...named(admin, "get_network:provider:network_type", "get_network:provider:physical_network", "get_network:provider:segmentation_id"),
};

const ownSubnet = "role:member and project_id:%(project_id)s or (rule:admin_only) or (role:member and rule:network_owner)";
const subnets: PolicyTable = {
  ...named("(rule:admin_only) or (role:member and rule:network_owner)", "create_subnet"),
  ...named(
    "role:reader and project_id:%(project_id)s or rule:shared or rule:external_network or (rule:admin_only) or (role:reader and rule:network_owner) or rule:service_api",
    "get_subnet",
  ),
  ...named(ownSubnet, "update_subnet", "delete_subnet"),
  ...both("subnet", admin, "segment_id", "service_types"),
};

const ports: PolicyTable = {
  ...named(`${netOwner} or rule:shared`, "create_port", "create_port:fixed_ips", "create_port:fixed_ips:subnet_id"),
  ...named(
    "(rule:admin_only) or (rule:service_api) or role:reader and rule:network_owner or role:reader and project_id:%(project_id)s",
    "get_port",
  ),
  ...named("(rule:admin_only) or (rule:service_api) or role:member and project_id:%(project_id)s", "update_port"),
  ...named(`${netOwner} or role:member and project_id:%(project_id)s`, "delete_port"),
  ...both("port", `${member} or rule:service_api`, "device_id", "binding:vnic_type"),
  ...both("port", `not rule:network_device or ${netOwner}`, "device_owner"),
  ...both("port", netOwner, "fixed_ips:ip_address", "port_security_enabled"),
  ...named(netOwner, "create_port:mac_address", "update_port:fixed_ips"),
  ...named("(rule:admin_only) or (rule:service_api) or role:manager and rule:network_owner", "update_port:mac_address"),
  ...named(`${netOwner} or rule:shared`, "update_port:fixed_ips:subnet_id"),
  ...both("port", adminOrService, "binding:host_id"),
  ...both("port", netOwner, "allowed_address_pairs", "allowed_address_pairs:mac_address", "allowed_address_pairs:ip_address"),
  ...named(
    adminOrService,
    ...["binding:vif_type", "binding:vif_details", "binding:host_id", "binding:profile"].map((name) => `get_port:${name}`),
  ),
};

const routers: PolicyTable = {
  ...changes("router", member),
  ...named(reader, "get_router"),
  ...named(member, "add_router_interface", "remove_router_interface"),
  ...both("router", member, "external_gateway_info", "external_gateway_info:network_id"),
  ...both("router", admin, "external_gateway_info:enable_snat", "external_gateway_info:external_fixed_ips", "distributed", "ha"),
  ...named(admin, "get_router:distributed", "get_router:ha"),
};

export const networkPolicies: PolicyTable = {
  ...parts,
  ...networks,
  ...subnets,
  ...ports,
  ...routers,
  ...changes("floatingip", member),
  ...named(reader, "get_floatingip", "get_security_group"),
  ...named("(rule:admin_only) or (role:manager and project_id:%(project_id)s)", "create_floatingip:floating_ip_address"),
  ...changes("security_group", member),
  ...named("(rule:admin_only) or (role:member and rule:sg_owner)", "create_security_group_rule", "delete_security_group_rule"),
  ...named("(rule:admin_only) or (role:reader and rule:sg_owner)", "get_security_group_rule"),
  get_extension: "@",
  /** Neutron's own default wants a manager; Nova and Cinder show a reader their quota, and so do we. */
  ...named(reader, "get_quota"),
  ...named(admin, "get_quotas_of_all", "update_quota", "delete_quota"),
};
