// Servers' lives on a real API server, with the engines' writes played: build, power, crash, volumes, NICs, failures, bursts, and the end.
import assert from "node:assert/strict";
import { DataVolume } from "../../../clients/cdi/kinds.ts";
import { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { Server } from "../../../models/compute/server.ts";
import { ServerAction } from "../../../models/compute/server-action.ts";
import type { Kind } from "../../../models/kind.ts";
import { Port } from "../../../models/network/port.ts";
import { Volume } from "../../../models/volume/volume.ts";
import { PersistentVolumeClaim, Secret } from "../../../operator/kube/core-kinds.ts";
import { eventually } from "../../../operator/testing/eventually.ts";
import { type Cloud, guestSpec, startCloud, tenant } from "../testing/cloud.ts";

const at = (name: string) => ({ name, namespace: tenant });
const phase = (wanted: string, task?: string) => (server: Server) =>
  assert.deepEqual([server.status?.phase, server.status?.taskState], [wanted, task]);

describe("servers", function () {
  this.timeout(120_000);
  let cloud: Cloud;
  before(async () => {
    cloud = await startCloud();
  });
  after(async () => {
    await cloud?.stop();
  });

  const edit = (name: string, spec: object) => cloud.client.patch(Server, at(name), { spec });
  const act = (name: string, spec: object) => cloud.add(ServerAction, name, spec);
  const powerOff = async (name: string, how: "Succeeded" | "Failed") => {
    await cloud.client.patch(VirtualMachineInstance, at(name), { status: { phase: how } });
  };

  /** Kinds of which nothing may stay when all servers are gone; golden disks stay with their image. */
  async function leftovers(): Promise<string[]> {
    const kinds: Kind[] = [
      Server,
      ServerAction,
      Port,
      Volume,
      VirtualMachine,
      VirtualMachineInstance,
      DataVolume,
      PersistentVolumeClaim,
      Secret,
    ];
    const found = await Promise.all(
      kinds.map(async (kind) =>
        (await cloud.client.list(kind, { namespace: tenant })).map((object) => `${kind.kind} ${object.metadata.name}`),
      ),
    );
    return found.flat();
  }

  it("live from create to delete", async () => {
    await cloud.add(Server, "web", guestSpec({ userData: "I2Nsb3VkLWNvbmZpZwo=" }));
    const active = await cloud.shows(Server, "web", phase("ACTIVE"));
    assert.equal(active.status?.powerState, "RUNNING");
    assert.equal(active.status?.node, "node-1");
    assert.equal(active.status?.hostname, "web");
    assert.equal(active.status?.addresses?.length, 1);
    assert.ok(active.status?.launchedAt);
    assert.equal(active.status?.conditions?.find(({ type }) => type === "Ready")?.status, "True");
    const [golden] = await cloud.client.list(DataVolume, { namespace: "kumulus-admin" });
    assert.match(golden?.spec.source?.http?.url ?? "", /\/internal\/images\/kumulus-admin\/guest\?expires=\d+&signature=/);
    await cloud.client.delete(Server, at("web"));
    await cloud.gone(Server, "web");
    await eventually(async () => assert.deepEqual(await leftovers(), []));
    assert.equal((await cloud.client.list(DataVolume, { namespace: "kumulus-admin" })).length, 1, "the golden disk stays");
  });

  it("stop, start, and stay off when the guest powers itself off or crashes", async () => {
    await cloud.add(Server, "power", guestSpec());
    await cloud.shows(Server, "power", phase("ACTIVE"));
    await edit("power", { power: "Off" });
    await act("stop-1", { serverRef: { name: "power" }, action: "Stop" });
    await cloud.shows(Server, "power", phase("SHUTOFF"));
    await cloud.shows(ServerAction, "stop-1", ({ status }) => assert.equal(status?.phase, "Succeeded"));
    await edit("power", { power: "On" });
    await act("start-1", { serverRef: { name: "power" }, action: "Start" });
    await cloud.shows(Server, "power", phase("ACTIVE"));
    await cloud.shows(ServerAction, "start-1", ({ status }) => assert.equal(status?.phase, "Succeeded"));

    const starts = () => cloud.calls.filter((call) => call === "start power").length;
    const before = starts();
    await powerOff("power", "Succeeded");
    await cloud.shows(Server, "power", (server) => {
      phase("SHUTOFF")(server);
      assert.equal(server.status?.powerState, "SHUTDOWN");
    });
    await edit("power", { metadata: { any: "change" } });
    await cloud.shows(Server, "power", ({ status, metadata }) => assert.equal(status?.observedGeneration, metadata.generation));
    assert.equal(starts(), before, "nothing starts a guest that powered itself off");

    await act("start-2", { serverRef: { name: "power" }, action: "Start" });
    await cloud.shows(Server, "power", phase("ACTIVE"));
    await powerOff("power", "Failed");
    await cloud.shows(Server, "power", (server) => {
      phase("SHUTOFF")(server);
      assert.equal(server.status?.powerState, "CRASHED");
    });
    await act("hard-1", { serverRef: { name: "power" }, action: "Reboot", rebootType: "HARD" });
    await cloud.shows(Server, "power", phase("ACTIVE"));
    await cloud.client.delete(Server, at("power"));
    await cloud.gone(Server, "power");
  });

  it("reboot in the order in which it was asked", async () => {
    await cloud.add(Server, "reboot", guestSpec());
    await cloud.shows(Server, "reboot", phase("ACTIVE"));
    const first = (await cloud.client.get(VirtualMachineInstance, at("reboot"))).metadata.uid;
    await act("a-soft", { serverRef: { name: "reboot" }, action: "Reboot", rebootType: "SOFT" });
    await act("b-hard", { serverRef: { name: "reboot" }, action: "Reboot", rebootType: "HARD" });
    await act("c-record", { serverRef: { name: "reboot" }, action: "AttachVolume" });
    for (const name of ["a-soft", "b-hard", "c-record"])
      await cloud.shows(ServerAction, name, ({ status }) => assert.equal(status?.phase, "Succeeded"));
    assert.notEqual((await cloud.client.get(VirtualMachineInstance, at("reboot"))).metadata.uid, first);
    assert.equal(cloud.calls.filter((call) => call === "reset reboot").length, 1);
    await cloud.shows(Server, "reboot", phase("ACTIVE"));
    await cloud.client.delete(Server, at("reboot"));
    await cloud.gone(Server, "reboot");
  });

  it("attach, grow and detach volumes, and take some along at the end", async () => {
    await cloud.add(Volume, "data", { sizeGiB: 1 });
    await cloud.add(Volume, "boot", { sizeGiB: 1, imageRef: { name: "guest", namespace: "kumulus-admin" } });
    const boot = { name: "boot", bootIndex: 0, deleteOnTermination: true };
    await cloud.add(Server, "disks", { ...guestSpec({ volumes: [boot] }), imageRef: undefined });
    await cloud.shows(Server, "disks", phase("ACTIVE"));
    await cloud.shows(Volume, "boot", ({ status }) => assert.deepEqual([status?.phase, status?.bootable], ["in-use", true]));
    await cloud.shows(Volume, "data", ({ status }) => assert.equal(status?.phase, "available"));

    await edit("disks", { volumes: [boot, { name: "data" }] });
    await cloud.shows(Volume, "data", ({ status }) =>
      assert.deepEqual([status?.phase, status?.attachments?.[0]?.server], ["in-use", "disks"]),
    );
    await cloud.shows(Server, "disks", ({ status }) =>
      assert.deepEqual(
        status?.volumes?.map(({ phase }) => phase),
        ["attached", "attached"],
      ),
    );
    await cloud.client.patch(Volume, at("data"), { spec: { sizeGiB: 2 } });
    await cloud.shows(Volume, "data", ({ status }) => assert.equal(status?.sizeGiB, 2));

    await cloud.client.delete(Volume, at("data"));
    await cloud.shows(Volume, "data", ({ status, metadata }) => {
      assert.ok(metadata.deletionTimestamp);
      assert.equal(status?.phase, "in-use", "a volume that a guest has is not taken away");
    });
    await edit("disks", { volumes: [boot] });
    await cloud.gone(Volume, "data");

    await cloud.client.delete(Server, at("disks"));
    await cloud.gone(Server, "disks");
    await cloud.gone(Volume, "boot");
    await eventually(async () => assert.deepEqual(await leftovers(), []));
  });

  it("plug and unplug NICs; a Port of the user outlives the server", async () => {
    await cloud.add(Port, "mine", { networkRef: { name: "net" } });
    await cloud.add(Server, "nics", guestSpec({ networks: [{ portRef: { name: "mine" } }] }));
    await cloud.shows(Server, "nics", phase("ACTIVE"));
    await edit("nics", { networks: [{ portRef: { name: "mine" } }, { networkRef: { name: "net" } }] });
    const two = await cloud.shows(Server, "nics", ({ status }) => assert.equal(status?.addresses?.length, 2));
    await cloud.shows(VirtualMachineInstance, "nics", ({ status }) => assert.equal(status?.interfaces?.length, 2));
    await edit("nics", { networks: [{ networkRef: { name: "net" } }] });
    await cloud.shows(VirtualMachineInstance, "nics", ({ status }) => assert.equal(status?.interfaces?.length, 1));
    await cloud.shows(Server, "nics", ({ status }) => assert.deepEqual(status?.addresses, two.status?.addresses?.slice(1)));
    await cloud.client.delete(Server, at("nics"));
    await cloud.gone(Server, "nics");
    assert.deepEqual(
      (await cloud.client.list(Port, { namespace: tenant })).map(({ metadata }) => metadata.name),
      ["mine"],
    );
    await cloud.client.delete(Port, at("mine"));
    await cloud.gone(Port, "mine");
  });

  it("fail with Nova's words, and leave nothing but themselves", async () => {
    cloud.addresses.free = 0;
    await cloud.add(Server, "no-address", guestSpec());
    const full = await cloud.shows(Server, "no-address", phase("ERROR"));
    assert.equal(full.status?.fault?.message, "Failed to allocate the network(s), not rescheduling.");
    cloud.addresses.free = 1_000;
    cloud.hypervisor.unschedulable = true;
    await cloud.add(Server, "no-host", guestSpec());
    const lost = await cloud.shows(Server, "no-host", phase("ERROR"));
    assert.deepEqual([lost.status?.fault?.code, lost.status?.fault?.message], [500, "No valid host was found."]);
    cloud.hypervisor.unschedulable = false;
    await eventually(
      async () =>
        assert.deepEqual(
          (await leftovers()).filter((name) => !/^(Server|Secret) /.test(name)),
          [],
        ),
      20_000,
    );
    for (const name of ["no-address", "no-host"]) {
      await cloud.client.delete(Server, at(name));
      await cloud.gone(Server, name);
    }
    await eventually(async () => assert.deepEqual(await leftovers(), []), 20_000);
  });

  it("leave nothing when they are deleted at any moment of the build", async () => {
    const moments = [0, 5, 15, 40, 80, 150, 300];
    await Promise.all(
      moments.map(async (ms) => {
        await cloud.add(Server, `mid-${ms}`, guestSpec());
        await new Promise((resolve) => setTimeout(resolve, ms));
        await cloud.client.delete(Server, at(`mid-${ms}`));
        await cloud.gone(Server, `mid-${ms}`);
      }),
    );
    await eventually(async () => assert.deepEqual(await leftovers(), []), 20_000);
  });

  it("come up fifty at once, with few requests, and go", async () => {
    const names = Array.from({ length: 50 }, (_, n) => `burst-${n}`);
    const [began, sent] = [performance.now(), cloud.requests()];
    const queue = [...names];
    const client = async () => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
        await cloud.add(Server, name, guestSpec());
        await cloud.shows(Server, name, phase("ACTIVE"), 60_000);
      }
    };
    await Promise.all(Array.from({ length: 10 }, client));
    const seconds = (performance.now() - began) / 1000;
    const each = (cloud.requests() - sent) / names.length;
    console.log(
      `      50 servers ACTIVE in ${seconds.toFixed(1)} s (${(50 / seconds).toFixed(1)}/s), ${each.toFixed(1)} requests of the controllers per server`,
    );
    const addresses = cloud.caches
      .of(Server)
      .list(tenant)
      .map(({ status }) => status?.primaryAddress);
    assert.equal(new Set(addresses).size, 50);
    assert.ok(each < 16, `${each} requests per server`);
    await Promise.all(names.map((name) => cloud.client.delete(Server, at(name))));
    await Promise.all(names.map((name) => cloud.gone(Server, name)));
    await eventually(async () => assert.deepEqual(await leftovers(), []), 30_000);
  });
});
