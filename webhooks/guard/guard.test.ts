// What members of a project may not set with kubectl, and what they may.
import assert from "node:assert/strict";
import type { KubeObject } from "../../models/kind.ts";
import type { Level } from "./fields.ts";
import { guardProblem } from "./guard.ts";

const user = "kumulus:user:ada";
type Case = [why: string, level: Level, kind: string, before: object | null, after: object, field?: string];

const object = (kind: string, { metadata, ...spec }: { metadata?: object }) =>
  ({ kind, metadata: { name: "x", namespace: "kumulus-web", ...metadata }, spec }) as unknown as KubeObject;

const onShared = { networkRef: { name: "n", namespace: "kumulus-admin" } };
const onOwn = { networkRef: { name: "n" } };
const id = (value: string) => ({ metadata: { labels: { "kumulus.cloud/id": value } } });

const cases: Case[] = [
  ["a plain network", "administer", "Network", null, { shared: false, external: false }],
  ["a shared network", "administer", "Network", null, { shared: true }, "spec.shared"],
  ["a network that becomes external", "administer", "Network", {}, { external: true }, "spec.external"],
  ["a network that stops being shared", "administer", "Network", { shared: true }, {}, "spec.shared"],
  ["a shared network with another name", "administer", "Network", { shared: true }, { shared: true, displayName: "y" }],
  ["a network's segment", "administer", "Network", null, { provider: { networkType: "flat" } }, "spec.provider"],
  ["an id of one's own choice", "administer", "Volume", null, id("a"), "metadata.labels[kumulus.cloud/id]"],
  ["another id", "administer", "Volume", id("a"), id("b"), "metadata.labels[kumulus.cloud/id]"],
  ["no id any more", "administer", "Volume", id("a"), {}, "metadata.labels[kumulus.cloud/id]"],
  ["the same id", "administer", "Volume", id("a"), { ...id("a"), sizeGiB: 2 }],
  ["other labels", "administer", "Volume", {}, { metadata: { labels: { app: "shop", "notkumulus.cloud/id": "x" } } }],
  [
    "an annotation of the cloud's",
    "administer",
    "Server",
    {},
    { metadata: { annotations: { "kumulus.cloud/created-by": "u" } } },
    "metadata.annotations[kumulus.cloud/created-by]",
  ],
  [
    "a finalizer taken off",
    "administer",
    "Port",
    { ...onOwn, metadata: { finalizers: ["network.kumulus.cloud/port"] } },
    onOwn,
    "metadata.finalizers",
  ],
  ["somebody else's finalizer taken off", "administer", "Port", { ...onOwn, metadata: { finalizers: ["example.com/x"] } }, onOwn],
  ["a port's host", "administer", "Port", null, { ...onOwn, hostID: "h" }, "spec.hostID"],
  ["a MAC on one's own network", "administer", "Port", null, { ...onOwn, macAddress: "m" }],
  ["a MAC on a shared one", "administer", "Port", null, { ...onShared, macAddress: "m" }, "spec.macAddress"],
  ["a subnet of a shared one", "administer", "Port", null, { ...onShared, fixedIPs: [{ subnetRef: { name: "s" } }] }],
  ["an address of a shared one", "administer", "Port", null, { ...onShared, fixedIPs: [{ ipAddress: "10.0.0.9" }] }, "spec.fixedIPs"],
  ["no port security on a shared one", "administer", "Port", null, { ...onShared, portSecurityEnabled: false }, "spec.portSecurityEnabled"],
  ["a server's word on a shared one", "administer", "Port", null, { ...onShared, deviceOwner: "compute:nova" }],
  ["the network's word on a shared one", "administer", "Port", null, { ...onShared, deviceOwner: "network:dhcp" }, "spec.deviceOwner"],
  ["another MAC", "manage", "Port", { ...onOwn, macAddress: "m" }, { ...onOwn, macAddress: "n" }, "spec.macAddress"],
  ["a new port's MAC", "manage", "Port", null, { ...onOwn, macAddress: "m" }],
  ["a floating address of one's own choice", "manage", "FloatingIP", null, { ipAddress: "172.24.4.9" }, "spec.ipAddress"],
  ["a floating address", "manage", "FloatingIP", null, {}],
  ["a gateway", "administer", "Router", null, { externalGateway: { networkRef: { name: "public" }, enableSNAT: true } }],
  ["a gateway without NAT", "administer", "Router", null, { externalGateway: { enableSNAT: false } }, "spec.externalGateway.enableSNAT"],
  ["a gateway's address", "administer", "Router", null, { externalGateway: { fixedIPs: [{}] } }, "spec.externalGateway.fixedIPs"],
  ["a public image", "administer", "Image", { visibility: "shared" }, { visibility: "public" }, "spec.visibility"],
  ["a community image", "administer", "Image", null, { visibility: "community" }],
  ["one's own key", "administer", "KeyPair", null, { userRef: { name: "ada" } }],
  ["a key in somebody else's name", "administer", "KeyPair", null, { userRef: { name: "bob" } }, "spec.userRef"],
  ["a deed in somebody else's name", "administer", "ServerAction", null, { userRef: { name: "bob" } }, "spec.userRef"],
  ["another project's key", "administer", "Server", null, { keyPairRef: { name: "k", namespace: "kumulus-x" } }, "spec.keyPairRef"],
  [
    "unlocking what an administrator has locked",
    "administer",
    "Server",
    { locked: true, metadata: { annotations: { "kumulus.cloud/locked-by-admin": "true" } } },
    { locked: false, metadata: { annotations: { "kumulus.cloud/locked-by-admin": "true" } } },
    "spec.locked",
  ],
  ["unlocking one's own", "administer", "Server", { locked: true }, { locked: false }],
  ["a default group", "administer", "SecurityGroup", null, { isDefault: true }, "spec.isDefault"],
  ["a subnet's service types", "administer", "Subnet", null, { serviceTypes: ["x"] }, "spec.serviceTypes"],
];

describe("guard", () => {
  for (const [why, level, kind, before, after, field] of cases) {
    it(`${level}: ${why}`, () => {
      const request = { uid: "u", kind: { group: "g", version: "v", kind }, operation: before ? ("UPDATE" as const) : ("CREATE" as const) };
      const oldObject = before && object(kind, before);
      const problem = guardProblem(level, { ...request, userInfo: { username: user }, object: object(kind, after), oldObject });
      assert.equal(
        problem?.message,
        field && `${kind} x: ${field} is set by ${level === "manage" ? "a manager" : "an administrator"} only.`,
      );
      if (field) assert.equal(problem?.code, "Forbidden");
    });
  }

  it("says nothing of deletions", () => {
    const request = { uid: "u", kind: { group: "g", version: "v", kind: "Network" }, operation: "DELETE" as const, userInfo: {} };
    assert.equal(
      guardProblem("administer", { ...request, object: null, oldObject: object("Network", { shared: true } as object) }),
      undefined,
    );
  });
});
