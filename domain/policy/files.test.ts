// Policy files: what they change, what is refused with which sentence, and that no text breaks the reader.
import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { PolicyFileError, readPolicyFiles } from "./files.ts";

const known = new Map([
  ["nova", new Set(["context_is_admin", "servers:show"])],
  ["neutron", new Set(["context_is_admin", "get_network"])],
]);
const read = (files: Record<string, string>) =>
  Object.fromEntries(readPolicyFiles(files, known, (text) => parse(text, { mapAsMap: true })));

describe("policy files", () => {
  it("give each rule to the service that has it", () => {
    assert.deepEqual(read({ "policy.yaml": '"servers:show": "role:auditor"\n"get_network": "!"' }), {
      nova: { "servers:show": "role:auditor" },
      neutron: { get_network: "!" },
    });
  });

  it("let the service's own file win", () => {
    assert.deepEqual(read({ "nova.yaml": "servers:show: '@'", "policy.yaml": "servers:show: '!'" }), { nova: { "servers:show": "@" } });
  });

  it("may have rules for their own use", () => {
    assert.deepEqual(read({ "nova.yaml": "auditor: role:auditor\nservers:show: rule:auditor" }), {
      nova: { auditor: "role:auditor", "servers:show": "rule:auditor" },
    });
    assert.deepEqual(read({ "policy.yaml": "auditor: role:auditor\nget_network: rule:auditor" }).neutron, {
      auditor: "role:auditor",
      get_network: "rule:auditor",
    });
  });

  it("may be empty", () => assert.deepEqual(read({ "policy.yaml": "", "nova.yaml": "# nothing yet" }), {}));

  it("take the old lists", () =>
    assert.deepEqual(read({ "nova.yaml": "servers:show: [[role:a], [role:b]]" }).nova, { "servers:show": [["role:a"], ["role:b"]] }));

  const refused: [why: string, files: Record<string, string>, sentence: RegExp][] = [
    ["no YAML", { "policy.yaml": "a: [" }, /^policy\.yaml is no YAML: /],
    ["a rule twice", { "nova.yaml": "servers:show: '@'\nservers:show: '!'" }, /^nova\.yaml is no YAML: Map keys must be unique/],
    ["no rules", { "policy.yaml": "- a" }, /^policy\.yaml must be rules by their names\.$/],
    ["no expression", { "nova.yaml": "servers:show: role:a or" }, /^nova\.yaml: rule servers:show: /],
    ["a number", { "nova.yaml": "servers:show: 7" }, /rule servers:show: a rule is a text/],
    ["a rule that nobody has", { "policy.yaml": "servers:shwo: '@'" }, /^policy\.yaml: no service has a rule servers:shwo\.$/],
    ["a rule that the service has not", { "nova.yaml": "get_network: '@'" }, /^nova\.yaml: nova has no rule get_network\.$/],
    [
      "a rule that several have",
      { "policy.yaml": "context_is_admin: '@'" },
      /nova, neutron have a rule context_is_admin each: it belongs into nova\.yaml/,
    ],
    ["a file of nobody", { "heat.yaml": "" }, /^heat\.yaml is no policy file/],
    ["a file without its end", { nova: "" }, /^nova is no policy file/],
  ];
  for (const [why, files, sentence] of refused) {
    it(`are refused: ${why}`, () =>
      assert.throws(
        () => read(files),
        (error) => error instanceof PolicyFileError && sentence.test(error.message),
      ));
  }

  it("are read or refused, whatever is in them", () => {
    const lines = fc.constantFrom(
      "servers:show: '@'",
      "get_network: role:a",
      "x: rule:y",
      "y: '!'",
      "- a",
      "a: &b [*b]",
      "? ",
      "__proto__: '@'",
      "<<: {a: b}",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(lines, { maxLength: 6 }).map((each) => each.join("\n")),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("policy.yaml", "nova.yaml", "neutron.yaml", "x"), text), (files) => {
        try {
          read(files);
        } catch (error) {
          assert.ok(error instanceof PolicyFileError, String(error));
        }
      }),
    );
  });
});
