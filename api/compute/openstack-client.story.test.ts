// Debian's own `openstack` client against Nova and Cinder on a real kube-apiserver; the test plays the controllers by writing status.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Flavor } from "../../models/compute/flavor.ts";
import { Server } from "../../models/compute/server.ts";
import { Image } from "../../models/image/image.ts";
import { Network } from "../../models/network/network.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { Volume } from "../../models/volume/volume.ts";
import { VolumeType } from "../../models/volume/volume-type.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { startTestCloud, type TestCloud } from "../testing/cloud.ts";

const program = "/usr/bin/openstack";
const namespace = "kumulus-demo";

async function seed(client: KubeClient): Promise<void> {
  await client.create(Flavor, {
    apiVersion: "compute.kumulus.cloud/v1alpha1",
    kind: "Flavor",
    metadata: { name: "m1.tiny" },
    spec: { vcpus: 1, ramMiB: 128, diskGiB: 1, flavorID: "1" },
  });
  const image = await client.create(Image, {
    apiVersion: "image.kumulus.cloud/v1alpha1",
    kind: "Image",
    metadata: { name: "guest", namespace: "kumulus-admin" },
    spec: { visibility: "public", diskFormat: "qcow2", containerFormat: "bare" },
  });
  await client.patch(Image, image.metadata, { status: { phase: "active", sizeBytes: 1000 } }, { subresource: "status" });
  const network = "network.kumulus.cloud/v1alpha1" as const;
  await client.create(Network, { apiVersion: network, kind: "Network", metadata: { name: "n", namespace }, spec: {} });
  const spec = { networkRef: { name: "n" }, cidr: "10.9.0.0/24" };
  await client.create(Subnet, { apiVersion: network, kind: "Subnet", metadata: { name: "s", namespace }, spec });
  await client.create(VolumeType, {
    apiVersion: "volume.kumulus.cloud/v1alpha1",
    kind: "VolumeType",
    metadata: { name: "local" },
    spec: { storageClassName: "local", isDefault: true },
  });
}

/** Does what controllers would: servers run or stop as their spec says, volumes become free or held, actions end. */
async function playControllers(client: KubeClient, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const servers = await client.list(Server, { namespace });
    for (const { metadata, spec } of servers) {
      const on = spec.power !== "Off";
      const volumes = (spec.volumes ?? []).map(({ name }) => ({ name, phase: "attached", device: "/dev/sda" }));
      const address = { network: "n", address: "10.9.0.5", type: "fixed", macAddress: "fa:16:3e:00:00:01" };
      const state = { phase: on ? "ACTIVE" : "SHUTOFF", powerState: on ? "RUNNING" : "SHUTDOWN", power: on ? "On" : "Off" };
      const status = { ...state, node: "n1", launchedAt: "2026-01-02T03:04:05Z", addresses: [address], volumes };
      await client.patch(Server, metadata, { status }, { subresource: "status" }).catch(() => undefined);
    }
    for (const { metadata, spec } of await client.list(Volume, { namespace })) {
      const held = servers.filter((server) => server.spec.volumes?.some(({ name }) => name === metadata.name));
      const attachments = held.map((server) => ({ server: server.metadata.name, device: "/dev/sda" }));
      const status = { phase: held.length > 0 ? "in-use" : "available", sizeGiB: spec.sizeGiB, attachments };
      await client.patch(Volume, metadata, { status }, { subresource: "status" }).catch(() => undefined);
    }
    await sleep(100);
  }
}

