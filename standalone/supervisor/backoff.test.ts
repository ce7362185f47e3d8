// When a process that died comes back.
import assert from "node:assert/strict";
import { restartDelayMs } from "./backoff.ts";

const cases: { crashes: number; urgent: boolean; ms: number; why: string }[] = [
  { crashes: 1, urgent: true, ms: 0, why: "traffic stands still without it" },
  { crashes: 2, urgent: true, ms: 200, why: "it may be broken for good" },
  { crashes: 1, urgent: false, ms: 200, why: "its port may still be in use" },
  { crashes: 3, urgent: false, ms: 1000, why: "grows" },
  { crashes: 50, urgent: false, ms: 10_000, why: "but no further" },
];

describe("restart delay", () => {
  for (const { crashes, urgent, ms, why } of cases) {
    it(`crash ${crashes}${urgent ? " of an urgent one" : ""}: ${ms} ms, ${why}`, () => assert.equal(restartDelayMs(crashes, urgent), ms));
  }
});
