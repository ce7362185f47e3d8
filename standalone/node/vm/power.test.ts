// Notes and run strategies: what is made, what is deleted, which notes stay.
import assert from "node:assert/strict";
import { deleting, instance, machine } from "../testing/objects.ts";
import { powerPlan, type StateChangeRequest } from "./power.ts";

const start: StateChangeRequest = { action: "Start" };
const stop: StateChangeRequest = { action: "Stop", uid: "vmi-uid" };

describe("powerPlan with runStrategy Manual", () => {
  for (const [why, requests, vmi, act, left] of [
    ["nothing is asked", [], undefined, "none", []],
    ["a guest that ended by itself stays", [], instance("Succeeded"), "none", []],
    ["start makes the VMI and keeps its note until a live one is seen", [start], undefined, "create", [start]],
    ["the note of a start goes with a live VMI", [start], instance("Pending"), "none", []],
    ["stop deletes the VMI", [stop], instance("Running"), "delete", [stop]],
    ["stop waits while it goes", [stop], instance("Running", deleting), "none", [stop]],
    ["the note of a stop goes with its VMI", [stop], undefined, "none", []],
    ["a stop of another run is done", [{ action: "Stop", uid: "old" }], instance("Running"), "none", []],
    ["restart deletes first", [stop, start], instance("Running"), "delete", [stop, start]],
    ["restart then starts", [stop, start], undefined, "create", [start]],
    ["a start finds an ended VMI: it goes first", [start], instance("Failed"), "delete", [start]],
  ] as const)
    it(why, () => {
      const plan = powerPlan(machine({ stateChangeRequests: [...requests] }), vmi, true);
      assert.equal(plan.act, act);
      assert.deepEqual(plan.requests, left);
    });

  it("a start waits for the disks", () => {
    const plan = powerPlan(machine({ stateChangeRequests: [start] }), undefined, false);
    assert.deepEqual([plan.act, plan.requests], ["none", [start]]);
  });
});

describe("powerPlan by strategy", () => {
  for (const [strategy, vmi, act] of [
    ["Always", undefined, "create"],
    ["Always", instance("Succeeded"), "delete"],
    ["RerunOnFailure", instance("Failed"), "delete"],
    ["RerunOnFailure", instance("Succeeded"), "none"],
    ["Halted", instance("Running"), "delete"],
  ] as const)
    it(`${strategy}, ${vmi?.status?.phase ?? "no VMI"}: ${act}`, () => {
      const vm = machine();
      assert.equal(powerPlan({ ...vm, spec: { ...vm.spec, runStrategy: strategy } }, vmi, true).act, act);
    });
});
