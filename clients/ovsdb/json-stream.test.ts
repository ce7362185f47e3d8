// Property test: however a stream is cut into chunks, the same values come out.
import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonStream } from "./json-stream.ts";

describe("json stream", () => {
  it("gives the same values however the bytes are cut", () => {
    const values = fc.array(fc.oneof(fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()), fc.array(fc.jsonValue())));
    fc.assert(
      fc.property(values, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sent, sizes) => {
        const expected = sent.map((value) => JSON.parse(JSON.stringify(value)));
        const bytes = Buffer.from(expected.map((value) => JSON.stringify(value)).join(""));
        const parse = jsonStream();
        const got: unknown[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          got.push(...parse(bytes.subarray(at, at + size)));
          at += size;
        }
        assert.deepEqual(got, expected);
      }),
    );
  });

  it("throws on what is not JSON", () => {
    assert.throws(() => jsonStream()(Buffer.from("{nonsense}")), SyntaxError);
  });
});