describe("the openstack client on servers and volumes", function () {
  this.timeout(180_000);
  let cloud: TestCloud;
  const stopping = new AbortController();
  let controllers: Promise<void> | undefined;

  before(async function () {
    if (!existsSync(program)) {
      console.log(`      skipped: ${program} is not installed`);
      this.skip();
    }
    cloud = await startTestCloud({ tune: seed });
    controllers = playControllers(cloud.client, stopping.signal);
  });
  after(async () => {
    stopping.abort();
    await controllers;
    await cloud?.stop();
  });

  function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return new Promise((resolve) => {
      const options = { env: cloud.environment("demo"), cwd: cloud.directory };
      execFile("/usr/bin/python3", [program, ...args], options, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === "number" ? error.code : error ? 1 : 0, stdout, stderr }),
      );
    });
  }
  async function ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
    return stdout;
  }
  const json = async <T>(...args: string[]): Promise<T> => JSON.parse(await ok(...args, "-f", "json")) as T;

  it("lists flavors, makes a key", async () => {
    const flavors = await json<{ Name: string; RAM: number; ID: string }[]>("flavor", "list");
    assert.deepEqual(
      flavors.map(({ Name, RAM, ID }) => [Name, RAM, ID]),
      [["m1.tiny", 128, "1"]],
    );
    await ok("keypair", "create", "--private-key", "k.pem", "k");
    assert.match(readFileSync(join(cloud.directory, "k.pem"), "utf8"), /PRIVATE KEY/);
    assert.deepEqual(
      (await json<{ Name: string }[]>("keypair", "list")).map(({ Name }) => Name),
      ["k"],
    );
  });

  it("creates a server and waits for it", async () => {
    await ok(..."server create --image guest --flavor m1.tiny --network n --key-name k --wait vm1".split(" "));
    const shown = await json<{ status: string; key_name: string; addresses: Record<string, string[]>; flavor: string; image: string }>(
      "server",
      "show",
      "vm1",
    );
    assert.deepEqual([shown.status, shown.key_name, shown.addresses], ["ACTIVE", "k", { n: ["10.9.0.5"] }]);
    assert.match(shown.flavor, /m1\.tiny/);
    assert.match(shown.image, /guest/);
    const list = await json<{ Name: string; Status: string }[]>("server", "list");
    assert.deepEqual(
      list.map(({ Name, Status }) => [Name, Status]),
      [["vm1", "ACTIVE"]],
    );
  });

  it("attaches and detaches a volume", async () => {
    await ok("volume", "create", "--size", "1", "v");
    while ((await json<{ status: string }>("volume", "show", "v")).status !== "available") await sleep(200);
    await ok("server", "add", "volume", "vm1", "v");
    while ((await json<{ status: string }>("volume", "show", "v")).status !== "in-use") await sleep(200);
    const [volume] = await json<{ Name: string; Status: string; Size: number; "Attached to": { server_id: string }[] }[]>("volume", "list");
    assert.deepEqual([volume?.Name, volume?.Status, volume?.Size, volume?.["Attached to"].length], ["v", "in-use", 1, 1]);
    await ok("server", "remove", "volume", "vm1", "v");
    while ((await json<{ status: string }>("volume", "show", "v")).status !== "available") await sleep(200);
    await ok("volume", "delete", "v");
    assert.deepEqual(
      (await json<{ Name: string }[]>("volume", "type", "list")).map(({ Name }) => Name),
      ["local"],
    );
  });

  it("stops, starts and deletes it", async () => {
    await ok("server", "stop", "vm1");
    while ((await json<{ status: string }>("server", "show", "vm1")).status !== "SHUTOFF") await sleep(200);
    await ok("server", "start", "vm1");
    const events = await json<{ Action: string }[]>("server", "event", "list", "vm1");
    assert.deepEqual(events.map(({ Action }) => Action).sort(), ["attach_volume", "create", "detach_volume", "start", "stop"]);
    await ok("server", "delete", "--wait", "vm1");
    assert.deepEqual(await json<unknown[]>("server", "list"), []);
    const missing = await run("server", "show", "vm1");
    assert.notEqual(missing.code, 0);
    assert.ok((await json<unknown[]>("availability", "zone", "list")).length >= 1);
    await ok("limits", "show", "--absolute");
    await ok("quota", "show");
    await ok("versions", "show");
  });
});
