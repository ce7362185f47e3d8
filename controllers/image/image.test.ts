// When an Image is ready, and what becomes of its golden disk.
import assert from "node:assert/strict";
import type { DataVolume } from "../../clients/cdi/kinds.ts";
import { done, golden, image, now } from "../compute/testing/fixtures.ts";
import { goldenState } from "./golden.ts";
import { readyOfImage } from "./image.ts";

describe("images", () => {
  const table = [
    [undefined, {}, "Queued"],
    ["queued", { source: { url: "http://x/y" } }, "NotImplemented"],
    ["saving", {}, "Transferring"],
    ["active", {}, "Active"],
    ["deactivated", {}, "Deactivated"],
    ["killed", {}, "Killed"],
  ] as const;
  for (const [phase, spec, reason] of table) {
    it(`${phase} is ${reason}`, () => {
      const ready = readyOfImage(image(phase === undefined ? {} : { phase }, spec));
      assert.equal(ready.reason, reason);
      assert.equal(ready.status, phase === "active" ? "True" : "False");
    });
  }
});

describe("golden disks", () => {
  const seconds = now.getTime() / 1000;
  const trying = (restartCount: number): DataVolume["status"] => ({
    phase: "ImportInProgress",
    restartCount,
    conditions: [{ type: "Running", status: "False", message: "refused" }],
  });
  const table: [string, DataVolume | undefined, object][] = [
    ["missing", undefined, { step: "create" }],
    ["just made", golden({}), { step: "wait", wakeAfterMs: 3_600_000 }],
    ["filled, not bound", golden({ phase: "Succeeded" }), { step: "wait", wakeAfterMs: 3_600_000 }],
    ["filled", golden(done), { step: "ready", name: golden().metadata.name }],
    ["filled long ago", golden(done, 1), { step: "ready", name: golden().metadata.name }],
    ["still importing when its URL expires", golden({ phase: "ImportInProgress" }, seconds), { step: "recreate" }],
    ["failed", golden({ phase: "Failed" }), { step: "failed", message: "the disk could not be filled" }],
    ["tried again", golden(trying(2)), { step: "wait", wakeAfterMs: 3_600_000 }],
    ["tried too often", golden(trying(5)), { step: "failed", message: "refused" }],
    [
      "being deleted",
      { ...golden(done), metadata: { ...golden().metadata, deletionTimestamp: "x" } },
      { step: "wait", wakeAfterMs: 3_600_000 },
    ],
  ];
  for (const [why, object, wanted] of table) it(why, () => assert.deepEqual(goldenState(object, now.getTime()), wanted));
});
