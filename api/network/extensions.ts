// Neutron /extensions: which optional parts of the API are there; clients look before they use one.
import { KumulusError } from "../../domain/errors.ts";
import { type Route, route } from "../http/route.ts";

/** Alias, name and what it adds. Only what is really served. */
const known: readonly (readonly [string, string, string])[] = [
  ["allowed-address-pairs", "Allowed Address Pairs", "Further addresses that a port may use."],
  ["binding", "Port Binding", "Where a port is bound."],
  ["empty-string-filtering", "Empty String Filtering Extension", "Filters by an empty string."],
  ["ext-gw-mode", "Neutron L3 Configurable external gateway mode", "Whether a router's gateway translates addresses."],
  ["external-net", "Neutron external network", "Networks that lead to the outside."],
  ["extra_dhcp_opt", "Neutron Extra DHCP options", "Further DHCP options of a port."],
  ["extraroute", "Neutron Extra Route", "Static routes of a router."],
  ["fip-port-details", "Floating IP Port Details Extension", "Details of the port of a floating IP."],
  ["net-mtu", "Network MTU", "Largest packet of a network."],
  ["net-mtu-writable", "Network MTU (writable)", "An MTU that users set."],
  ["pagination", "Pagination support", "Lists in pages."],
  ["port-security", "Port Security", "Ports whose addresses are not checked."],
  ["project-id", "project_id field enabled", "The field project_id in all resources."],
  ["provider", "Provider Network", "How a network's packets travel."],
  ["quotas", "Quota management support", "Limits of a project."],
  ["quota-check-limit", "Quota engine limit check", "A new limit can be compared with what is there."],
  ["quota-check-limit-default", "Quota engine limit check by default", "A limit below what is there takes force."],
  ["quota_details", "Quota details management support", "What a project uses of its limits."],
  ["router", "Neutron L3 Router", "Routers and floating IPs."],
  ["security-group", "security-group", "Groups of rules that say what traffic ports take."],
  ["security-groups-normalized-cidr", "Normalized CIDR field for security group rules", "The field normalized_cidr in rules."],
  ["sorting", "Sorting support", "Lists in an order."],
  ["standard-attr-description", "standard-attr-description", "The field description in all resources."],
  ["standard-attr-revisions", "Resource revision numbers", "The field revision_number in all resources."],
  ["standard-attr-timestamp", "Resource timestamps", "The fields created_at and updated_at in all resources."],
  ["stateful-security-group", "Stateful security group", "Groups that do not track connections."],
  ["subnet-service-types", "Subnet service types", "Subnets for some device owners only."],
];

const extensions = known.map(([alias, name, description]) => ({
  alias,
  name,
  description,
  links: [],
  updated: "2026-11-24T00:00:00-00:00",
}));

export const extensionRoutes: readonly Route[] = [
  route({ method: "GET", path: "/v2.0/extensions", policy: "get_extension", handle: () => ({ body: { extensions } }) }),
  route({
    method: "GET",
    path: "/v2.0/extensions/:alias",
    policy: "get_extension",
    handle: ({ params }) => {
      const extension = extensions.find(({ alias }) => alias === params.alias);
      if (!extension) throw new KumulusError("NotFound", `Extension with alias ${params.alias} does not exist`, { reason: "HTTPNotFound" });
      return { body: { extension } };
    },
  }),
];
