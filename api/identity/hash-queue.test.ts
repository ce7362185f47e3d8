// So many at a time, the others in their order, and a refusal for too many.
import assert from "node:assert/strict";
import { isCode } from "../../domain/errors.ts";
import { HashQueue } from "./hash-queue.ts";

/** Work that ends when it is told to. */
function task() {
  let end: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { done, end: () => end() };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("hash queue", () => {
  it("runs two at a time, in order, and refuses who finds the line full", async () => {
    const queue = new HashQueue(2, 2);
    const tasks = [task(), task(), task(), task()];
    const begun: number[] = [];
    const runs = tasks.map(({ done }, index) =>
      queue.run(() => {
        begun.push(index);
        return done;
      }),
    );
    await assert.rejects(
      queue.run(async () => assert.fail("nobody may run this")),
      (error) => isCode(error, "Unavailable"),
    );
    assert.deepEqual(begun, [0, 1]);
    tasks[1]?.end();
    await settled();
    assert.deepEqual(begun, [0, 1, 2]);
    for (const { end } of tasks) end();
    await Promise.all(runs);
    assert.deepEqual(begun, [0, 1, 2, 3]);
  });

  it("gives the place of work that failed to the next", async () => {
    const queue = new HashQueue(1, 5);
    const failed = queue.run(() => Promise.reject(new Error("no")));
    const next = queue.run(async () => "next");
    await assert.rejects(failed, /no/);
    assert.equal(await next, "next");
    assert.equal(await queue.run(async () => "and another"), "and another");
  });
});
