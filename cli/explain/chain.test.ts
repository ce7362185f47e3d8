// Chains in odd states: what the one sentence says, and how the tree looks.
import assert from "node:assert/strict";
import { rootClaimName } from "../../domain/compute/names.ts";
import { goldenName, imageAnnotation, volumeTypeAnnotation } from "../../domain/image/golden.ts";
import { ownerKeys } from "../../domain/net/row-keys.ts";
import type { Image } from "../../models/image/image.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { Event } from "../../operator/kube/core-kinds.ts";
import { sentence } from "./cause.ts";
import { chainOf } from "./chain.ts";
import { printed } from "./print.ts";
import { type Rows, worldOf } from "./testing/world.ts";

const namespace = "kumulus-demo";

interface Told {
  ready?: boolean;
  reason?: string;
  message?: string;
}

function object(kind: string, name: string, spec: object = {}, told: Told & { status?: object; metadata?: object } = {}): KubeObject {
  const { ready = true, reason = ready ? "Fine" : "Waiting", message = "", status = {}, metadata = {} } = told;
  const conditions = [{ type: "Ready", status: ready ? "True" : "False", reason, message, observedGeneration: 1, lastTransitionTime: "" }];
  const full = { name, namespace, uid: `uid-${name}`, generation: 1, ...metadata };
  return { apiVersion: "x", kind, metadata: full, spec, status: { conditions, ...status } } as KubeObject;
}
/** An engine's object: no condition of ours. */
const engine = (kind: string, name: string, status: object, more: object = {}): KubeObject =>
  ({ apiVersion: "x", kind, metadata: { name, namespace, uid: `uid-${name}` }, status, ...more }) as KubeObject;

const serverSpec = { flavorRef: { name: "tiny" }, imageRef: { name: "guest" }, networks: [{ portRef: { name: "p1" } }] };
const building = { ready: false, reason: "ImportingImage", message: "Waiting until Image guest is imported", status: { phase: "BUILD" } };
const active = { status: { phase: "ACTIVE", launchedAt: "2026-01-01T00:00:00Z" } };
const flavor = object("Flavor", "tiny", {}, { metadata: { namespace: undefined } });
const image = object("Image", "guest", {}, { status: { phase: "active" } });
const network = object("Network", "net");
const port = object("Port", "p1", { networkRef: { name: "net" } }, { status: { phase: "DOWN", macAddress: "fa:16:3e:00:00:01" } });
const attachment = engine("NetworkAttachmentDefinition", "port-uid-p1", {});
const root = rootClaimName("web");
const filled = { phase: "Succeeded", progress: "100.0%", conditions: [{ type: "Bound", status: "True" }] };
const disk = [
  engine("DataVolume", root, filled),
  engine("PersistentVolumeClaim", root, { phase: "Bound", capacity: { storage: "1Gi" } }, { spec: { volumeName: "pv1" } }),
  engine("PersistentVolume", "pv1", { phase: "Bound" }, { metadata: { name: "pv1", uid: "uid-pv1" } }),
];
const given = [flavor, image, network, port, attachment];
const vm = (printableStatus: string) => engine("VirtualMachine", "web", { printableStatus });
const vmi = (phase: string, conditions: object[] = []) => engine("VirtualMachineInstance", "web", { phase, nodeName: "n1", conditions });
const launcher = (status: object) =>
  engine("Pod", "virt-launcher-web", status, {
    metadata: { name: "virt-launcher-web", namespace, labels: { "kubevirt.io": "virt-launcher", "vm.kubevirt.io/name": "web" } },
    spec: { nodeName: "n1" },
  });
const podRuns = launcher({ phase: "Running", conditions: [{ type: "Ready", status: "True" }] });

const rows = (up: boolean): Rows => ({
  Logical_Switch: [{ name: "neutron-uid-net" }],
  Logical_Switch_Port: [{ name: "uid-p1", up }],
  Port_Binding: [{ logical_port: "uid-p1", ...(up && { chassis: "c" }) }],
  Chassis: [{ _uuid: "c", name: "ch", hostname: "n1" }],
  NAT: [{ type: "dnat_and_snat", external_ip: "1.1.1.1", logical_ip: "10.0.0.2", external_ids: { "neutron:fip_id": "uid-fip" } }],
});

