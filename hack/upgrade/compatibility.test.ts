// Which changes of a CRD are compatible.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { type Definition, incompatibilities, type Schema } from "./compatibility.ts";

const definition = (schema: Schema, version = "v1", served = true): Definition => ({
  metadata: { name: "things.x" },
  spec: {
    group: "x",
    scope: "Namespaced",
    names: { kind: "Thing", plural: "things" },
    versions: [{ name: version, served, storage: true, schema: { openAPIV3Schema: schema } }],
  },
});
const object = (properties: Record<string, Schema>, required: string[] = []): Schema => ({ type: "object", properties, required });
const string: Schema = { type: "string" };
const between = (before: Schema, after: Schema) => incompatibilities([definition(before)], [definition(after)]);

describe("a change of a CRD", () => {
  const good: [why: string, before: Schema, after: Schema][] = [
    ["a new field", object({}), object({ a: string })],
    ["a new required field with a default", object({}), object({ a: { ...string, default: "x" } }, ["a"])],
    ["a required field that became optional", object({ a: string }, ["a"]), object({ a: string })],
    ["a wider enum", { ...string, enum: ["a"] }, { ...string, enum: ["a", "b"] }],
    ["an enum that went", { ...string, enum: ["a"] }, string],
    ["wider bounds", { type: "integer", minimum: 1, maximum: 2 }, { type: "integer", minimum: 0, maximum: 3 }],
    ["bounds that went", { ...string, maxLength: 5 }, string],
    ["another description and default", { ...string, description: "a", default: "x" }, { ...string, description: "b", default: "y" }],
    ["a rule that went", { ...string, "x-kubernetes-validations": [{ rule: "r" }] }, string],
    ["a rule in a new field", object({}), object({ a: { ...string, "x-kubernetes-validations": [{ rule: "r" }] } })],
  ];
  for (const [why, before, after] of good) it(`may be ${why}`, () => assert.deepEqual(between(before, after), []));

  const bad: [why: string, before: Schema, after: Schema, sentence: RegExp][] = [
    ["a field that went", object({ a: string }), object({}), /^things\.x v1\.a: is gone/],
    ["a new required field", object({}), object({ a: string }, ["a"]), /v1: a is required now and has no default/],
    ["an optional field that became required", object({ a: string }), object({ a: string }, ["a"]), /a is required now/],
    ["another type", object({ a: string }), object({ a: { type: "integer" } }), /v1\.a: type was "string" and is "integer"/],
    ["a narrower enum", { ...string, enum: ["a", "b"] }, { ...string, enum: ["a"] }, /no longer takes "b"/],
    ["a new enum", string, { ...string, enum: ["a"] }, /has an enum now/],
    ["a pattern", string, { ...string, pattern: "^a$" }, /pattern was none and is "\^a\$"/],
    ["a higher minimum", { type: "integer" }, { type: "integer", minimum: 1 }, /minimum rises to 1/],
    ["a lower maximum", { ...string, maxLength: 9 }, { ...string, maxLength: 8 }, /maxLength falls to 8/],
    ["a new rule", string, { ...string, "x-kubernetes-validations": [{ rule: "r" }] }, /has the new rule r/],
    ["null refused", { ...string, nullable: true }, string, /null is no longer taken/],
    ["a change in a list", { type: "array", items: string }, { type: "array", items: { ...string, format: "ip" } }, /v1\[\]: format was/],
    [
      "a change in a map",
      { type: "object", additionalProperties: string },
      { type: "object", additionalProperties: { ...string, maxLength: 3 } },
      /v1\{\}: maxLength/,
    ],
    ["a map that closed", { type: "object", additionalProperties: string }, { type: "object" }, /no longer takes keys of any name/],
    ["an object that closed", { "x-kubernetes-preserve-unknown-fields": true }, {}, /unknown fields are dropped now/],
  ];
  for (const [why, before, after, sentence] of bad)
    it(`must not be ${why}`, () => {
      const found = between(before, after);
      assert.equal(found.length, 1);
      assert.match(found[0] ?? "", sentence);
    });

  it("must not take away a kind or a version", () => {
    assert.deepEqual(incompatibilities([definition({})], []), ["things.x: the kind is gone"]);
    assert.deepEqual(incompatibilities([definition({})], [definition({}, "v2")]), ["things.x: version v1 is gone"]);
    assert.deepEqual(incompatibilities([definition({})], [definition({}, "v1", false)]), ["things.x: version v1 is no longer served"]);
  });

  it("is none between our own CRDs and themselves", () => {
    const ours = globSync("crds/!(samples)/*.yaml").map((file) => parse(readFileSync(file, "utf8")) as Definition);
    assert.ok(ours.length > 10);
    assert.deepEqual(incompatibilities(ours, ours), []);
  });
});
