// Bindings of a project: short however many people it has, and steady.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type StandardRole, standardRoles } from "../../../domain/identity/tenant-rights.ts";
import { desiredAccess, isOurs } from "./desired.ts";

const holdersOf = (count: number, role: StandardRole) => new Map(Array.from({ length: count }, (_, index) => [`user-${index}`, role]));
const subjectsIn = (holders: ReadonlyMap<string, StandardRole>) =>
  desiredAccess(holders, "kumulus-web").bindings.map(({ subjects = [] }) => subjects.length);

describe("desired access", () => {
  it("names everybody exactly once, under the role that he holds", () => {
    const holders = fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,6}$/), fc.constantFrom(...standardRoles)), { maxLength: 600 });
    fc.assert(
      fc.property(holders, (pairs) => {
        const wanted = new Map(pairs);
        const { roles, bindings } = desiredAccess(wanted, "kumulus-web");
        const named = bindings.flatMap(({ roleRef, subjects = [] }) => subjects.map(({ name }) => [name.slice(13), roleRef.name.slice(8)]));
        assert.equal(named.length, wanted.size);
        assert.deepEqual(
          new Map(named as [string, StandardRole][]),
          new Map([...named.map(([user = ""]) => [user, wanted.get(user)] as const)]),
        );
        const present = new Set(roles.map(({ metadata }) => metadata.name));
        assert.ok(bindings.every(({ roleRef, metadata }) => present.has(roleRef.name) && isOurs(metadata.name)));
      }),
      { numRuns: 50 },
    );
  });

  it("keeps ten thousand people in short bindings, of which one more changes one", () => {
    const lengths = subjectsIn(holdersOf(10_000, "member"));
    assert.ok(Math.max(...lengths) <= 400, `${Math.max(...lengths)}`);
    const texts = (count: number) => desiredAccess(holdersOf(count, "member"), "kumulus-web").bindings.map((each) => JSON.stringify(each));
    const before = new Set(texts(10_000));
    assert.equal(texts(10_001).filter((text) => !before.has(text)).length, 1);
  });

  it("has nothing where nobody holds a role", () => assert.deepEqual(desiredAccess(new Map(), "n"), { roles: [], bindings: [] }));
});
