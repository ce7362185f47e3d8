// When the controller starts and stops a guest, and when a change counts as carried out.
import assert from "node:assert/strict";
import { seen, server, vmi, vmOf } from "../testing/fixtures.ts";
import { type PowerStep, powerStep } from "./power.ts";

const launchedAt = "2026-03-01T11:59:30Z";
const vm = (printableStatus: string, ...notes: string[]) =>
  vmOf(
    { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", metadata: { name: "web-1" }, spec: { template: {} } },
    { printableStatus, stateChangeRequests: notes.map((action) => ({ action })) },
  );
const live = vmi("Running");
const ending = vmi("Running", {}, { deletionTimestamp: "x" });

type Row = [
  why: string,
  wanted: "On" | "Off",
  done: "On" | "Off" | undefined,
  launched: boolean,
  machine: ReturnType<typeof vm>,
  run: typeof live | undefined,
  step: PowerStep,
];
const table: Row[] = [
  ["it is as wanted", "On", "On", true, vm("Running"), live, { done: "On" }],
  ["the guest powered itself off", "On", "On", true, vm("Stopped"), vmi("Succeeded"), { done: "On" }],
  ["first start", "On", undefined, false, vm("Stopped"), undefined, { call: "start", done: "On" }],
  ["later start", "On", "Off", true, vm("Stopped"), undefined, { call: "start", done: "Off" }],
  ["its note is seen", "On", "Off", true, vm("Stopped", "Start"), undefined, { done: "On" }],
  ["its run is seen", "On", "Off", true, vm("Starting"), vmi("Scheduling"), { done: "On" }],
  ["start while it goes down", "On", "Off", true, vm("Stopping", "Stop"), ending, { done: "Off" }],
  ["start while the run is seen as live, though the VM is down", "On", "Off", true, vm("Stopped"), live, { done: "Off" }],
  ["start while the note of the stop is left", "On", "Off", true, vm("Stopped", "Stop"), undefined, { done: "Off" }],
  ["stop", "Off", "On", true, vm("Running"), live, { call: "stop", done: "On" }],
  ["stop is noted", "Off", "On", true, vm("Running", "Stop"), live, { done: "Off" }],
  ["stop is under way", "Off", "On", true, vm("Stopping"), ending, { done: "Off" }],
  ["stop during a restart", "Off", "On", true, vm("Stopping", "Stop", "Start"), ending, { call: "stop", done: "On" }],
  ["stop when it is down", "Off", "On", true, vm("Stopped"), undefined, { done: "Off" }],
  ["stop right after the first start", "Off", "On", false, vm("Stopped"), undefined, { done: "On" }],
  ["stop while a start is noted", "Off", "On", true, vm("Stopped", "Start"), undefined, { done: "On" }],
  ["made to stay off", "Off", undefined, false, vm("Stopped"), undefined, { done: "Off" }],
];

describe("power", () => {
  for (const [why, power, done, launched, machine, run, step] of table) {
    it(why, () => {
      const object = server({ power }, { ...(done && { power: done }), ...(launched && { launchedAt }) });
      assert.deepEqual(powerStep(object, seen({ vmi: run }), machine), step);
    });
  }

  it("a stop waits out the first moment of a machine that may have been told to start", () => {
    const machine = vm("Stopped");
    const { now } = seen({});
    machine.metadata.creationTimestamp = now.toISOString();
    assert.deepEqual(powerStep(server({ power: "Off" }, {}), seen({}), machine), { wakeAfterMs: 2_500 });
    assert.deepEqual(powerStep(server({ power: "Off" }, {}), seen({ now: new Date(now.getTime() + 3_000) }), machine), { done: "Off" });
  });
});
