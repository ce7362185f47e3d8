// Whether the account that asks, where it is a role's, may do what that role must.
import { systemNamespace } from "../../../domain/id.ts";
import { needs } from "../../generated/needs.ts";
import { defineCheck } from "../check.ts";
import { fail, type Judgement, ok, warn } from "../finding.ts";
import { type Need, type RoleName, roleNames } from "../needs.ts";

/** As SelfSubjectRulesReview answers it. */
export interface Rule {
  verbs: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
}

export interface RightsSeen {
  user: string;
  rules: readonly Rule[];
  /** The API server could not list all: an authorizer other than RBAC is at work. */
  incomplete: boolean;
}

const covers = (list: readonly string[] | undefined, wanted: string) => list?.some((entry) => entry === "*" || entry === wanted) ?? false;

function allows(rule: Rule, { group, resource }: Need, verb: string): boolean {
  const [, subresource] = resource.split("/");
  const named = covers(rule.resources, resource) || (subresource !== undefined && covers(rule.resources, `*/${subresource}`));
  return named && covers(rule.apiGroups, group) && covers(rule.verbs, verb) && !rule.resourceNames?.length;
}

/** The needs that no rule covers, as `verb,verb resource.group`. */
export function missingRights(rules: readonly Rule[], wanted: readonly Need[]): string[] {
  return wanted.flatMap((need) => {
    const verbs = need.verbs.filter((verb) => !rules.some((rule) => allows(rule, need, verb)));
    return verbs.length === 0 ? [] : [`${verbs.join(",")} ${need.resource}${need.group && `.${need.group}`}`];
  });
}

export function roleOf(user: string): RoleName | undefined {
  return roleNames.find((role) => user === `system:serviceaccount:${systemNamespace}:kumulus-${role}`);
}

export function judgeRights({ user, rules, incomplete }: RightsSeen): Judgement[] {
  const role = roleOf(user);
  if (!role) return [ok(`asked as ${user}, which is no role's account: nothing to judge`)];
  const missing = missingRights(rules, needs[role]);
  if (missing.length === 0) return [ok(`${user} may do what the role ${role} must`)];
  const shown = missing.slice(0, 4).join("; ") + (missing.length > 4 ? `; and ${missing.length - 4} more` : "");
  const advice = `grant it to ${user}: the chart's ClusterRole kumulus-${role} has it`;
  return [incomplete ? warn(`${user} may lack: ${shown}`, advice) : fail(`${user} may not: ${shown}`, advice)];
}

export const rightsCheck = defineCheck({
  name: "rights",
  ofRelease: true,
  async gather({ client }): Promise<RightsSeen> {
    const [authentication, authorization] = ["authentication.k8s.io/v1", "authorization.k8s.io/v1"];
    const who = { apiVersion: authentication, kind: "SelfSubjectReview" };
    const what = { apiVersion: authorization, kind: "SelfSubjectRulesReview", spec: { namespace: systemNamespace } };
    const [self, rules] = await Promise.all([
      client.request("POST", `/apis/${authentication}/selfsubjectreviews`, who),
      client.request("POST", `/apis/${authorization}/selfsubjectrulesreviews`, what),
    ]);
    const { userInfo } = (self.body as { status: { userInfo: { username: string } } }).status;
    const { resourceRules, incomplete } = (rules.body as { status: { resourceRules: Rule[]; incomplete: boolean } }).status;
    return { user: userInfo.username, rules: resourceRules, incomplete };
  },
  judge: judgeRights,
});
