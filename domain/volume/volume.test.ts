// Cinder's volume states and Kubernetes quantities.
import assert from "node:assert/strict";
import { quantityBytes, quantityGiB } from "./quantity.ts";
import { type VolumePhase, type VolumeState, volumePhase } from "./status.ts";

const base: VolumeState = { deleting: false, disk: "ready", fromImage: false, growing: false, holds: [] };
const table: [why: string, state: Partial<VolumeState>, wanted: VolumePhase][] = [
  ["just made", { disk: "missing" }, "creating"],
  ["zeros are written", { disk: "filling" }, "creating"],
  ["image is copied", { disk: "filling", fromImage: true }, "downloading"],
  ["free", {}, "available"],
  ["the disk could not be made", { disk: "failed" }, "error"],
  ["a server wants it", { holds: [{ phase: "attaching" }] }, "attaching"],
  ["a server wants it before it is there", { disk: "filling", holds: [{ phase: "attaching" }] }, "creating"],
  ["a guest has it", { holds: [{ phase: "attached" }] }, "in-use"],
  ["one guest has it, another gives it up", { holds: [{ phase: "detaching" }, { phase: "attached" }] }, "in-use"],
  ["a guest gives it up", { holds: [{ phase: "detaching" }] }, "detaching"],
  ["grows while free", { growing: true }, "extending"],
  ["grows while a guest has it", { growing: true, holds: [{ phase: "attached" }] }, "in-use"],
  ["deleted", { deleting: true }, "deleting"],
  ["deleted while a guest has it", { deleting: true, holds: [{ phase: "attached" }] }, "in-use"],
];

describe("Cinder's view of a volume", () => {
  for (const [why, state, wanted] of table) it(why, () => assert.equal(volumePhase({ ...base, ...state }), wanted));
});

describe("quantities", () => {
  const quantities: [string, number][] = [
    ["1Gi", 1024 ** 3],
    ["1073741824", 1024 ** 3],
    ["1.5Gi", 1.5 * 1024 ** 3],
    ["5G", 5e9],
    ["1e9", 1e9],
    ["512Mi", 512 * 1024 ** 2],
    ["x", Number.NaN],
    ["", Number.NaN],
  ];
  for (const [text, bytes] of quantities) it(`${text} is ${bytes} bytes`, () => assert.equal(quantityBytes(text), bytes));
  it("counts whole GiB", () => assert.equal(quantityGiB("2047Mi"), 1));
});
