// Federation mappings: which rules are fulfilled by what an identity provider says, and what they make of it.
import assert from "node:assert/strict";
import fc from "fast-check";
import { mapAssertion } from "./mapping.ts";
import { type MappingRule, readRules } from "./rules.ts";

const claims = {
  sub: "248289761001",
  preferred_username: "jane",
  email: "jane@example.org",
  groups: ["Developers", "Testers"],
  realm_access: { roles: ["admin", "offline_access"] },
  email_verified: true,
};

const jane: MappingRule = { local: [{ user: { name: "{0}", email: "{1}" } }], remote: [{ type: "preferred_username" }, { type: "email" }] };
const rule = (remote: MappingRule["remote"][number], local: MappingRule["local"] = [{ group: { id: "g" } }]): MappingRule => ({
  local,
  remote: [remote],
});
const groupsBy = (remote: MappingRule["remote"][number]) => mapAssertion([jane, rule(remote)], claims)?.groups.length;

describe("federation mappings", () => {
  it("fill the values of claims into a user", () => {
    assert.deepEqual(mapAssertion([jane], claims), {
      user: { name: "jane", email: "jane@example.org", type: "ephemeral" },
      groups: [],
      projects: [],
    });
  });

  for (const type of ["OIDC-preferred_username", "HTTP_OIDC_PREFERRED_USERNAME", "OIDC_CLAIM_preferred_username", "preferred_username"]) {
    it(`know the claim as ${type}`, () =>
      assert.equal(mapAssertion([{ ...jane, remote: [{ type }, { type: "email" }] }], claims)?.user.name, "jane"));
  }

  it("do not know somebody whose assertion lacks a claim", () => {
    assert.equal(mapAssertion([{ ...jane, remote: [{ type: "nickname" }, { type: "email" }] }], claims), undefined);
    assert.equal(mapAssertion([rule({ type: "email" })], claims), undefined, "a group alone is nobody");
  });

  const conditions: [remote: MappingRule["remote"][number], fulfilled: boolean][] = [
    [{ type: "groups", any_one_of: ["Testers", "Others"] }, true],
    [{ type: "groups", any_one_of: ["testers"] }, false],
    [{ type: "groups", any_one_of: ["^Dev"], regex: true }, true],
    [{ type: "groups", not_any_of: ["Testers"] }, false],
    [{ type: "groups", not_any_of: ["Others"] }, true],
    [{ type: "groups", not_any_of: ["^Dev"], regex: true }, false],
    [{ type: "realm_access.roles", any_one_of: ["admin"] }, true],
    [{ type: "email_verified", any_one_of: ["true"] }, true],
    [{ type: "missing", not_any_of: ["x"] }, false],
  ];
  for (const [remote, fulfilled] of conditions) {
    it(`${JSON.stringify(remote)} is ${fulfilled ? "" : "not "}fulfilled`, () => assert.equal(groupsBy(remote), fulfilled ? 1 : 0));
  }

  const domain = { name: "Default" };
  const lists: [remote: MappingRule["remote"][number], names: string[]][] = [
    [{ type: "groups" }, ["Developers", "Testers"]],
    [{ type: "groups", whitelist: ["Testers", "Others"] }, ["Testers"]],
    [{ type: "groups", whitelist: ["^T"], regex: true }, ["Testers"]],
    [{ type: "groups", blacklist: ["Testers"] }, ["Developers"]],
    [{ type: "groups", whitelist: [] }, []],
  ];
  for (const [remote, names] of lists) {
    it(`${JSON.stringify(remote)} hands on ${names.join(", ") || "nothing"}`, () => {
      const mapped = mapAssertion([jane, rule(remote, [{ groups: "{0}", domain }])], claims);
      assert.deepEqual(
        mapped?.groups,
        names.map((name) => ({ name, domain })),
      );
    });
  }

  it("count values only of parts that hand them on", () => {
    const local = [{ user: { name: "{0}" } }];
    const remote = [{ type: "groups", any_one_of: ["Testers"] }, { type: "preferred_username" }];
    assert.equal(mapAssertion([{ local, remote }], claims)?.user.name, "jane");
  });

  it("take the first user, and the groups and projects of all rules", () => {
    const second: MappingRule = {
      local: [{ user: { name: "somebody" }, projects: [{ name: "for {0}", roles: [{ name: "member" }] }], domain }],
      remote: [{ type: "preferred_username" }],
    };
    const mapped = mapAssertion([jane, rule({ type: "email" }), second], claims);
    assert.equal(mapped?.user.name, "jane");
    assert.deepEqual(mapped?.groups, [{ id: "g" }]);
    assert.deepEqual(mapped?.projects, [{ name: "for jane", roles: ["member"], domain }]);
  });

  const bad: [why: string, rules: unknown][] = [
    ["rules", []],
    ["rules/0", [{ local: [{ user: { name: "x" } }] }]],
    ["rules/0/remote/0", [{ local: [{ user: { name: "x" } }], remote: [{ type: "a", unknown: [] }] }]],
    [
      "names {1}, and its remote parts hand on 1",
      [{ local: [{ user: { name: "{1}" } }], remote: [{ type: "a" }, { type: "b", any_one_of: [] }] }],
    ],
    ["more than one condition", [rule({ type: "a", any_one_of: [], whitelist: [] })]],
    ["no regular expression", [rule({ type: "a", any_one_of: ["("], regex: true })]],
    ["local groups need a domain", [rule({ type: "a" }, [{ groups: "{0}" }])]],
    ["a local group needs", [rule({ type: "a" }, [{ group: { name: "x" } }])]],
  ];
  for (const [why, rules] of bad) {
    it(`are refused: ${why}`, () => {
      const read = readRules(rules);
      assert.ok("problem" in read && read.problem.includes(why), JSON.stringify(read));
    });
  }

  it("never break on what an identity provider says", () => {
    const rules = [jane, rule({ type: "groups" }, [{ groups: "{0}", domain }])];
    assert.ok("rules" in readRules(rules));
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("preferred_username", "email", "groups"), fc.anything()),
        (said) => void mapAssertion(rules, said),
      ),
    );
  });
});
