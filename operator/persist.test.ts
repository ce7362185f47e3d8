// A step is tried again as long as its failure passes by itself.
import assert from "node:assert/strict";
import { KumulusError } from "../domain/errors.ts";
import { createLog } from "./log.ts";
import { persist } from "./persist.ts";

const log = createLog({ name: "test", level: "silent" });
const away = () => new KumulusError("Unavailable", "away");

describe("persist", () => {
  const options = (signal = new AbortController().signal) => ({ what: "a step", log, signal, firstMs: 1, longestMs: 2 });

  it("tries until it works", async () => {
    let tries = 0;
    const work = async () => {
      tries += 1;
      if (tries < 4) throw away();
      return "done";
    };
    assert.deepEqual([await persist(work, options()), tries], ["done", 4]);
  });

  it("gives up on what no time mends, and when it is told to end", async () => {
    await assert.rejects(
      persist(async () => {
        throw new KumulusError("Forbidden", "no");
      }, options()),
      { code: "Forbidden" },
    );
    const abort = new AbortController();
    let tries = 0;
    const ended = persist(async () => {
      tries += 1;
      if (tries === 3) abort.abort();
      throw away();
    }, options(abort.signal));
    await assert.rejects(ended, { code: "Unavailable" });
    assert.equal(tries, 3);
  });
});
