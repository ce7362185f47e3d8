// What a Server does next, case by case: the build, its failures, power, attachments, and what users see.
import assert from "node:assert/strict";
import { nicPortName } from "../../../domain/compute/names.ts";
import type { Server } from "../../../models/compute/server.ts";
import type { Port } from "../../../models/network/port.ts";
import {
  action,
  addressed,
  done,
  flavor,
  golden,
  held,
  image,
  keyPair,
  now,
  port,
  seen,
  server,
  vmi,
  vmOf,
  volume,
} from "../testing/fixtures.ts";
import { desiredServer, type Plan } from "./desired.ts";
import type { Seen } from "./seen.ts";

const nic = nicPortName("web-1", 0);
const nic0 = addressed(nic);
const ready = { ownPorts: [nic0] };
const made = desiredServer(server(), seen(ready)).vm ?? assert.fail("no VM");
const built = (printableStatus: string, more: object = {}) => vmOf(made, { printableStatus, ...more });
const running = { ...ready, vm: built("Running"), vmi: vmi("Running", { nodeName: "node-1" }) };
const on: Server["status"] = { phase: "ACTIVE", power: "On", launchedAt: "2026-03-01T11:59:30Z" };

/** The part of a plan that says what happens next. */
function shape({ createPorts, deletePorts, golden, secrets, vm, power, discard, status, ready, wakeAfterMs }: Plan) {
  return {
    ports: createPorts.length,
    freed: deletePorts.length,
    golden,
    secrets: secrets.length,
    vm: vm !== undefined,
    power,
    discard,
    phase: status.phase,
    task: status.taskState,
    reason: ready.reason,
    wakes: wakeAfterMs !== undefined,
  };
}
const nothing = {
  ports: 0,
  freed: 0,
  golden: undefined,
  secrets: 0,
  vm: false,
  power: undefined,
  discard: undefined,
  phase: "BUILD",
  task: "scheduling",
  reason: "",
  wakes: false,
};
type Shape = { [Key in keyof ReturnType<typeof shape>]: unknown };

const full = (reason: string): Port => ({
  ...port(nic, { conditions: [{ type: "Ready", status: "False", reason, message: "", lastTransitionTime: "" }] }),
});

