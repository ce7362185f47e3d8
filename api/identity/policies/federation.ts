// Policy of OS-FEDERATION (keystone: identity_provider, mapping and protocol rules).
import type { PolicyTable } from "../../http/policy.ts";

const reads = "role:admin or (role:reader and system_scope:all)";
const writes = "role:admin";

const of = (thing: string, things: string): PolicyTable => ({
  [`identity:create_${thing}`]: writes,
  [`identity:list_${things}`]: reads,
  [`identity:get_${thing}`]: reads,
  [`identity:update_${thing}`]: writes,
  [`identity:delete_${thing}`]: writes,
});

export const federationPolicies: PolicyTable = {
  ...of("identity_provider", "identity_providers"),
  ...of("mapping", "mappings"),
  ...of("protocol", "protocols"),
};
