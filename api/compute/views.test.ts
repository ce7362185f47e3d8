// Views of servers, flavors, key pairs, attachments and NICs at every microversion that we speak, against strict schemas.
import assert from "node:assert/strict";
import { Flavor } from "../../models/compute/flavor.ts";
import { KeyPair } from "../../models/compute/key-pair.ts";
import { Server } from "../../models/compute/server.ts";
import { ServerAction, type ServerActionSpec } from "../../models/compute/server-action.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { Image } from "../../models/image/image.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { Volume } from "../../models/volume/volume.ts";
import { bodyChecker } from "../http/validation.ts";
import { viewFlavor } from "./flavor-view.ts";
import { viewInterface } from "./interface-view.ts";
import { viewKeyPair } from "./key-pair-view.ts";
import { heldVolumes } from "./server-parts.ts";
import { shownState } from "./server-state.ts";
import { viewServer, viewServerDetail, viewUpdatedServer } from "./server-view.ts";
import {
  attachmentSchema,
  flavorSchema,
  interfaceSchema,
  keyPairSchema,
  serverDetailSchema,
  serverSchema,
  updatedServerSchema,
} from "./testing/response-schemas.ts";
import { memoryStores } from "./testing/small-cloud.ts";
import { computeMicroversions } from "./versions.ts";
import { viewAttachment } from "./volume-attachments.ts";
import { computeWorld } from "./world.ts";

const compute = "compute.kumulus.cloud/v1alpha1" as const;
const network = "network.kumulus.cloud/v1alpha1" as const;
const namespace = "kumulus-demo";
const { stores, put } = memoryStores();
const world = computeWorld(stores);

put(Tenant, {
  apiVersion: "identity.kumulus.cloud/v1alpha1",
  kind: "Tenant",
  metadata: { name: "demo" },
  spec: { domainRef: { name: "default" } },
  status: { namespace },
});
const flavor = put(Flavor, {
  apiVersion: compute,
  kind: "Flavor",
  metadata: { name: "m1" },
  spec: { vcpus: 1, ramMiB: 128, flavorID: "1" },
});
put(Image, { apiVersion: "image.kumulus.cloud/v1alpha1", kind: "Image", metadata: { name: "guest", namespace }, spec: {} });
put(Network, { apiVersion: network, kind: "Network", metadata: { name: "n", namespace }, spec: {} });
put(Subnet, {
  apiVersion: network,
  kind: "Subnet",
  metadata: { name: "s", namespace },
  spec: { networkRef: { name: "n" }, cidr: "10.0.0.0/24" },
});
put(SecurityGroup, { apiVersion: network, kind: "SecurityGroup", metadata: { name: "default", namespace }, spec: {} });
const port = put(Port, {
  apiVersion: network,
  kind: "Port",
  metadata: { name: "p", namespace },
  spec: { networkRef: { name: "n" } },
  status: {
    phase: "ACTIVE",
    macAddress: "fa:16:3e:00:00:01",
    fixedIPs: [{ subnet: "s", ipAddress: "10.0.0.5" }],
    securityGroups: ["default"],
  },
});
const keyPair = put(KeyPair, {
  apiVersion: compute,
  kind: "KeyPair",
  metadata: { name: "k", namespace },
  spec: { publicKey: "ssh-ed25519 AAAA" },
});
const volume = put(Volume, {
  apiVersion: "volume.kumulus.cloud/v1alpha1",
  kind: "Volume",
  metadata: { name: "v", namespace },
  spec: { sizeGiB: 1 },
});

const server = (name: string, change: Partial<Server["spec"]>, status?: Server["status"]): Server =>
  put(Server, {
    apiVersion: compute,
    kind: "Server",
    metadata: { name, namespace },
    spec: { flavorRef: { name: "m1" }, imageRef: { name: "guest" }, networks: [{ portRef: { name: "p" } }], ...change },
    ...(status ? { status } : {}),
  });
const address = { network: "n", address: "10.0.0.5", type: "fixed", macAddress: "fa:16:3e:00:00:01" } as const;

const servers: Record<string, Server> = {
  "just made": server("fresh", {}),
  running: server(
    "running",
    {
      keyPairRef: { name: "k" },
      volumes: [{ name: "v", deleteOnTermination: true, tag: "data" }],
      metadata: { a: "b" },
      tags: ["t"],
      locked: true,
    },
    {
      phase: "ACTIVE",
      powerState: "RUNNING",
      node: "n1",
      launchedAt: "2026-01-02T03:05:00.123Z",
      updatedAt: "2026-01-02T03:05:00Z",
      addresses: [address],
    },
  ),
  "of a flavor and an image that are gone": server("orphan", { flavorRef: { name: "x" }, imageRef: { name: "x" } }),
  "that boots a volume": server("bfv", { volumes: [{ name: "v", bootIndex: 0 }] }),
  failed: server(
    "failed",
    {},
    { phase: "ERROR", fault: { code: 500, message: "No valid host was found.", created: "2026-01-02T03:04:06Z" } },
  ),
};

