// Admission of SecurityGroups: good rules, each once, groups that exist, one default group, and no group taken from ports.
import { idOf } from "../../domain/id.ts";
import { ruleId, ruleKey, ruleProblem } from "../../domain/net/security-group.ts";
import { Port } from "../../models/network/port.ts";
import { SecurityGroup, type SecurityGroupRule } from "../../models/network/security-group.ts";
import {
  defineRules,
  firstAmong,
  firstOf,
  isLeaving,
  isSame,
  namespaceOf,
  refTo,
  refusal,
  refuse,
  type Verdict,
  type View,
} from "../rules.ts";
import { securityGroupNotFound } from "./network-use.ts";

function remoteGroup(group: SecurityGroup, rule: SecurityGroupRule, view: View): Verdict {
  const name = rule.remoteGroupRef?.name;
  if (name === undefined || name === group.metadata.name) return undefined;
  return view.get(SecurityGroup, name, namespaceOf(group)) ? undefined : securityGroupNotFound(name);
}

function rules(group: SecurityGroup, view: View): Verdict {
  const all = group.spec.rules ?? [];
  const seen = new Map<string, SecurityGroupRule>();
  return firstAmong(all, (rule) => {
    const key = ruleKey(rule);
    const twin = seen.get(key);
    seen.set(key, rule);
    return firstOf(
      () => refusal(ruleProblem(rule)),
      () => remoteGroup(group, rule, view),
      () =>
        twin &&
        refuse("Conflict", "SecurityGroupRuleExists", `Security group rule already exists. Rule id is ${ruleId(idOf(group), twin)}.`),
    );
  });
}

/** One default group a project, and the name "default" only for it. */
function oneDefault(group: SecurityGroup, view: View): Verdict {
  if (!group.spec.isDefault && group.spec.displayName !== "default") return undefined;
  const first = view.list(SecurityGroup, namespaceOf(group)).find((other) => other.spec.isDefault && !isSame(other, group));
  return first && refuse("Conflict", "SecurityGroupDefaultAlreadyExists", "Default security group already exists.", [first]);
}

function unused(group: SecurityGroup, view: View): Verdict {
  const { name } = group.metadata;
  const ports = view
    .list(Port, namespaceOf(group))
    .filter((port) => !isLeaving(port) && (port.spec.securityGroupRefs ?? []).some((ref) => ref.name === name));
  return ports.length > 0 ? refuse("Conflict", "SecurityGroupInUse", `Security Group ${idOf(group)} in use.`, ports) : undefined;
}

export const securityGroupRules = defineRules<SecurityGroup>({
  kind: SecurityGroup,
  quota: {
    service: "network",
    amounts: ({ spec }) => ({ securityGroups: 1, securityGroupRules: spec.rules?.length ?? 0 }),
  },
  references: (group) => (group.spec.rules ?? []).flatMap(({ remoteGroupRef }) => refTo(SecurityGroup, remoteGroupRef, group)),
  create: (group, view) =>
    firstOf(
      () => oneDefault(group, view),
      () => rules(group, view),
    ),
  update: (group, old, view) =>
    firstOf(
      () =>
        old.spec.isDefault && (!group.spec.isDefault || group.spec.displayName !== old.spec.displayName)
          ? refuse("Conflict", "SecurityGroupCannotUpdateDefault", "Updating default security group not allowed.")
          : undefined,
      () => oneDefault(group, view),
      () => rules(group, view),
    ),
  remove: unused,
});
