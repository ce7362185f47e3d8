// Nova's states, row by row of KubeVirt's table of moments.
import assert from "node:assert/strict";
import { type Guest, type NovaState, novaState, type StateInput } from "./state.ts";

const run = (phase: string, more: Partial<NonNullable<Guest["run"]>> = {}) => ({ phase, deleting: false, paused: false, ...more });
const guest = (printableStatus: string | undefined, phase?: string, more: Partial<Guest> = {}): Guest => ({
  ...(printableStatus === undefined ? {} : { printableStatus }),
  stateChanges: [],
  ...(phase === undefined ? {} : { run: run(phase) }),
  ...more,
});
const base: StateInput = {
  deleting: false,
  failed: false,
  launched: true,
  power: "On",
  powerDone: "On",
  buildTask: "networking",
  guest: undefined,
};

const first = { launched: false, powerDone: undefined };
const reboot = (rebootType: "SOFT" | "HARD", running = true) => ({ action: "Reboot" as const, rebootType, running });

const table: [why: string, input: Partial<StateInput>, wanted: NovaState][] = [
  ["no VM yet", first, { phase: "BUILD", taskState: "networking", powerState: "NOSTATE" }],
  ["VM not seen by KubeVirt", { ...first, guest: guest(undefined) }, { phase: "BUILD", taskState: "spawning", powerState: "NOSTATE" }],
  ["root disk is filling", { ...first, guest: guest("Provisioning") }, { phase: "BUILD", taskState: "spawning", powerState: "NOSTATE" }],
  ["first start", { ...first, guest: guest("Starting", "Scheduling") }, { phase: "BUILD", taskState: "spawning", powerState: "NOSTATE" }],
  ["build failed", { ...first, failed: true }, { phase: "ERROR", powerState: "NOSTATE" }],
  [
    "made to stay off, disk is filling",
    { ...first, power: "Off", powerDone: "Off", guest: guest("Provisioning") },
    { phase: "BUILD", taskState: "spawning", powerState: "NOSTATE" },
  ],
  ["made to stay off", { ...first, power: "Off", powerDone: "Off", guest: guest("Stopped") }, { phase: "SHUTOFF", powerState: "SHUTDOWN" }],
  ["running", { guest: guest("Running", "Running") }, { phase: "ACTIVE", powerState: "RUNNING" }],
  ["running, the VM does not say so yet", { guest: guest("Starting", "Running") }, { phase: "ACTIVE", powerState: "RUNNING" }],
  ["paused", { guest: guest("Paused", undefined, { run: run("Running", { paused: true }) }) }, { phase: "PAUSED", powerState: "PAUSED" }],
  [
    "stop wanted, not yet asked",
    { power: "Off", guest: guest("Running", "Running") },
    { phase: "ACTIVE", taskState: "powering-off", powerState: "RUNNING" },
  ],
  [
    "stopping",
    {
      power: "Off",
      powerDone: "Off",
      guest: guest("Stopping", undefined, { run: run("Running", { deleting: true }), stateChanges: ["Stop"] }),
    },
    { phase: "ACTIVE", taskState: "powering-off", powerState: "RUNNING" },
  ],
  [
    "down, the note is left",
    {
      power: "Off",
      powerDone: "Off",
      guest: guest("Stopped", undefined, { run: run("Failed", { deleting: true }), stateChanges: ["Stop"] }),
    },
    { phase: "ACTIVE", taskState: "powering-off", powerState: "SHUTDOWN" },
  ],
  ["stopped", { power: "Off", powerDone: "Off", guest: guest("Stopped") }, { phase: "SHUTOFF", powerState: "SHUTDOWN" }],
  ["guest powered itself off", { guest: guest("Stopped", "Succeeded") }, { phase: "SHUTOFF", powerState: "SHUTDOWN" }],
  ["guest crashed", { guest: guest("Stopped", "Failed") }, { phase: "SHUTOFF", powerState: "CRASHED" }],
  ["start wanted", { powerDone: "Off", guest: guest("Stopped") }, { phase: "SHUTOFF", taskState: "powering-on", powerState: "SHUTDOWN" }],
  [
    "start asked",
    { guest: guest("Stopped", undefined, { stateChanges: ["Start"] }) },
    { phase: "SHUTOFF", taskState: "powering-on", powerState: "SHUTDOWN" },
  ],
  ["starting again", { guest: guest("Starting", "Scheduled") }, { phase: "SHUTOFF", taskState: "powering-on", powerState: "SHUTDOWN" }],
  [
    "restart: old run ends",
    {
      action: reboot("HARD"),
      guest: guest("Stopped", undefined, { run: run("Failed", { deleting: true }), stateChanges: ["Stop", "Start"] }),
    },
    { phase: "HARD_REBOOT", taskState: "reboot_started_hard", powerState: "SHUTDOWN" },
  ],
  [
    "soft reboot asked",
    { action: reboot("SOFT", false), guest: guest("Running", "Running") },
    { phase: "REBOOT", taskState: "rebooting", powerState: "RUNNING" },
  ],
  [
    "soft reboot",
    { action: reboot("SOFT"), guest: guest("Running", "Running") },
    { phase: "REBOOT", taskState: "reboot_started", powerState: "RUNNING" },
  ],
  ["migrating", { guest: guest("Migrating", "Running") }, { phase: "MIGRATING", taskState: "migrating", powerState: "RUNNING" }],
  ["no node for a restart", { guest: guest("ErrorUnschedulable", "Scheduling") }, { phase: "ERROR", powerState: "SHUTDOWN" }],
  ["node is lost", { guest: guest("Unknown", "Running") }, { phase: "UNKNOWN", powerState: "RUNNING" }],
  [
    "deleted while running",
    { deleting: true, guest: guest("Terminating", "Running") },
    { phase: "ACTIVE", taskState: "deleting", powerState: "RUNNING" },
  ],
  ["deleted while building", { ...first, deleting: true }, { phase: "BUILD", taskState: "deleting", powerState: "NOSTATE" }],
  [
    "deleted after a failed build",
    { ...first, failed: true, deleting: true },
    { phase: "ERROR", taskState: "deleting", powerState: "NOSTATE" },
  ],
];

describe("Nova's view of a server", () => {
  for (const [why, input, wanted] of table) it(why, () => assert.deepEqual(novaState({ ...base, ...input }), wanted));
});
