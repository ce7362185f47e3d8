// Lines come out whole, however the stream was cut.
import assert from "node:assert/strict";
import fc from "fast-check";
import { lineSplitter } from "./lines.ts";

describe("lineSplitter", () => {
  it("gives the same lines for every way of cutting the stream", () => {
    const line = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\r\n]/g, ""));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat({ max: 40 })), (lines, cuts) => {
        const stream = Buffer.from(lines.map((text) => `${text}\r\n`).join(""));
        const split = lineSplitter();
        const seen: string[] = [];
        let at = 0;
        for (const size of [...cuts, stream.length]) {
          seen.push(...split(stream.subarray(at, at + size)));
          at += size;
        }
        assert.deepEqual(seen, lines);
      }),
    );
  });

  it("refuses a line without end", () => {
    const split = lineSplitter(10);
    split(Buffer.from("12345"));
    assert.throws(() => split(Buffer.from("1234567")), /longer than 10 bytes/);
  });
});
