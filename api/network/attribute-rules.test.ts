// Neutron's rules about single attributes: which are asked, and the sentence of the refusal.
import assert from "node:assert/strict";
import { type Auth, anonymous } from "../http/auth.ts";
import { Policy, type PolicyTarget, withImpliedRoles } from "../http/policy.ts";
import { requireAttributes } from "./attribute-rules.ts";
import { networkPolicies } from "./policies.ts";

const policy = new Policy(networkPolicies);
const project = { id: "p", name: "demo", tenant: "demo", namespace: "kumulus-demo", domainId: "default" };
const holder = (role: string): Auth => ({ ...anonymous, userId: "u", roles: withImpliedRoles([role]), isAdmin: role === "admin", project });

const own: PolicyTarget = { project_id: "p", "network:project_id": "p" };
const shared: PolicyTarget = { project_id: "p", "network:project_id": "other", shared: "True" };
const guarded = {
  shared: false,
  "router:external": false,
  mac_address: undefined,
  device_owner: "",
  fixed_ips: undefined,
  "binding:host_id": undefined,
  external_gateway_info: undefined,
};

type Case = [why: string, role: string, action: string, body: Record<string, unknown>, target: PolicyTarget, refusal?: string];
const cases: Case[] = [
  ["a plain creation", "member", "create network", { name: "x", shared: false }, own],
  ["a reader's creation", "reader", "create network", {}, own, "rule:create_network"],
  [
    "an attribute of administrators",
    "member",
    "create network",
    { shared: true },
    own,
    "(rule:create_network and rule:create_network:shared)",
  ],
  [
    "two of them",
    "member",
    "create network",
    { shared: true, "router:external": true },
    own,
    "((rule:create_network and rule:create_network:shared) and rule:create_network:router:external)",
  ],
  ["an administrator", "admin", "create network", { shared: true }, { project_id: "other" }],
  [
    "an update that names it, whichever way",
    "member",
    "update network",
    { shared: false },
    own,
    "(rule:update_network and rule:update_network:shared)",
  ],
  ["another's network", "member", "update network", {}, { project_id: "other" }, "rule:update_network"],
  ["a MAC on one's own network", "member", "create port", { mac_address: "fa:16:3e:00:00:01" }, own],
  [
    "a MAC on a shared network",
    "member",
    "create port",
    { mac_address: "x" },
    shared,
    "(rule:create_port and rule:create_port:mac_address)",
  ],
  [
    "another MAC needs a manager",
    "member",
    "update port",
    { mac_address: "x" },
    own,
    "(rule:update_port and rule:update_port:mac_address)",
  ],
  ["a manager's", "manager", "update port", { mac_address: "x" }, own],
  ["a subnet of a shared network", "member", "create port", { fixed_ips: [{ subnet_id: "s" }] }, shared],
  [
    "an address of a shared network",
    "member",
    "create port",
    { fixed_ips: [{ subnet_id: "s", ip_address: "10.0.0.7" }] },
    shared,
    "(rule:create_port and (rule:create_port:fixed_ips and (rule:create_port:fixed_ips:subnet_id and rule:create_port:fixed_ips:ip_address)))",
  ],
  ["a server's owner word", "member", "create port", { device_owner: "compute:nova" }, { ...shared, device_owner: "compute:nova" }],
  [
    "the network's own word on a shared network",
    "member",
    "create port",
    { device_owner: "network:dhcp" },
    { ...shared, device_owner: "network:dhcp" },
    "(rule:create_port and rule:create_port:device_owner)",
  ],
  ["a host", "manager", "create port", { "binding:host_id": "h" }, own, "(rule:create_port and rule:create_port:binding:host_id)"],
  ["a gateway", "member", "create router", { external_gateway_info: { network_id: "n" } }, own],
  [
    "a gateway without NAT",
    "member",
    "create router",
    { external_gateway_info: { network_id: "n", enable_snat: false } },
    own,
    "(rule:create_router and (rule:create_router:external_gateway_info and (rule:create_router:external_gateway_info:network_id and rule:create_router:external_gateway_info:enable_snat)))",
  ],
];

describe("Neutron's attribute rules", () => {
  for (const [why, role, action, body, target, refusal] of cases) {
    it(why, () => {
      const [verb = "", singular = ""] = action.split(" ");
      const request = { allows: (rule: string, about?: PolicyTarget) => policy.allows(rule, holder(role), about) };
      const ask = () => requireAttributes(request, { verb: verb as "create", singular, guarded }, body, target);
      if (refusal === undefined) ask();
      else assert.throws(ask, { code: "Forbidden", message: `${refusal} is disallowed by policy` });
    });
  }
});
