// Lines come out whole however the network cuts them.
import assert from "node:assert/strict";
import fc from "fast-check";
import { LineSplitter } from "./watch-stream.ts";

describe("LineSplitter", () => {
  it("gives back the lines that went in, for every way of cutting the bytes", () => {
    const lines = fc.array(
      fc.string({ unit: "grapheme", minLength: 1 }).map((text) => text.replaceAll("\n", " ")),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(lines, fc.array(fc.nat(40), { maxLength: 40 }), (wanted, cuts) => {
        const bytes = Buffer.from(wanted.map((line) => `${line}\n`).join(""));
        const splitter = new LineSplitter();
        const found: string[] = [];
        let start = 0;
        for (const length of [...cuts, bytes.length]) {
          found.push(...splitter.push(bytes.subarray(start, start + length)));
          start = Math.min(bytes.length, start + length);
        }
        assert.deepEqual(found, wanted);
      }),
    );
  });
});
