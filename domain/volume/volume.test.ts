// Cinder's volume states and Kubernetes quantities.
import assert from "node:assert/strict";
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
