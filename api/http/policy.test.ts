// Who may do what, by role and scope.
import assert from "node:assert/strict";
import { type Auth, anonymous, projectOf } from "./auth.ts";
import { isAllowed, type PolicyRule, withImpliedRoles } from "./policy.ts";

const project = { id: "p", name: "demo", tenant: "demo", namespace: "kumulus-demo", domainId: "default" };
const holder = (roles: string[], scope: Partial<Auth> = { project }): Auth => ({
  ...anonymous,
  userId: "u",
  roles: withImpliedRoles(roles),
  isAdmin: roles.includes("admin"),
  ...scope,
});

describe("policy", () => {
  const cases: [why: string, rule: PolicyRule, auth: Auth, allowed: boolean][] = [
    ["a member is a reader", { role: "reader" }, holder(["member"]), true],
    ["a reader is no member", { role: "member" }, holder(["reader"]), false],
    ["an admin is everything", { role: "manager" }, holder(["admin"]), true],
    ["a manager is no admin", { role: "admin" }, holder(["manager"]), false],
    ["a role of somebody's own gives nothing", { role: "reader" }, holder(["operator"]), false],
    ["any valid token", { role: "any" }, holder([], {}), true],
    ["no token", { role: "any" }, anonymous, false],
    ["service is not implied by member", { role: "service" }, holder(["member"]), false],
    ["service by its own role", { role: "service" }, holder(["service"]), true],
    ["service for admins", { role: "service" }, holder(["admin"]), true],
    ["the scope must fit", { role: "admin", scope: ["system"] }, holder(["admin"]), false],
    ["one of several scopes", { role: "reader", scope: ["project", "system"] }, holder(["reader"], { system: true }), true],
    ["a domain scope", { role: "reader", scope: ["domain"] }, holder(["reader"], { domainId: "default" }), true],
    ["an expression", "role:reader and project_id:%(project_id)s", holder(["member"]), true],
    ["an expression that names another's", { check: "user_id:%(target.user.id)s" }, holder(["admin"]), false],
    ["a system scope by its name", "role:reader and system_scope:all", holder(["reader"], { system: true }), true],
    ["roles in any case", "role:Operator", holder(["OPERATOR"]), true],
    ["an expression that lets everybody, without a token", "@", anonymous, false],
    ["no scope", { role: "any", scope: ["none"] }, holder([], {}), true],
  ];
  for (const [why, rule, auth, allowed] of cases) {
    it(why, () => assert.equal(isAllowed({ rule }, "rule", auth), allowed));
  }

  it("asks for a project where one is needed", () => {
    assert.equal(projectOf(holder(["member"])).namespace, "kumulus-demo");
    assert.throws(() => projectOf(holder([], {})), /scoped to a project/);
  });
});
