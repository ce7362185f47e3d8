// virt-api's answers to start, stop and restart.
import assert from "node:assert/strict";
import { deleting, instance, machine } from "../testing/objects.ts";
import { isRefused, type PowerBody, type PowerVerb, powerNote } from "./power-verbs.ts";

const stop = { action: "Stop", uid: "vmi-uid" };
const start = { action: "Start" };
const conflict = (words: string) => ({ code: 409, message: `Operation cannot be fulfilled on virtualmachine.kubevirt.io "web": ${words}` });
const underway = { code: 500, message: "Internal error occurred: unable to complete request: stop/start already underway" };

describe("powerNote", () => {
  const pending = machine({ stateChangeRequests: [start] });
  for (const [why, verb, vm, vmi, body, wanted] of [
    ["start", "start", machine(), undefined, {}, [start]],
    ["start, paused", "start", machine(), undefined, { paused: true }, [{ ...start, data: { paused: "true" } }]],
    ["start over an ended VMI", "start", machine(), instance("Failed"), {}, [stop, start]],
    ["start of a running one", "start", machine(), instance("Running"), {}, conflict("VM is already running")],
    ["start while it stops", "start", machine(), instance("Running", deleting), {}, conflict("VM is already running")],
    ["start twice", "start", pending, undefined, {}, underway],
    ["stop", "stop", machine(), instance("Scheduling"), {}, [stop]],
    ["stop again", "stop", machine({ stateChangeRequests: [stop] }), instance("Running"), {}, [stop]],
    ["stop without VMI", "stop", machine(), undefined, {}, conflict("VM is not running")],
    ["stop of an ended one", "stop", machine(), instance("Succeeded"), {}, conflict("VM is not running")],
    ["restart", "restart", machine(), instance("Running"), {}, [stop, start]],
    ["restart of an ended one", "restart", machine(), instance("Succeeded"), {}, [stop, start]],
    ["restart without VMI", "restart", machine(), undefined, {}, conflict("VM is not running: Halted")],
    ["restart twice", "restart", machine({ stateChangeRequests: [stop, start] }), instance("Running"), {}, underway],
    [
      "restart with a grace",
      "restart",
      machine(),
      instance("Running"),
      { gracePeriodSeconds: 5 },
      { code: 400, message: "For force restart, only gracePeriod=0 is supported for now" },
    ],
  ] as const)
    it(why, () => {
      const result = powerNote(verb as PowerVerb, vm, vmi, body as PowerBody);
      const seen = isRefused(result) ? { code: result.code, message: (result.body as { message: string }).message } : result.requests;
      assert.deepEqual(seen, wanted);
    });

  it("a forced restart gives the guest one second, a stop what was asked", () => {
    const grace = (verb: PowerVerb, body: PowerBody) =>
      (powerNote(verb, machine(), instance("Running"), body) as { graceSeconds?: number }).graceSeconds;
    assert.deepEqual(
      [grace("restart", { gracePeriodSeconds: 0 }), grace("stop", { gracePeriod: 0 }), grace("stop", {})],
      [1, 0, undefined],
    );
  });
});