const table: [why: string, server: Server, seen: Partial<Seen>, wanted: Partial<Shape>][] = [
  ["nothing is there", server(), { golden: undefined }, { ports: 1, golden: "create", task: "networking", reason: "WaitingForPorts" }],
  ["the flavor is missing", server(), { flavor: undefined }, { reason: "FlavorMissing" }],
  ["the key is missing", server({ keyPairRef: { name: "k" } }), {}, { reason: "KeyPairMissing" }],
  ["the image is missing", server(), { ...ready, image: undefined }, { reason: "ImageMissing" }],
  ["the image has no bytes yet", server(), { ...ready, image: image({ phase: "saving" }) }, { reason: "ImageNotActive" }],
  ["no volume type is the default", server(), { ...ready, volumeType: undefined }, { reason: "VolumeTypeMissing" }],
  ["the port has no address yet", server(), { ownPorts: [port(nic, undefined)] }, { task: "networking", reason: "WaitingForPorts" }],
  ["a named port is missing", server({ networks: [{ portRef: { name: "p" } }] }), {}, { task: "networking", reason: "WaitingForPorts" }],
  [
    "the image is being imported",
    server(),
    { ...ready, golden: golden({ phase: "ImportInProgress" }) },
    { task: "block_device_mapping", reason: "ImportingImage", wakes: true },
  ],
  [
    "the golden claim is not bound yet",
    server(),
    { ...ready, golden: golden({ phase: "Succeeded" }) },
    { task: "block_device_mapping", reason: "ImportingImage", wakes: true },
  ],
  [
    "the image's URL has expired",
    server(),
    { ...ready, golden: golden({ phase: "ImportInProgress" }, now.getTime() / 1000 - 1) },
    { golden: "recreate", task: "block_device_mapping", reason: "ImportingImage" },
  ],
  [
    "an expired URL of a finished import",
    server(),
    { ...ready, golden: golden(done, 1) },
    { vm: true, power: "start", task: "spawning", reason: "Building" },
  ],
  ["all is there", server(), ready, { vm: true, power: "start", task: "spawning", reason: "Building" }],
  [
    "it has a key and user data",
    server({ keyPairRef: { name: "k" }, userData: "eA==" }),
    { ...ready, keyPair },
    { vm: true, secrets: 2, power: "start", task: "spawning", reason: "Building" },
  ],
  ["it is made to stay off", server({ power: "Off" }), ready, { vm: true, task: "spawning", reason: "Building" }],
  ["another VM has its name", server(), { ...ready, nameTaken: true }, { reason: "NameTaken" }],
  [
    "its boot volume is another server's",
    server({ imageRef: undefined, volumes: [{ name: "b", bootIndex: 0 }] }),
    { ...ready, volumes: [held("b", "other")] },
    { task: "block_device_mapping", reason: "WaitingForVolume" },
  ],
  [
    "its boot volume is ready",
    server({ imageRef: undefined, volumes: [{ name: "b", bootIndex: 0 }] }),
    { ...ready, volumes: [held("b")] },
    { vm: true, power: "start", task: "spawning", reason: "Building" },
  ],
  [
    "no address is free",
    server(),
    { ownPorts: [full("NoFreeAddress")] },
    { discard: true, freed: 1, phase: "ERROR", task: undefined, reason: "Failed" },
  ],
  ["the port only waits", server(), { ownPorts: [full("WaitingForSubnet")] }, { task: "networking", reason: "WaitingForPorts" }],
  [
    "the image is deactivated",
    server(),
    { ...ready, image: image({ phase: "deactivated" }) },
    { discard: true, freed: 1, phase: "ERROR", task: undefined, reason: "Failed" },
  ],
  [
    "the image needs more memory",
    server(),
    { ...ready, image: image(undefined, { minRAMMiB: 512 }) },
    { discard: true, freed: 1, phase: "ERROR", task: undefined, reason: "Failed" },
  ],
  [
    "the import failed",
    server(),
    { ...ready, golden: golden({ phase: "Failed" }) },
    { discard: true, freed: 1, phase: "ERROR", task: undefined, reason: "Failed" },
  ],
  [
    "no node fits, just now",
    server(),
    { ...ready, vm: built("ErrorUnschedulable"), vmi: unschedulable(1) },
    { task: "spawning", reason: "Building", wakes: true },
  ],
  [
    "no node fits for long",
    server(),
    { ...ready, vm: built("ErrorUnschedulable"), vmi: unschedulable(60) },
    { discard: true, freed: 1, phase: "ERROR", task: undefined, reason: "Failed" },
  ],
  [
    "QEMU never started",
    server(),
    { ...ready, vm: built("Stopped"), vmi: vmi("Failed") },
    { discard: true, freed: 1, phase: "ERROR", task: undefined, reason: "Failed" },
  ],
  [
    "it failed before",
    server({}, { phase: "ERROR", fault: { code: 500, message: "x", created: "2026-03-01T11:00:00Z" } }),
    ready,
    { discard: true, freed: 1, phase: "ERROR", task: undefined, reason: "Failed" },
  ],
  [
    "it failed, and the spec has changed",
    server({}, { phase: "ERROR", observedGeneration: 0, fault: { code: 500, message: "x", created: "2026-03-01T11:00:00Z" } }),
    ready,
    { vm: true, power: "start", task: "spawning", reason: "Building" },
  ],
  [
    "it runs for the first time",
    server({}, { phase: "BUILD", power: "On" }),
    running,
    { phase: "ACTIVE", task: undefined, reason: "Running" },
  ],
  ["it runs", server({}, on), running, { phase: "ACTIVE", task: undefined, reason: "Running" }],
  ["it shall stop", server({ power: "Off" }, on), running, { power: "stop", phase: "ACTIVE", task: "powering-off", reason: "Changing" }],
  [
    "it is stopped",
    server({ power: "Off" }, { ...on, power: "Off" }),
    { ...ready, vm: built("Stopped") },
    { phase: "SHUTOFF", task: undefined, reason: "Stopped" },
  ],
  [
    "it shall start",
    server({}, { ...on, power: "Off" }),
    { ...ready, vm: built("Stopped") },
    { power: "start", phase: "SHUTOFF", task: "powering-on", reason: "Changing" },
  ],
  [
    "the guest powered itself off",
    server({}, on),
    { ...ready, vm: built("Stopped"), vmi: vmi("Succeeded") },
    { phase: "SHUTOFF", task: undefined, reason: "GuestStopped" },
  ],
  [
    "the guest crashed",
    server({}, on),
    { ...ready, vm: built("Stopped"), vmi: vmi("Failed") },
    { phase: "SHUTOFF", task: undefined, reason: "GuestStopped" },
  ],
  [
    "somebody paused the guest",
    server({}, on),
    { ...ready, vm: built("Paused"), vmi: vmi("Running", { conditions: [{ type: "Paused", status: "True" }] }) },
    { phase: "PAUSED", task: undefined, reason: "Paused" },
  ],
  [
    "a reboot waits",
    server({}, on),
    { ...running, actions: [action({ rebootType: "SOFT" })] },
    { phase: "REBOOT", task: "rebooting", reason: "Changing" },
  ],
  [
    "a volume is given to it",
    server({ volumes: [{ name: "v" }] }, on),
    { ...running, volumes: [held("v")] },
    { vm: true, phase: "ACTIVE", task: undefined, reason: "Running" },
  ],
  [
    "a volume is not its yet",
    server({ volumes: [{ name: "v" }] }, on),
    { ...running, volumes: [volume("v", { phase: "available" })] },
    { phase: "ACTIVE", task: undefined, reason: "Running" },
  ],
  [
    "a network is added",
    server({ networks: [{ networkRef: { name: "net" } }, { networkRef: { name: "net" } }] }, on),
    running,
    { ports: 1, phase: "ACTIVE", task: undefined, reason: "Running" },
  ],
  ["a network is taken off", server({ networks: [] }, on), running, { vm: true, phase: "ACTIVE", task: undefined, reason: "Running" }],
  [
    "the NIC is out of the guest",
    server({ networks: [] }, on),
    { ...running, vm: withoutNics() },
    { freed: 1, phase: "ACTIVE", task: undefined, reason: "Running" },
  ],
];

