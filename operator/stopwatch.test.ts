// Time since something is so.
import assert from "node:assert/strict";
import { createStopwatch } from "./stopwatch.ts";

describe("a stopwatch", () => {
  it("counts each key from its first call, until it is forgotten", () => {
    let now = 1_000;
    const { elapsedMs, forget } = createStopwatch(() => now);
    assert.equal(elapsedMs("a"), 0);
    now += 40;
    assert.equal(elapsedMs("b"), 0);
    now += 2;
    assert.deepEqual([elapsedMs("a"), elapsedMs("b")], [42, 2]);
    forget("a");
    assert.deepEqual([elapsedMs("a"), elapsedMs("b")], [0, 2]);
  });
});
