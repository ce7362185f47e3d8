// Schemas' fingerprints: equal for equal schemas however they are written down.
import assert from "node:assert/strict";
import { schemaHash } from "./schema-hash.ts";

const version = (schema: object, more: object = {}) => ({ versions: [{ name: "v1", schema, ...more }] });

describe("a schema's fingerprint", () => {
  const base = schemaHash(version({ type: "object", required: ["a", "b"] }));
  const table: [why: string, spec: Parameters<typeof schemaHash>[0], same: boolean][] = [
    ["other order of keys", version({ required: ["a", "b"], type: "object" }), true],
    ["columns of the printer", version({ type: "object", required: ["a", "b"] }, { additionalPrinterColumns: [] }), true],
    ["other order of a list", version({ type: "object", required: ["b", "a"] }), false],
    ["a subresource", version({ type: "object", required: ["a", "b"] }, { subresources: { status: {} } }), false],
    ["a deeper field", version({ type: "object", required: ["a", "b"], properties: { a: {} } }), false],
    ["nothing", {}, false],
  ];
  for (const [why, spec, same] of table)
    it(`${same ? "is the same" : "differs"}: ${why}`, () => assert.equal(schemaHash(spec) === base, same));
});
