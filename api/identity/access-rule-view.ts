// The wire form of an access rule (Identity API v3, "Application credentials").
import { idOf } from "../../domain/id.ts";
import type { AccessRule } from "../../models/identity/access-rule.ts";

export function accessRuleView(rule: AccessRule) {
  const { service, method, path } = rule.spec;
  return { id: idOf(rule), service, method, path };
}
