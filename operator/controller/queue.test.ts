// The work queue: no key twice at a time, no key lost, delays and lanes, in every interleaving.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { WorkQueue } from "./queue.ts";

type Step = { do: "add" | "addLow" | "retry"; key: string } | { do: "take" } | { do: "done" };

const key = fc.constantFrom("a", "b", "c", "d");
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom("add" as const, "addLow" as const), key }),
  fc.constant<Step>({ do: "take" }),
  fc.constant<Step>({ do: "done" }),
);

/** Lets promises settle, not timers. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("WorkQueue", () => {
  it("hands every added key out after its add, and never one that is being worked on", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const queue = new WorkQueue();
        const working = new Set<string>();
        const owed = new Set<string>();
        const take = async () => {
          const taken = await queue.take();
          if (taken === undefined) return;
          assert.ok(!working.has(taken), `${taken} is worked on twice`);
          working.add(taken);
          owed.delete(taken);
        };
        const finish = () => {
          const [first] = working;
          if (first === undefined) return;
          working.delete(first);
          queue.done(first);
        };
        for (const each of steps) {
          if (each.do === "take") void take();
          else if (each.do === "done") finish();
          else if (each.do === "add" || each.do === "addLow") {
            owed.add(each.key);
            queue.add(each.key, each.do === "add" ? "normal" : "low");
          }
          await settle();
        }
        for (let round = 0; round < 200 && (owed.size > 0 || working.size > 0); round += 1) {
          finish();
          void take();
          await settle();
        }
        assert.deepEqual([...owed], [], "an added key was never handed out");
        queue.close();
      }),
      { numRuns: 60 },
    );
  });

  it("takes the normal lane first but does not starve the low one", async () => {
    const queue = new WorkQueue();
    for (let index = 0; index < 20; index += 1) queue.add(`low${index}`, "low");
    for (let index = 0; index < 20; index += 1) queue.add(`n${index}`);
    const taken: (string | undefined)[] = [];
    for (let index = 0; index < 16; index += 1) taken.push(await queue.take());
    assert.equal(taken[0], "n0");
    assert.equal(taken.filter((each) => each?.startsWith("low")).length, 2);
    queue.close();
  });

  it("lifts a key from the low lane when it is added again", async () => {
    const queue = new WorkQueue();
    queue.add("x", "low");
    queue.add("y", "low");
    queue.add("y");
    assert.equal(queue.depth, 2);
    assert.equal(await queue.take(), "y");
    queue.close();
  });

  it("grows the delay of a failing key and starts over once forgotten", () => {
    const queue = new WorkQueue({ random: () => 1 });
    queue.retry("capped");
    queue.retry("capped");
    assert.equal(queue.retry("capped", 7), 7, "no later than asked for");
    const delays = Array.from({ length: 20 }, () => queue.retry("a"));
    assert.deepEqual(delays.slice(0, 4), [5, 10, 20, 40]);
    assert.equal(delays.at(-1), 300_000);
    assert.equal(queue.retry("b"), 5);
    queue.forget("a");
    assert.equal(queue.retry("a"), 5);
    queue.close();
  });

  it("keeps the earliest of several delays and takes them back", async () => {
    const queue = new WorkQueue();
    queue.addAfter("a", 5_000);
    queue.addAfter("a", 10);
    queue.addAfter("a", 60_000);
    queue.addAfter("b", 10);
    queue.cancelDelay("b");
    assert.equal(queue.depth, 0);
    assert.equal(await queue.take(), "a");
    await sleep(20);
    assert.equal(queue.depth, 0);
    queue.close();
  });

  it("lets takers go when it is closed", async () => {
    const queue = new WorkQueue();
    const taker = queue.take();
    queue.close();
    assert.equal(await taker, undefined);
    assert.equal(await queue.take(), undefined);
    queue.add("a");
    assert.equal(queue.depth, 0);
  });
});
