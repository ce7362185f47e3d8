// The roles as processes on a cluster without engines: all stay up and ready, objects say what is missing, and go on by themselves when it comes.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DatabaseServer, northboundSchema, southboundSchema, startDatabaseServer } from "../clients/ovsdb/testing/database-server.ts";
import { Flavor } from "../models/compute/flavor.ts";
import { Server } from "../models/compute/server.ts";
import { Image } from "../models/image/image.ts";
import { Network } from "../models/network/network.ts";
import { Port } from "../models/network/port.ts";
import { Volume } from "../models/volume/volume.ts";
import { VolumeType } from "../models/volume/volume-type.ts";
import { readyOf } from "./controller/status.ts";
import { CustomResourceDefinition, Namespace, StorageClass } from "./kube/core-kinds.ts";
import { type ControlPlane, startControlPlane } from "./testing/control-plane.ts";
import { eventually } from "./testing/eventually.ts";
import { type RoleProcess, startRole } from "./testing/roles.ts";
import { parse } from "./yaml.ts";

const root = join(import.meta.dirname, "..");
const namespace = "kumulus-web";
/** Within seconds, on a machine that may be busy. */
const soonMs = 20_000;
/** An outage of OVN is told after 30 s. */
const outageMs = 60_000;

describe("roles on a cluster without engines", function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let northbound: DatabaseServer;
  let southbound: DatabaseServer;
  const roles: RoleProcess[] = [];

  before(async () => {
    plane = await startControlPlane();
    [northbound, southbound] = [await startDatabaseServer(northboundSchema), await startDatabaseServer(southboundSchema)];
    await northbound.kill();
    await southbound.kill();
    for (const name of ["kumulus-system", namespace])
      await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    for (const name of ["operator", "api", "webhook"] as const) {
      roles.push(
        await startRole(name, {
          program: join(root, "main.ts"),
          directory: plane.directory,
          kubeconfig: plane.kubeconfig,
          northbound: northbound.remote,
          southbound: southbound.remote,
        }),
      );
    }
  });
  after(async () => {
    for (const role of roles) await role.stop();
    await northbound?.stop();
    await southbound?.stop();
    await plane?.stop();
  });

  const meta = (name: string) => ({ name, namespace });
  const network = (name: string): Network => ({
    apiVersion: "network.kumulus.cloud/v1alpha1",
    kind: "Network",
    metadata: meta(name),
    spec: {},
  });

  /** Waits until Ready has this reason; resolves with the sentence. */
  function says(kind: Parameters<ControlPlane["client"]["get"]>[0], name: string, reason: string | RegExp, timeoutMs = soonMs) {
    return eventually(
      async () => {
        const ready = readyOf(await plane.client.get(kind, meta(name)));
        assert.match(ready?.reason ?? "none", typeof reason === "string" ? new RegExp(`^${reason}$`) : reason, ready?.message);
        return ready?.message ?? "";
      },
      timeoutMs,
      200,
    );
  }

  async function install(...names: string[]): Promise<void> {
    for (const file of globSync(join(root, "standalone/engine-crds/*.yaml"))) {
      const definition = parse(readFileSync(file, "utf8")) as CustomResourceDefinition;
      if (names.includes(definition.spec.names.kind))
        await plane.client.apply(CustomResourceDefinition, definition, { fieldManager: "test" });
    }
  }

  /** No process ended since the start of the story. */
  const unharmed = () =>
    assert.deepEqual(
      roles.map(({ exits }) => exits),
      [0, 0, 0],
      roles.map((role) => role.log().slice(-2000)).join("\n"),
    );

  it("get ready, and stay so", async () => {
    for (const role of roles) await role.whenReady();
    unharmed();
  });

  it("say EngineMissing on the objects that need an engine, with what to install", async () => {
    const compute = "compute.kumulus.cloud/v1alpha1" as const;
    const volume = "volume.kumulus.cloud/v1alpha1" as const;
    await plane.client.create(StorageClass, {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "local" },
      provisioner: "test",
    });
    await plane.client.create(VolumeType, {
      apiVersion: volume,
      kind: "VolumeType",
      metadata: { name: "local" },
      spec: { storageClassName: "local" },
    });
    const flavor = { vcpus: 1, ramMiB: 128, diskGiB: 1 };
    await plane.client.create(Flavor, { apiVersion: compute, kind: "Flavor", metadata: { name: "tiny" }, spec: flavor });
    const disk = (name: string): Volume => ({
      apiVersion: volume,
      kind: "Volume",
      metadata: meta(name),
      spec: { sizeGiB: 1, volumeTypeRef: { name: "local" } },
    });
    await plane.client.create(Volume, disk("data"));
    await plane.client.create(Volume, disk("unwanted"));
    await plane.client.create(Network, network("net"));
    await plane.client.create(Port, {
      apiVersion: "network.kumulus.cloud/v1alpha1",
      kind: "Port",
      metadata: meta("nic"),
      spec: { networkRef: { name: "net" } },
    });
    await plane.client.create(Image, {
      apiVersion: "image.kumulus.cloud/v1alpha1",
      kind: "Image",
      metadata: meta("guest"),
      spec: { diskFormat: "raw", containerFormat: "bare" },
    });
    await plane.client.patch(Image, meta("guest"), { status: { phase: "active", sizeBytes: 1024 } }, { subresource: "status" });
    await plane.client.create(Server, {
      apiVersion: compute,
      kind: "Server",
      metadata: meta("web"),
      spec: { flavorRef: { name: "tiny" }, imageRef: { name: "guest" } },
    });
    assert.match(
      await says(Server, "web", "EngineMissing"),
      /^KubeVirt is not installed: .*virtualmachines\.kubevirt\.io.*docs\/install\.md/,
    );
    assert.match(await says(Volume, "data", "EngineMissing"), /^CDI .*datavolumes\.cdi\.kubevirt\.io/);
    assert.match(await says(Port, "nic", "EngineMissing"), /^Multus is not installed/);
    assert.equal((await says(VolumeType, "local", "StorageClassFound")).length > 0, true, "kinds that need no engine go on");
  });

  it("let objects be deleted of which no engine can hold anything", async () => {
    await plane.client.delete(Volume, meta("unwanted"));
    await eventually(() => assert.rejects(plane.client.get(Volume, meta("unwanted"))), soonMs);
  });

  it("go on when one engine comes, and name the one that is still missing", async () => {
    await install("VirtualMachine", "VirtualMachineInstance");
    await eventually(async () => assert.match(readyOf(await plane.client.get(Server, meta("web")))?.message ?? "", /^CDI /), soonMs);
    await install("DataVolume", "NetworkAttachmentDefinition");
    await says(Volume, "data", /^(?!EngineMissing|none)/);
    await says(Server, "web", /^(?!EngineMissing|none)/);
    await eventually(() => plane.client.request("GET", `/apis/cdi.kubevirt.io/v1beta1/namespaces/${namespace}/datavolumes/data`), soonMs);
    unharmed();
  });

  it("say that OVN is missing once it was away for a while, and go on when it is there", async () => {
    assert.match(await says(Network, "net", "EngineMissing", outageMs), /^OVN is not there/);
    await northbound.start();
    await southbound.start();
    await says(Network, "net", "Ready");
  });

  it("in an outage of OVN tell it on what waits, and leave what is served alone", async () => {
    await northbound.kill();
    await southbound.kill();
    const before = await plane.client.get(Network, meta("net"));
    await plane.client.create(Network, network("late"));
    await says(Network, "late", "EngineMissing", outageMs);
    const after = await plane.client.get(Network, meta("net"));
    assert.equal(after.metadata.resourceVersion, before.metadata.resourceVersion);
    await northbound.start();
    await southbound.start();
    await says(Network, "late", "Ready");
    unharmed();
    assert.deepEqual(await Promise.all(roles.map((role) => role.readyStatus())), [200, 200, 200]);
  });

  it("say it again when an engine is removed, and take it up when it is back", async () => {
    const name = "virtualmachines.kubevirt.io";
    await plane.client.delete(CustomResourceDefinition, { name });
    await plane.client.patch(Server, meta("web"), { metadata: { labels: { touched: "yes" } } });
    await says(Server, "web", "EngineMissing");
    await eventually(() => assert.rejects(plane.client.get(CustomResourceDefinition, { name })), soonMs);
    await install("VirtualMachine");
    await says(Server, "web", /^(?!EngineMissing|none)/);
    unharmed();
  });
});
