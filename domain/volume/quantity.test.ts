// Quantities of bytes as Kubernetes writes them.
import assert from "node:assert/strict";
import fc from "fast-check";
import { bytesOf, quantityGiB, quantityOf } from "./quantity.ts";

describe("quantities", () => {
  for (const [text, bytes] of [
    ["1Gi", 2 ** 30],
    ["1.5G", 1.5e9],
    ["1073741824", 2 ** 30],
    ["1e3", 1000],
    ["512Mi", 512 * 2 ** 20],
    ["", undefined],
    ["500m", 1],
    ["x", undefined],
    [undefined, undefined],
    ["1Zi", undefined],
  ] as const)
    it(`${text} is ${bytes} bytes`, () => assert.equal(bytesOf(text), bytes));

  it("counts whole GiB", () => assert.equal(quantityGiB("2047Mi"), 1));
  it("writes what it reads", () => {
    fc.assert(fc.property(fc.nat(), (bytes) => assert.equal(bytesOf(quantityOf(bytes)), bytes)));
  });
});