function unschedulable(seconds: number) {
  const lastTransitionTime = new Date(now.getTime() - seconds * 1000).toISOString();
  return vmi("Scheduling", { conditions: [{ type: "PodScheduled", status: "False", lastTransitionTime }] });
}

function withoutNics() {
  const spec = made.spec.template.spec ?? assert.fail();
  const devices = { ...spec.domain.devices, interfaces: [] };
  return vmOf(
    { ...made, spec: { ...made.spec, template: { spec: { ...spec, networks: [], domain: { ...spec.domain, devices } } } } },
    { printableStatus: "Running" },
  );
}

describe("what a server does next", () => {
  for (const [why, object, what, wanted] of table) {
    it(why, () => {
      const input = { ...seen(what), ...what } as Seen;
      assert.deepEqual(shape(desiredServer(object, input)), { ...nothing, ...wanted });
    });
  }

  it("moves a NIC's Port to the entry that is left, when an entry before it goes", () => {
    const other = { ...addressed(nicPortName("web-1", 1), 8), spec: { networkRef: { name: "other" } } };
    const plan = desiredServer(
      server({ networks: [{ networkRef: { name: "other" } }] }, on),
      seen({ ...running, ownPorts: [nic0, other] }),
    );
    assert.equal(plan.createPorts.length, 0);
    assert.equal(plan.status.addresses?.[0]?.port, other.metadata.name);
  });

  it("keeps its status byte for byte when nothing changed", () => {
    const first = desiredServer(server({}, on), seen(running)).status;
    const later = desiredServer(
      server({}, { ...first, conditions: [] }),
      seen({ ...running, now: new Date(now.getTime() + 60_000) }),
    ).status;
    assert.deepEqual(later, first);
  });
});

