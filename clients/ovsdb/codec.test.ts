// Property tests of the value codec.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type AtomType,
  applyDiff,
  type ColumnType,
  canonicalValue,
  decodeValue,
  encodeValue,
  namedUuid,
  sameValue,
  type Value,
} from "./codec.ts";

const atoms: Record<AtomType, fc.Arbitrary<string | number | boolean>> = {
  integer: fc.integer(),
  real: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
  boolean: fc.boolean(),
  string: fc.string({ unit: "binary" }),
  uuid: fc.uuid(),
};
const atomType = fc.constantFrom<AtomType>("integer", "real", "boolean", "string", "uuid");
const many = Number.POSITIVE_INFINITY;

const shapes: Record<string, (key: AtomType, value: AtomType) => { type: ColumnType; of: fc.Arbitrary<Value | undefined> }> = {
  scalar: (key) => ({ type: { key, min: 1, max: 1 }, of: atoms[key] }),
  optional: (key) => ({ type: { key, min: 0, max: 1 }, of: fc.option(atoms[key], { nil: undefined }) }),
  set: (key) => ({ type: { key, min: 0, max: many }, of: fc.array(atoms[key]) }),
  map: (key, value) => ({
    type: { key, value, min: 0, max: many },
    of: fc.array(fc.tuple(atoms[key].map(String), atoms[value])).map((pairs) => Object.fromEntries(pairs)),
  }),
};
const typed = (shape: (typeof shapes)[string], values: number) =>
  fc.tuple(atomType, atomType).chain(([key, value]) => {
    const { type, of } = shape(key, value);
    return fc.tuple(fc.constant(type), fc.array(of, { minLength: values, maxLength: values }));
  });

/** What the server would send for the difference of two values. */
function difference(type: ColumnType, a: Value | undefined, b: Value | undefined): Value | undefined {
  if (type.max === 1) return b;
  if (type.value === undefined) {
    const [left, right] = [new Set(a as string[]), new Set(b as string[])];
    return [...left.symmetricDifference(right)];
  }
  const [left, right] = [a, b] as Record<string, string>[];
  const gone = Object.entries(left ?? {}).filter(([key]) => !Object.hasOwn(right ?? {}, key));
  const set = Object.entries(right ?? {}).filter(([key, value]) => !Object.hasOwn(left ?? {}, key) || left?.[key] !== value);
  return Object.fromEntries([...gone, ...set]);
}

describe("ovsdb codec", () => {
  for (const [name, shape] of Object.entries(shapes)) {
    it(`a ${name} comes back from the wire as it was`, () => {
      fc.assert(
        fc.property(typed(shape, 1), ([type, [value]]) => {
          const wire = JSON.parse(JSON.stringify(encodeValue(type, value)));
          assert.deepEqual(decodeValue(type, wire), canonicalValue(type, value));
          assert.ok(sameValue(type, decodeValue(type, wire), value));
        }),
      );
    });

    it(`a ${name} changes by a difference into the new value`, () => {
      fc.assert(
        fc.property(typed(shape, 2), ([type, [a, b]]) => {
          const [old, next] = [canonicalValue(type, a), canonicalValue(type, b)];
          assert.deepEqual(applyDiff(type, old, difference(type, old, next)), next);
        }),
      );
    });
  }

  it("writes UUIDs, names of new rows and keys to delete as RFC 7047 does", () => {
    const set: ColumnType = { key: "uuid", min: 0, max: many };
    assert.deepEqual(encodeValue(set, ["a", namedUuid("b")]), [
      "set",
      [
        ["uuid", "a"],
        ["named-uuid", "b"],
      ],
    ]);
    assert.deepEqual(encodeValue({ key: "string", value: "string", min: 0, max: many }, ["k"]), ["set", ["k"]]);
    assert.deepEqual(encodeValue({ key: "integer", value: "string", min: 0, max: many }, { 7: "x" }), ["map", [[7, "x"]]]);
    assert.deepEqual(decodeValue(set, ["uuid", "a"]), ["a"]);
  });

  it("holds back what would make the server drop the connection, and knows the stored form as equal", () => {
    const text: ColumnType = { key: "string", min: 1, max: 1 };
    const map: ColumnType = { key: "string", value: "string", min: 0, max: 9 };
    assert.equal(encodeValue(text, "a\0b"), "a\ufffdb");
    assert.equal(encodeValue(text, "a\ud800"), "a\ufffd");
    assert.deepEqual(encodeValue(map, { name: "\0" }), ["map", [["name", "\ufffd"]]]);
    assert.ok(sameValue(map, { name: "\0" }, { name: "\ufffd" }));
    assert.ok(sameValue(text, "a\0b", "a\ufffdb"));
  });

  it("refuses values of another type", () => {
    assert.throws(() => encodeValue({ key: "integer", min: 1, max: 1 }, "1"), /Not an OVSDB value/);
    assert.throws(() => encodeValue({ key: "string", min: 0, max: many }, { a: "b" }), /Not an OVSDB value/);
    assert.throws(() => decodeValue({ key: "uuid", min: 1, max: 1 }, "plain"), /Not an OVSDB value/);
  });
});
