// The rules of the roles: each right once, the wider before the narrower, and none that would be a surprise.
import assert from "node:assert/strict";
import { type Right, unasked } from "../../domain/rights.ts";
import { atomsOfRole, merged } from "./rights.ts";

const secrets = (more: Partial<Right>): Right => ({ group: "", resource: "secrets", verbs: ["get"], ...more });

describe("rules of the roles", () => {
  it("have what a wider right covers only once", () => {
    const all = merged([secrets({ system: true, names: ["a"] }), secrets({ system: true }), secrets({})]);
    assert.deepEqual(
      all.map(({ system, name }) => ({ system, name })),
      [{ system: false, name: undefined }],
    );
    assert.equal(merged([secrets({ system: true, names: ["a", "b"] })]).length, 2);
  });

  it("take for asked what somebody asks for, whoever else only needs it", () => {
    for (const rights of [
      [secrets({}), unasked(secrets({}), "why")],
      [unasked(secrets({}), "why"), secrets({})],
    ])
      assert.deepEqual(
        merged(rights).map((atom) => atom.unasked),
        [undefined],
      );
  });

  it("let no role read Secrets outside of the system namespace, or write its own rights", () => {
    for (const role of ["operator", "api", "webhook"] as const) {
      const atoms = atomsOfRole(role);
      const reads = atoms.filter(({ resource, verb, system }) => resource === "secrets" && verb !== "create" && !system);
      assert.deepEqual(reads, [], role);
      assert.deepEqual(
        atoms.filter(({ resource, verb }) => /^clusterrole/.test(resource) || ["escalate", "bind", "impersonate"].includes(verb)),
        [],
      );
    }
  });
});
