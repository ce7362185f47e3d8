// A security group in Nova's old form (Compute API, "Security groups"): ingress rules only, with ports and a range or a group.
import { displayNameOf, idOf } from "../../domain/id.ts";
import { ruleId } from "../../domain/net/security-group.ts";
import type { SecurityGroup, SecurityGroupRule } from "../../models/network/security-group.ts";
import type { ComputeWorld } from "./world.ts";

export function viewSecurityGroup(world: ComputeWorld, group: SecurityGroup) {
  const rules = (group.spec.rules ?? []).filter(({ direction }) => direction === "ingress");
  return {
    id: idOf(group),
    name: displayNameOf(group),
    description: group.spec.description ?? "",
    tenant_id: world.projectOf(group.metadata.namespace),
    rules: rules.map((rule) => viewRule(world, group, rule)),
  };
}

function viewRule(world: ComputeWorld, group: SecurityGroup, rule: SecurityGroupRule) {
  const { namespace } = group.metadata;
  const remote = rule.remoteGroupRef && world.groups.get(rule.remoteGroupRef.name, namespace);
  const anyRange = rule.etherType === "IPv6" ? "::/0" : "0.0.0.0/0";
  return {
    id: ruleId(idOf(group), rule),
    parent_group_id: idOf(group),
    ip_protocol: rule.protocol ?? null,
    from_port: rule.portRangeMin ?? null,
    to_port: rule.portRangeMax ?? null,
    group: remote ? { name: displayNameOf(remote), tenant_id: world.projectOf(namespace) } : {},
    ip_range: remote ? {} : { cidr: rule.remoteIPPrefix ?? anyRange },
  };
}
