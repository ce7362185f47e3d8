// What admission says of domains, projects, users, groups and roles, case by case.
import assert from "node:assert/strict";
import type { KubeObject } from "../../models/kind.ts";
import { make, outcome, viewOf } from "../testing/world.ts";
import { tenantRules } from "./tenant.ts";
import { uniqueNameRules } from "./unique-name.ts";

const acme = { domainRef: { name: "acme" } };
const below = (name: string) => ({ ...acme, parentRef: { name } });
const chain = (length: number) =>
  Array.from({ length }, (_, index) => make.tenant(`t${index + 1}`, index === 0 ? acme : below(`t${index}`)));

const ruleOf = (object: KubeObject) => [tenantRules, ...uniqueNameRules].find(({ kind }) => kind.kind === object.kind);

describe("admission of identity objects", () => {
  const cases: [why: string, object: KubeObject, others: KubeObject[], verdict: string][] = [
    ["a free name", make.group("b", { displayName: "Ops", ...acme }), [make.group("a", { displayName: "Dev", ...acme })], "fine"],
    [
      "a name in other letters",
      make.group("b", { displayName: "OPS", ...acme }),
      [make.group("a", { displayName: "Ops", ...acme })],
      "409 DuplicateName",
    ],
    [
      "the name of an object without another",
      make.user("b", { displayName: "ada", ...acme }),
      [make.user("ada", acme)],
      "409 DuplicateName",
    ],
    ["the same in another domain", make.user("b", { displayName: "ada", domainRef: { name: "x" } }), [make.user("ada", acme)], "fine"],
    ["a domain's role like one of the cloud", make.role("b", { displayName: "cook", ...acme }), [make.role("cook")], "fine"],
    ["the name of one that goes", make.domain("b", { displayName: "a" }), [make.domain("a", {}, { leaving: true })], "fine"],
    ["a project's name taken", make.tenant("b", { displayName: "web", ...acme }), [make.tenant("web", acme)], "409 DuplicateName"],
    ["a parent that comes later", make.tenant("b", below("late")), [], "fine"],
    ["a parent of another domain", make.tenant("b", below("a")), [make.tenant("a", { domainRef: { name: "x" } })], "400 ParentInvalid"],
    ["itself as parent", make.tenant("b", below("b")), [], "400 ParentInvalid"],
    ["as deep as may be", make.tenant("b", below("t4")), chain(4), "fine"],
    ["deeper", make.tenant("b", below("t5")), chain(5), "403 TooDeep"],
  ];
  for (const [why, object, others, verdict] of cases) {
    it(`${verdict}: ${why}`, () => assert.equal(outcome(ruleOf(object)?.create?.(object, viewOf(...others))), verdict));
  }

  it("looks at a name again only when it changes", () => {
    const [old, twin] = [make.tenant("a", { displayName: "web", ...acme }), make.tenant("b", { displayName: "shop", ...acme })];
    const renamed = { ...old, spec: { ...old.spec, displayName: "shop" } };
    assert.equal(outcome(tenantRules.update?.(renamed, old, viewOf(old, twin))), "409 DuplicateName");
    assert.equal(outcome(tenantRules.update?.(renamed, renamed, viewOf(renamed, twin))), "fine");
  });
});
