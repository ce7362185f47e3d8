// Whether the policy files hold: one with a mistake leaves older rules in force.
import { PolicyFile } from "../../../models/identity/policy-file.ts";
import { readyOf } from "../../../operator/controller/status.ts";
import { defineCheck, optional } from "../check.ts";
import { type Judgement, ok, warn } from "../finding.ts";

/** Undefined where the kind is not served. */
export function judgePolicy(files: readonly PolicyFile[] = []): Judgement[] {
  const bad = files.map(readyOf).find((ready) => ready?.status === "False");
  if (bad) return [warn(bad.message, "correct ConfigMap policy of namespace kumulus-system")];
  const names = files.flatMap(({ status }) => Object.keys(status?.files ?? {}));
  return [ok(names.length > 0 ? `${names.join(", ")} hold` : "the default rules of every service")];
}

export const policyCheck = defineCheck({
  name: "policy",
  gather: ({ client }) => optional(client.list(PolicyFile)),
  judge: judgePolicy,
});