describe("what a server shows", () => {
  const status = (object: Server, what: Partial<Seen>) => desiredServer(object, seen(what)).status;

  it("has Nova's words for the fault", () => {
    assert.equal(
      status(server(), { ownPorts: [full("AddressInUse")] }).fault?.message,
      "Failed to allocate the network(s), not rescheduling.",
    );
    assert.deepEqual(status(server(), { ...ready, vm: built("ErrorUnschedulable"), vmi: unschedulable(60) }).fault, {
      code: 500,
      message: "No valid host was found.",
      created: now.toISOString(),
    });
  });

  it("shows fixed and floating addresses", () => {
    const floating = {
      apiVersion: "network.kumulus.cloud/v1alpha1" as const,
      kind: "FloatingIP" as const,
      metadata: { name: "f", namespace: "kumulus-demo" },
      spec: { networkRef: { name: "public" }, portRef: { name: nic } },
      status: { ipAddress: "172.24.4.9" },
    };
    const { addresses, primaryAddress } = status(server({}, on), { ...running, floatingIPs: [floating] });
    assert.equal(primaryAddress, "10.9.0.7");
    assert.deepEqual(
      addresses?.map(({ network, address, type, macAddress }) => [network, address, type, macAddress]),
      [
        ["n", "10.9.0.7", "fixed", "fa:16:3e:00:00:07"],
        ["n", "172.24.4.9", "floating", "fa:16:3e:00:00:07"],
      ],
    );
  });

  it("keeps the flavor's size after the flavor is gone", () => {
    const shown = status(server({}, { ...on, flavor: { name: "m1.tiny", vcpus: 1 } }), { ...running, flavor: undefined });
    assert.deepEqual(shown.flavor, { name: "m1.tiny", vcpus: 1 });
    assert.equal(status(server(), ready).flavor?.ramMiB, flavor.spec.ramMiB);
  });

  it("follows a volume from attaching to detached", () => {
    const wants = server({ volumes: [{ name: "v", device: "/dev/vdb" }] }, on);
    const attached = desiredServer(wants, seen({ ...running, volumes: [held("v")] })).vm ?? assert.fail("no change");
    const vm = vmOf(attached, { printableStatus: "Running" });
    const entry = (phase: string, target: string) => ({ volumeStatus: [{ name: "vol-uid-v", phase, target, hotplugVolume: {} }] });
    const phases = (object: Server, run: object, machine = vm) =>
      status(object, { ...running, vm: machine, vmi: vmi("Running", run), volumes: [held("v")] }).volumes;
    assert.deepEqual(phases(wants, {}), [{ name: "v", phase: "attaching", device: "/dev/vdb" }]);
    assert.deepEqual(phases(wants, entry("AttachedToNode", "")), [{ name: "v", phase: "attaching", device: "/dev/vdb" }]);
    const shown = [{ name: "v", phase: "attached" as const, device: "/dev/sda", attachedAt: now.toISOString() }];
    assert.deepEqual(phases(wants, entry("Ready", "sda")), shown);
    const gives = server({}, { ...on, volumes: shown });
    assert.equal(phases(gives, entry("Ready", "sda"))?.[0]?.phase, "detaching");
    assert.equal(phases(gives, entry("UnMountedFromPod", "sda"), built("Running"))?.[0]?.phase, "detaching", "until the entry is gone");
    assert.equal(phases(gives, {}, built("Running")), undefined);
  });
});
