// Who may do what, by role and scope.
import assert from "node:assert/strict";
import { type Auth, anonymous, projectOf } from "./auth.ts";
import { Policy, type PolicyRule, withImpliedRoles } from "./policy.ts";

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
    ["a member is a reader", "role:reader", holder(["member"]), true],
    ["a reader is no member", "role:member", holder(["reader"]), false],
    ["an admin is everything", "role:manager", holder(["admin"]), true],
    ["a manager is no admin", "role:admin", holder(["manager"]), false],
    ["a role of somebody's own gives nothing", "role:reader", holder(["operator"]), false],
    ["any valid token", "@", holder([], {}), true],
    ["no token", "@", anonymous, false],
    ["service is not implied by member", "role:service", holder(["member"]), false],
    ["service by its own role", "role:service", holder(["service"]), true],
    ["the scope must fit", { check: "role:admin", scope: ["system"] }, holder(["admin"]), false],
    ["one of several scopes", { check: "role:reader", scope: ["project", "system"] }, holder(["reader"], { system: true }), true],
    ["a domain scope", { check: "role:reader", scope: ["domain"] }, holder(["reader"], { domainId: "default" }), true],
    ["an expression", "role:reader and project_id:%(project_id)s", holder(["member"]), true],
    ["an expression that names another's", { check: "user_id:%(target.user.id)s" }, holder(["admin"]), false],
    ["a system scope by its name", "role:reader and system_scope:all", holder(["reader"], { system: true }), true],
    ["roles in any case", "role:Operator", holder(["OPERATOR"]), true],
    ["an expression that lets everybody, without a token", "@", anonymous, false],
    ["no scope", { check: "@", scope: ["none"] }, holder([], {}), true],
  ];
  for (const [why, rule, auth, allowed] of cases) {
    it(why, () => assert.equal(new Policy({ rule }).allows("rule", auth), allowed));
  }

  it("takes a file's expression for the table's, and keeps the scopes", () => {
    const table = { "a:get": { check: "role:reader", scope: ["project"] }, "a:list": "rule:a:get" } as const;
    const policy = new Policy(table, { "a:get": "role:auditor" });
    for (const rule of ["a:get", "a:list"]) {
      assert.equal(policy.allows(rule, holder(["auditor"])), true);
      assert.equal(policy.allows(rule, holder(["member"])), false);
    }
    assert.equal(policy.allows("a:get", holder(["auditor"], { system: true })), false);
  });

  it("lets a service say who is an administrator", () => {
    const boss = holder(["boss"]);
    assert.equal(new Policy({ context_is_admin: "role:admin" }).judged(boss), boss);
    assert.equal(new Policy({ context_is_admin: "role:admin" }, { context_is_admin: "role:boss" }).judged(boss).isAdmin, true);
    assert.equal(
      new Policy({ context_is_admin: "role:admin" }, { context_is_admin: "role:boss" }).judged(holder(["admin"])).isAdmin,
      false,
    );
  });

  it("means the token's own where nothing else is said, and what is said where it is", () => {
    const policy = new Policy({
      get: "role:member and project_id:%(project_id)s",
      net: "rule:owner",
      owner: "project_id:%(network:project_id)s",
    });
    assert.equal(policy.allows("get", holder(["member"])), true);
    assert.equal(policy.allows("get", holder(["member"]), { project_id: "other" }), false);
    assert.equal(policy.allows("net", holder(["member"])), true);
    assert.equal(policy.allows("net", holder(["member"]), { "network:project_id": "other" }), false);
  });

  it("asks for a project where one is needed", () => {
    assert.equal(projectOf(holder(["member"])).namespace, "kumulus-demo");
    assert.throws(() => projectOf(holder([], {})), /scoped to a project/);
  });
});