describe("views at each microversion", () => {
  for (let minor = computeMicroversions.min; minor <= computeMicroversions.max; minor += 1) {
    it(`2.${minor}`, () => {
      for (const admin of [false, true]) {
        const viewer = { minor, admin, extraSpecs: true, base: "http://cloud/compute/v2.1" };
        const [show, detail, updated] = [serverSchema, serverDetailSchema, updatedServerSchema].map((make) =>
          bodyChecker(make(minor, admin)),
        );
        for (const one of Object.values(servers)) {
          show?.(viewServer(world, one, viewer));
          detail?.(viewServerDetail(world, one, viewer));
          updated?.(viewUpdatedServer(world, one, viewer));
        }
        bodyChecker(flavorSchema(minor))(viewFlavor(flavor, viewer));
      }
      bodyChecker(keyPairSchema(minor))(viewKeyPair(keyPair, "u", minor));
      const running = servers.running as Server;
      const [held] = heldVolumes(running);
      assert.ok(held);
      bodyChecker(attachmentSchema(minor))(viewAttachment(running, volume, held, minor));
      bodyChecker(interfaceSchema(minor))(viewInterface(world, running, port, minor));
    });
  }
});

describe("what a server shows", () => {
  const viewer = { minor: 1, admin: true, extraSpecs: true, base: "http://cloud/compute/v2.1" };
  it("names, addresses, groups and times", () => {
    const shown = viewServer(world, servers.running as Server, viewer);
    assert.deepEqual(shown.security_groups, [{ name: "default" }]);
    assert.equal(shown["OS-SRV-USG:launched_at"], "2026-01-02T03:05:00.123000");
    assert.equal(shown.updated, "2026-01-02T03:05:00Z");
    assert.deepEqual(shown.flavor, { id: "1", links: [{ rel: "bookmark", href: "http://cloud/compute/flavors/1" }] });
    assert.deepEqual(shown.addresses, {
      n: [{ version: 4, addr: "10.0.0.5", "OS-EXT-IPS:type": "fixed", "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:00:00:01" }],
    });
    assert.match(shown.hostId, /^[0-9a-f]{56}$/);
  });
});

describe("states that are shown before the controller has seen the request", () => {
  const action = (spec: Omit<ServerActionSpec, "serverRef">): ServerAction =>
    put(ServerAction, {
      apiVersion: compute,
      kind: "ServerAction",
      metadata: { name: "a", namespace },
      spec: { serverRef: { name: "x" }, ...spec },
    });
  const table: [why: string, Partial<Server["spec"]>, Server["status"], ServerAction[], status: string, task: string | null][] = [
    ["nothing is known", {}, undefined, [], "BUILD", "scheduling"],
    ["it runs", {}, { phase: "ACTIVE", power: "On" }, [], "ACTIVE", null],
    ["it shall stop", { power: "Off" }, { phase: "ACTIVE", power: "On" }, [], "ACTIVE", "powering-off"],
    ["it shall start", { power: "On" }, { phase: "SHUTOFF", power: "Off" }, [], "SHUTOFF", "powering-on"],
    ["its guest has powered itself off", { power: "On" }, { phase: "SHUTOFF", power: "On" }, [], "SHUTOFF", null],
    ["it is asked to start after that", {}, { phase: "SHUTOFF", power: "On" }, [action({ action: "Start" })], "SHUTOFF", "powering-on"],
    ["soft reboot", {}, { phase: "ACTIVE", power: "On" }, [action({ action: "Reboot", rebootType: "SOFT" })], "REBOOT", "rebooting"],
    [
      "hard reboot",
      {},
      { phase: "SHUTOFF", power: "On" },
      [action({ action: "Reboot", rebootType: "HARD" })],
      "HARD_REBOOT",
      "rebooting_hard",
    ],
    ["a record is no request", {}, { phase: "ACTIVE", power: "On" }, [action({ action: "AttachVolume" })], "ACTIVE", null],
    ["the controller knows better", {}, { phase: "ACTIVE", taskState: "deleting" }, [action({ action: "Stop" })], "ACTIVE", "deleting"],
  ];
  for (const [why, spec, status, pending, wanted, task] of table) {
    it(why, () => {
      const shown = shownState(server(`state-${why.replace(/\W/g, "-")}`, spec, status), pending);
      assert.deepEqual([shown.status, shown.taskState], [wanted, task]);
    });
  }
});
