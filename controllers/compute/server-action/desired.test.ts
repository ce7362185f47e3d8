// What each action does next, and the order of a server's actions.
import assert from "node:assert/strict";
import type { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import type { ServerAction } from "../../../models/compute/server-action.ts";
import { action, namespace, now, server, vmi } from "../testing/fixtures.ts";
import { type Call, desiredAction, type Seen } from "./desired.ts";
import { nextAction, outdated } from "./queue.ts";

const vm = (status: VirtualMachine["status"] = {}): VirtualMachine => ({
  apiVersion: "kubevirt.io/v1",
  kind: "VirtualMachine",
  metadata: { name: "web-1", namespace },
  spec: { template: {} },
  status,
});
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString();
const begun = (seconds = 1, serverInstanceUID = "run-1") => ({ phase: "Running" as const, startedAt: ago(seconds), serverInstanceUID });
const agent = (status: string, seconds: number) => ({ conditions: [{ type: "AgentConnected", status, lastTransitionTime: ago(seconds) }] });
const paused = { conditions: [{ type: "Paused", status: "True" }] };
const ending = { deletionTimestamp: ago(1) };
const next = (run: string) => ({ uid: run });

const start = action({ action: "Start" });
const stop = action({ action: "Stop" });
const hard = action({ rebootType: "HARD" });
const soft = action({ rebootType: "SOFT" });
const with_ = (object: ServerAction, status: ServerAction["status"]) => ({ ...object, ...(status && { status }) });

type Row = [
  why: string,
  action: ServerAction,
  vmi: VirtualMachineInstance | undefined,
  call: Call | undefined,
  phase: string,
  more?: Partial<Seen>,
];
const table: Row[] = [
  ["a record of what the spec asks for", action({ action: "AttachVolume" }), undefined, undefined, "Succeeded", { isNext: false }],
  ["not its turn", start, undefined, undefined, "Pending", { isNext: false }],
  ["no server", start, undefined, undefined, "Failed", { server: undefined }],
  ["the server is being built", start, undefined, undefined, "Pending", { server: server({}, { phase: "BUILD" }) }],
  ["the server was never built", start, undefined, undefined, "Failed", { vm: undefined, server: server({}, { phase: "ERROR" }) }],
  ["start what is off", start, undefined, { verb: "start" }, "Running"],
  ["start what ended by itself", start, vmi("Succeeded"), { verb: "start" }, "Running"],
  [
    "start is asked already",
    with_(start, begun()),
    undefined,
    undefined,
    "Running",
    { vm: vm({ stateChangeRequests: [{ action: "Start" }] }) },
  ],
  ["start is on its way", with_(start, begun()), vmi("Scheduling", {}, next("run-2")), undefined, "Running"],
  ["started", with_(start, begun()), vmi("Running", {}, next("run-2")), undefined, "Succeeded"],
  ["start what runs", start, vmi("Running"), undefined, "Succeeded"],
  ["start what is stopping", start, vmi("Running", {}, ending), undefined, "Running"],
  ["start and QEMU fails", with_(start, begun()), vmi("Failed", {}, next("run-2")), undefined, "Failed"],
  [
    "start and the guest ends at once",
    with_(start, begun()),
    vmi("Succeeded", { phaseTransitionTimestamps: [{ phase: "Running" }] }, next("run-2")),
    undefined,
    "Succeeded",
  ],
  ["stop what runs", stop, vmi("Running"), { verb: "stop" }, "Running"],
  ["stop what is stopping", with_(stop, begun()), vmi("Running", {}, ending), undefined, "Running"],
  [
    "KubeVirt still tidies up",
    with_(stop, begun()),
    undefined,
    undefined,
    "Running",
    { vm: vm({ stateChangeRequests: [{ action: "Stop" }] }) },
  ],
  ["stopped", with_(stop, begun()), undefined, undefined, "Succeeded"],
  ["hard reboot of what runs", hard, vmi("Running"), { verb: "reset" }, "Succeeded"],
  ["hard reboot of what is off", hard, undefined, { verb: "start" }, "Running"],
  ["hard reboot of what is paused", hard, vmi("Running", paused), { verb: "restart", force: true }, "Running"],
  ["hard reboot while it starts", hard, vmi("Scheduled"), undefined, "Running"],
  [
    "hard reboot with changes that wait for one",
    hard,
    vmi("Running"),
    { verb: "restart", force: true },
    "Running",
    { vm: vm({ conditions: [{ type: "RestartRequired", status: "True" }] }) },
  ],
  ["restart is on its way", with_(hard, begun()), vmi("Running", paused), undefined, "Running"],
  ["restarted", with_(hard, begun()), vmi("Running", {}, next("run-2")), undefined, "Succeeded"],
  ["soft reboot of what is off", soft, undefined, undefined, "Failed"],
  ["soft reboot with an agent", soft, vmi("Running", agent("True", 900)), { verb: "softReboot" }, "Running"],
  ["the agent is away", with_(soft, begun(20)), vmi("Running", agent("False", 10)), undefined, "Running"],
  ["the agent has not gone yet", with_(soft, begun(20)), vmi("Running", agent("True", 900)), undefined, "Running"],
  ["the agent is back", with_(soft, begun(20)), vmi("Running", agent("True", 5)), undefined, "Succeeded"],
  ["the agent does not come back", with_(soft, begun(121)), vmi("Running", agent("False", 100)), { verb: "reset" }, "Succeeded"],
  ["soft reboot without an agent", soft, vmi("Running"), { verb: "stop", gracePeriodSeconds: 120 }, "Running"],
  ["it goes down", with_(soft, begun(20)), vmi("Running", {}, ending), undefined, "Running"],
  ["it is down", with_(soft, begun(20)), undefined, { verb: "start" }, "Running"],
  ["it is back", with_(soft, begun(20)), vmi("Running", {}, next("run-2")), undefined, "Succeeded"],
  ["it takes too long", with_(start, begun(601)), vmi("Scheduling", {}, next("run-2")), undefined, "Failed"],
  ["ended before", with_(start, { phase: "Failed", finishedAt: ago(9) }), undefined, undefined, "Failed"],
];

describe("what an action does next", () => {
  for (const [why, object, run, call, phase, more] of table) {
    it(why, () => {
      const input: Seen = { server: server({}, { phase: "ACTIVE" }), vm: vm(), vmi: run, isNext: true, now, ...more };
      const step = desiredAction(object, input);
      assert.deepEqual([step.call, step.status.phase], [call, phase]);
      const over = phase === "Succeeded" || phase === "Failed";
      assert.equal(step.status.finishedAt !== undefined, over);
    });
  }
});

describe("a server's actions", () => {
  const at = (name: string, time: string, phase?: "Succeeded") => ({
    ...action({ action: "Start" }, phase && { phase }, name),
    metadata: { name, namespace, creationTimestamp: time },
  });
  it("go one at a time, oldest first", () => {
    const all = [at("c", "2026-01-01T00:00:02Z"), at("b", "2026-01-01T00:00:01Z"), at("a", "2026-01-01T00:00:01Z", "Succeeded")];
    assert.equal(nextAction(all)?.metadata.name, "b");
    assert.equal(nextAction([action({ action: "Create" })]), undefined);
  });
  it("are kept up to a number, and never thrown away before they end", () => {
    const all = [at("a", "1", "Succeeded"), at("b", "2"), at("c", "3", "Succeeded"), at("d", "4", "Succeeded")];
    assert.deepEqual(
      outdated(all, 2).map(({ metadata }) => metadata.name),
      ["a", "c"],
    );
    assert.deepEqual(outdated(all, 4), []);
  });
});