const server = (told: object = building, spec: object = serverSpec) => object("Server", "web", spec, told);
const golden = (status: object) =>
  engine("DataVolume", goldenName(image as Image, "local"), status, {
    metadata: {
      name: goldenName(image as Image, "local"),
      namespace,
      uid: "g",
      annotations: { [imageAnnotation]: "guest", [volumeTypeAnnotation]: "local" },
    },
  });
const waitingPort = object(
  "Port",
  "p1",
  { networkRef: { name: "net" } },
  { ready: false, reason: "NoFreeAddress", message: "Subnet s is full" },
);

type Row = [why: string, root: KubeObject, others: KubeObject[], says: RegExp, rows?: Rows];

const table: Row[] = [
  [
    "nobody has looked at it",
    { ...server(), status: {} } as KubeObject,
    [],
    /^Server kumulus-demo\/web is not ready: no controller has looked at it yet: does the operator run\?$/,
  ],
  [
    "its controller says nothing yet, but has made its machine",
    { ...server(), status: {} } as KubeObject,
    [...given, ...disk, vm("Starting")],
    /^Server kumulus-demo\/web waits for VirtualMachineInstance web: KubeVirt has not started it\.$/,
  ],
  [
    "its flavor is not there",
    server(),
    [image, network, port, attachment],
    /waits for Flavor tiny: not there \(Server says ImportingImage:/,
  ],
  ["its port is not there", server(), [flavor, image], /waits for Port p1: not there/],
  [
    "its port has no address",
    server(),
    [flavor, image, network, waitingPort, attachment],
    /waits for Port p1: NoFreeAddress: Subnet s is full\.$/,
  ],
  [
    "its image has no bytes",
    server(),
    [flavor, network, port, attachment, object("Image", "guest", {}, { ready: false, reason: "Queued", message: "Waiting for the bytes" })],
    /waits for Image guest: Queued: Waiting for the bytes\.$/,
  ],
  [
    "its image is imported",
    server(),
    [...given, golden({ phase: "ImportInProgress", progress: "12.00%", conditions: [{ type: "Running", status: "True" }] })],
    /waits for DataVolume golden-[0-9a-f]+ \(ImportInProgress, 12\.00%, golden disk on local\): CDI is filling it\.$/,
  ],
  [
    "its image can not be fetched",
    server(),
    [
      ...given,
      golden({
        phase: "ImportInProgress",
        restartCount: 3,
        conditions: [{ type: "Running", status: "False", reason: "Error", message: "404 Not Found" }],
      }),
    ],
    /waits for DataVolume golden-[0-9a-f]+ \(ImportInProgress, golden disk on local\): Error: 404 Not Found \(tried 4 times\)\.$/,
  ],
  [
    "it has failed for want of a node",
    server({ ready: false, reason: "Failed", message: "No valid host was found.", status: { phase: "ERROR" } }),
    given,
    /^Server kumulus-demo\/web is not ready: Failed: No valid host was found\.$/,
  ],
  [
    "it has failed for want of an address",
    server({ ready: false, reason: "Failed", message: "Failed to allocate the network(s).", status: { phase: "ERROR" } }),
    [flavor, image, network, waitingPort],
    /waits for Port p1: NoFreeAddress: Subnet s is full\.$/,
  ],
  [
    "nobody makes its machine",
    server(),
    [...given, golden(filled)],
    /waits for VirtualMachine web: the operator has not made it \(Server says/,
  ],
  [
    "its root disk is cloned",
    server(),
    [
      ...given,
      vm("Provisioning"),
      engine("DataVolume", root, { phase: "CloneScheduled", progress: "N/A" }),
      engine("PersistentVolumeClaim", root, { phase: "Pending" }),
    ],
    /waits for DataVolume web-root-[0-9a-f]+ \(CloneScheduled, root disk\): CDI is filling it\.$/,
  ],
  [
    "no node has room",
    server(),
    [
      ...given,
      ...disk,
      vm("ErrorUnschedulable"),
      vmi("Scheduling"),
      launcher({
        phase: "Pending",
        conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes" }],
      }),
    ],
    /waits for Pod virt-launcher-web \(Pending, on n1\): Unschedulable: 0\/3 nodes\.$/,
  ],
  [
    "the launcher's image can not be pulled",
    server(),
    [
      ...given,
      ...disk,
      vm("Starting"),
      vmi("Scheduling"),
      launcher({ phase: "Pending", containerStatuses: [{ state: { waiting: { reason: "ImagePullBackOff" } } }] }),
    ],
    /waits for Pod virt-launcher-web \(Pending, on n1\): ImagePullBackOff\.$/,
  ],
  [
    "a claim is missing",
    server(),
    [
      ...given,
      ...disk,
      vm("ErrorPvcNotFound"),
      vmi("Pending", [{ type: "Synchronized", status: "False", reason: "FailedPvcNotFound", message: "PVC x" }]),
    ],
    /waits for VirtualMachineInstance web \(Pending, on n1\): FailedPvcNotFound: PVC x\.$/,
  ],
  [
    "all is well",
    server(active),
    [...given, ...disk, vm("Running"), vmi("Running"), podRuns],
    /^Server kumulus-demo\/web is ready, and so is all/,
    rows(true),
  ],
  [
    "its NIC is not plugged",
    server(active),
    [...given, ...disk, vm("Running"), vmi("Running"), podRuns],
    /is ready, though Logical_Switch_Port uid-p1 \(not up, bound to no chassis\) is not: its guest runs, but no node has plugged it in/,
    rows(false),
  ],
  [
    "its port is lost in OVN",
    server(active),
    [...given, ...disk, vm("Running"), vmi("Running"), podRuns],
    /though Logical_Switch_Port uid-p1 is not: not in OVN's northbound database\.$/,
    { ...rows(true), Logical_Switch_Port: [] },
  ],
  [
    "its image has gone since",
    server(active),
    [flavor, network, port, attachment, ...disk, vm("Running"), vmi("Running"), podRuns],
    /is ready, and so is all/,
  ],
  [
    "it is shut off, as wanted",
    server({ status: { phase: "SHUTOFF", launchedAt: "x" } }, { ...serverSpec, power: "Off" }),
    [...given, ...disk, vm("Stopped")],
    /is ready, and so is all/,
    rows(false),
  ],
  [
    "a finalizer holds it",
    object("Volume", "v", { sizeGiB: 1 }, { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["a/b"] } }),
    disk.map((one) => ({ ...one, metadata: { ...one.metadata, name: one.metadata.name === "pv1" ? "pv1" : "v" } })) as KubeObject[],
    /^Volume kumulus-demo\/v is not ready: being deleted since .*; held by the finalizers a\/b\.$/,
  ],
  [
    "a volume's class gives no claim",
    object(
      "Volume",
      "v",
      { sizeGiB: 1 },
      { ready: false, reason: "Provisioning", message: "The disk is being made", status: { phase: "creating" } },
    ),
    [
      engine("DataVolume", "v", { phase: "ImportScheduled" }),
      engine("PersistentVolumeClaim", "v", { phase: "Pending" }, { spec: { storageClassName: "slow" } }),
    ],
    /waits for PersistentVolumeClaim v \(Pending, slow\): ProvisioningFailed: no such pool\.$/,
  ],
  [
    "a port whose guest runs without it",
    port,
    [network, attachment, server(active), vmi("Running")],
    /^Port kumulus-demo\/p1 is ready, though Logical_Switch_Port uid-p1 \(not up, bound to no chassis\) is not: its guest runs/,
    rows(false),
  ],
  ["a port whose guest does not run", port, [network, attachment, server(active)], /is ready, and so is all/, rows(false)],
  ["a network without its switch", network, [], /is ready, though Logical_Switch neutron-uid-net is not/, {}],
  [
    "a floating IP with its row",
    object("FloatingIP", "fip", { networkRef: { name: "net" }, portRef: { name: "p1" } }, { status: { ipAddress: "1.1.1.1" } }),
    [network, port, attachment],
    /is ready, and so is all/,
    rows(true),
  ],
  [
    "a router whose port waits",
    object("Router", "r", {}, { ready: false, reason: "WaitingForPorts", message: "", status: { interfaces: [{ port: "p1" }] } }),
    [network, waitingPort, attachment],
    /waits for Port p1: NoFreeAddress/,
  ],
  [
    "its latest change was not seen",
    object("Port", "p1", { networkRef: { name: "net" } }, { metadata: { generation: 2 } }),
    [network, attachment],
    /is not ready: no controller has looked at its latest change yet\.$/,
  ],
  ["a kind without a chain", object("Role", "r", {}, { metadata: { namespace: undefined } }), [], /^Role r is ready/],
];

/** Only a claim that complains is a cause before its DataVolume. */
const complaint = { type: "Warning", reason: "ProvisioningFailed", message: "no such pool", involvedObject: { name: "v" } } as Event;

describe("the sentence of an explanation", () => {
  for (const [why, from, others, says, found] of table) {
    it(why, () => {
      const events = why.includes("class gives no claim") ? [complaint] : [];
      assert.match(sentence(chainOf(from, worldOf(others, found, events))), says);
    });
  }
});

describe("the tree of an explanation", () => {
  it("has a line for each part, indented under what it belongs to", () => {
    const world = worldOf([...given, ...disk, vm("Running"), vmi("Running"), podRuns], rows(true));
    assert.deepEqual(printed(chainOf(server(active), world), ["Volume x: no right"]).split("\n"), [
      "Server kumulus-demo/web  ready  ACTIVE",
      "├─ VirtualMachine web  ready  Running",
      "│  └─ VirtualMachineInstance web  ready  Running, on n1",
      "│     └─ Pod virt-launcher-web  ready  Running, on n1",
      "├─ Port p1  ready  DOWN, fa:16:3e:00:00:01",
      "│  ├─ Network net  ready",
      "│  │  └─ Logical_Switch neutron-uid-net  ready",
      "│  ├─ NetworkAttachmentDefinition port-uid-p1  ready",
      "│  └─ Logical_Switch_Port uid-p1  ready  up, bound to n1",
      `├─ DataVolume ${root}  ready  Succeeded, root disk`,
      `│  └─ PersistentVolumeClaim ${root}  ready  Bound, 1Gi`,
      "│     └─ PersistentVolume pv1  ready  Bound",
      "├─ Image guest  ready  active",
      "└─ Flavor tiny  ready",
      "",
      "Could not look at Volume x: no right",
      "Server kumulus-demo/web is ready, and so is all that belongs to it.",
    ]);
  });

  it("shows how a router leads out, and which nodes may do it, the first choice first", () => {
    const owner = ownerKeys({ kind: "Router", namespace, name: "r" });
    const gateway: Rows = {
      Logical_Router: [{ name: "neutron-uid-r" }],
      NAT: [{ type: "snat", external_ip: "1.1.1.1", logical_ip: "10.0.0.0/24", external_ids: owner }, ...(rows(true).NAT ?? [])],
      Gateway_Chassis: [
        { chassis_name: "second", priority: 1, external_ids: owner },
        { chassis_name: "first", priority: 2, external_ids: owner },
      ],
      Chassis: [{ name: "first", hostname: "node-1" }],
    };
    assert.deepEqual(
      printed(chainOf(object("Router", "r"), worldOf([], gateway)), [])
        .split("\n")
        .slice(0, 4),
      [
        "Router kumulus-demo/r  ready",
        "├─ Logical_Router neutron-uid-r  ready",
        "├─ NAT  ready  snat, 10.0.0.0/24 as 1.1.1.1",
        "└─ Gateway_Chassis  ready  node-1, second",
      ],
    );
  });

  it("shows the events of what is not ready", () => {
    const event = { type: "Warning", reason: "Failed", message: "no room", involvedObject: { name: "web" } } as Event;
    assert.match(printed(chainOf(server(), worldOf([], undefined, [event])), []), /^│ {4}Warning: Failed: no room$/m);
  });
});
