// Policy rules: what expressions mean, and that no text breaks the parser.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Expression, ExpressionError, parseExpression } from "./expression.ts";
import { type Credentials, compileRules, type PolicyTarget } from "./rules.ts";

const token: Credentials = (name) =>
  ({ user_id: "u1", project_id: "p1", roles: ["member", "reader"], is_admin: "False" })[name] as ReturnType<Credentials>;

const holds = (rule: unknown, target: PolicyTarget = {}) =>
  compileRules({ rule, owner: "project_id:%(project_id)s" }).get("rule")?.(token, target);

describe("policy rules", () => {
  const cases: [rule: unknown, target: PolicyTarget, holds: boolean][] = [
    ["", {}, true],
    ["@", {}, true],
    ["!", {}, false],
    ["role:Member", {}, true],
    ["role:admin", {}, false],
    ["not role:admin", {}, true],
    ["role:admin or role:reader", {}, true],
    ["role:admin and role:reader or role:member", {}, true],
    ["role:admin and (role:reader or role:member)", {}, false],
    ["not role:admin and not role:member", {}, false],
    ["user_id:%(user_id)s", { user_id: "u1" }, true],
    ["user_id:%(user_id)s", { user_id: "u2" }, false],
    ["user_id:%(user_id)s", {}, false],
    ["user_id:%(user_id)s", { user_id: null }, false],
    ["domain_id:%(domain_id)s", { domain_id: "d" }, false],
    ["(role:member and project_id:%(target.project.id)s)", { "target.project.id": "p1" }, true],
    ["rule:owner", { project_id: "p1" }, true],
    ["'u1':%(user_id)s", { user_id: "u1" }, true],
    ["None:%(domain_id)s", { domain_id: "None" }, true],
    ["is_admin:False", {}, true],
    [[], {}, true],
    ["field:networks:router:external=True", { "router:external": "True" }, true],
    ["field:networks:shared=True", { shared: "False" }, false],
    ["field:networks:shared=True", {}, false],
    ["field:port:device_owner=~^network:", { device_owner: "network:dhcp" }, true],
    ["field:port:device_owner=~^network:", { device_owner: "compute:network:" }, false],
  ];
  for (const [rule, target, expected] of cases) {
    it(`${JSON.stringify(rule)} on ${JSON.stringify(target)}`, () => assert.equal(holds(rule, target), expected));
  }

  it("reads the old lists: alternatives of checks that must all hold", () => {
    assert.equal(holds([["role:admin"], ["role:member", "user_id:%(user_id)s"]], { user_id: "u1" }), true);
    assert.equal(holds([["role:admin"], ["role:member", "user_id:%(user_id)s"]], { user_id: "u2" }), false);
  });

  for (const bad of [
    "role",
    "(role:a",
    "role:a)",
    "role:a role:b",
    "and",
    "not",
    "role:a or",
    "http://host/%(id)s",
    "field:shared=True",
    "field:a:b=~(",
    7,
    null,
    [["x"]],
  ]) {
    it(`refuses ${JSON.stringify(bad)}`, () => assert.throws(() => parseExpression(bad), ExpressionError));
  }

  it("names the rule that is wrong", () => {
    assert.throws(() => compileRules({ a: "rule:b", b: "rule:a" }), /rule a: it leads back to itself by rule:a/);
    assert.throws(() => compileRules({ a: "rule:c" }), /rule a: there is no rule c/);
    assert.throws(() => compileRules({ a: "@", b: "(" }), /rule b:/);
  });

  const words = fc.constantFrom("role:a", "role:b", "(", ")", "and", "or", "not", "@", "!", "user_id:%(user_id)s", "x", "");
  it("parses or refuses every text, and never breaks", () => {
    const text = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 40 }).map((each) => each.join(" ")),
    );
    fc.assert(
      fc.property(text, (source) => {
        try {
          parseExpression(source);
        } catch (error) {
          assert.ok(error instanceof ExpressionError, String(error));
        }
      }),
    );
    assert.throws(() => parseExpression("(".repeat(100_000)), ExpressionError);
  });

  const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<Expression>({ is: "always" }, { is: "never" }, { is: "role", name: "member" }, { is: "role", name: "admin" }),
      fc.record({ is: fc.constant("not" as const), of: tie("tree") }),
      fc.record({ is: fc.constantFrom("and" as const, "or" as const), of: fc.array(tie("tree"), { minLength: 2, maxLength: 4 }) }),
    ),
  }));
  const spelled = (each: Expression): string => {
    if (each.is === "always") return "@";
    if (each.is === "never") return "!";
    if (each.is === "role") return `role:${each.name}`;
    if (each.is === "not") return `not ${spelled(each.of)}`;
    return each.is === "and" || each.is === "or" ? `(${each.of.map(spelled).join(` ${each.is} `)})` : "@";
  };
  const truth = (each: Expression): boolean => {
    if (each.is === "not") return !truth(each.of);
    if (each.is === "and") return each.of.every(truth);
    if (each.is === "or") return each.of.some(truth);
    return each.is === "always" || (each.is === "role" && each.name === "member");
  };
  it("means what its tree means, however it is nested", () => {
    fc.assert(fc.property(tree, (expression) => assert.equal(holds(spelled(expression)), truth(expression))));
  });
});
