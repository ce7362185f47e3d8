// The whole agent on a real control plane with real QEMU guests: a VM's life.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DataVolume } from "../../clients/cdi/kinds.ts";
import { consoleLog } from "../../clients/kubevirt/console-log.ts";
import { VirtualMachine, VirtualMachineInstance } from "../../clients/kubevirt/kinds.ts";
import { guestStreams } from "../../clients/kubevirt/streams.ts";
import { kubeVirt } from "../../clients/kubevirt/subresources.ts";
import { isCode } from "../../domain/errors.ts";
import { Namespace, PersistentVolume, PersistentVolumeClaim, Pod } from "../../operator/kube/core-kinds.ts";
import { guestPaths } from "./guest/guest-paths.ts";
import { endProcess, livePid } from "./guest/process.ts";
import { phaseIs, startTestCloud, type TestCloud, testMachine } from "./testing/cloud.ts";
import { writeTinyDisk } from "./testing/tiny-guest.ts";

describe("node agent (story)", function () {
  this.timeout(180_000);
  let cloud: TestCloud;
  let images: Server;
  let url = "";
  let stopAgent: () => Promise<void>;

  before(async () => {
    cloud = await startTestCloud();
    const path = join(cloud.runDir, "image.raw");
    writeTinyDisk(path);
    images = createServer((request, response) =>
      request.url === "/tiny.raw" ? response.end(readFileSync(path)) : response.writeHead(404).end(),
    );
    images.listen(0, "127.0.0.1");
    await once(images, "listening");
    url = `http://127.0.0.1:${(images.address() as AddressInfo).port}/tiny.raw`;
    stopAgent = cloud.agent();
  });
  after(async () => {
    images.close();
    images.closeAllConnections();
    await cloud.end();
  });

  const key = (name: string) => ({ name, namespace: cloud.namespace });
  const pidOf = (uid: string) => livePid(guestPaths(cloud.runDir, uid).pid);
  /** The API server looks for an aggregated API every few seconds only. */
  const served = async (call: () => Promise<void>) => {
    for (const deadline = Date.now() + 60_000; ; await sleep(200)) {
      const error = await call().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error === undefined) return;
      if (Date.now() > deadline || isCode(error, "Conflict") || isCode(error, "Invalid")) throw error;
    }
  };
  const start = async (name: string) => {
    await served(() => kubeVirt(cloud.client).start(key(name)));
    const vmi = await cloud.until(`${name} runs`, VirtualMachineInstance, name, phaseIs("Running"));
    assert.ok(vmi);
    return vmi;
  };
  const printable = (status: string) => (vm: VirtualMachine | undefined) => vm?.status?.printableStatus === status;

  it("boots from an HTTP image, and says on the way what KubeVirt and CDI say", async () => {
    await cloud.client.create(VirtualMachine, testMachine("web", cloud.namespace, url));
    await cloud.until("stopped, its disk filled", VirtualMachine, "web", printable("Stopped"));
    const dataVolume = await cloud.client.get(DataVolume, key("web-root"));
    assert.equal(dataVolume.status?.phase, "Succeeded");
    assert.equal(dataVolume.status.progress, "100.0%");
    assert.equal((await cloud.client.get(PersistentVolumeClaim, key("web-root"))).status?.phase, "Bound");
    const vmi = await start("web");
    const uid = vmi.metadata.uid ?? "";
    assert.deepEqual(
      vmi.status?.phaseTransitionTimestamps?.map(({ phase }) => phase),
      ["Pending", "Scheduling", "Scheduled", "Running"],
    );
    assert.equal(vmi.status?.nodeName, "story-node");
    assert.equal(vmi.metadata.labels?.["kubevirt.io/nodeName"], "story-node");
    assert.deepEqual(
      vmi.status?.volumeStatus?.map(({ name, target }) => [name, target]),
      [["root", "vda"]],
    );
    assert.notEqual(pidOf(uid), undefined);
    const vm = await cloud.until("the VM is ready", VirtualMachine, "web", (seen) => seen?.status?.ready === true);
    assert.equal(vm?.status?.printableStatus, "Running");
    assert.equal(vm?.status?.stateChangeRequests, undefined);
  });

  it("answers as virt-api does: power, pause, reset, screenshots, and what it refuses", async () => {
    const power = kubeVirt(cloud.client);
    await assert.rejects(power.start(key("web")), /VM is already running/);
    await assert.rejects(power.stop(key("ghost")), /ghost/);
    await power.pause(key("web"));
    const paused = (vmi: VirtualMachineInstance | undefined) => vmi?.status?.conditions?.some(({ type }) => type === "Paused") === true;
    await cloud.until("paused", VirtualMachineInstance, "web", paused);
    await cloud.until("paused", VirtualMachine, "web", printable("Paused"));
    await assert.rejects(power.pause(key("web")), /VMI is already paused/);
    await power.unpause(key("web"));
    await cloud.until("running", VirtualMachineInstance, "web", (vmi) => !paused(vmi));
    await power.reset(key("web"));
  });

  it("gives the serial console as the launcher pod's log, and as a stream", async () => {
    const log = async () => consoleLog(cloud.client, key("web"), { tailLines: 5 });
    for (const deadline = Date.now() + 60_000; !(await log()).includes("tiny login:"); await sleep(200))
      assert.ok(Date.now() < deadline, "no prompt in the log");
    const stream = await guestStreams(cloud.client.connection, cloud.client).console(key("web"));
    let seen = "";
    stream.on("data", (data: Buffer) => {
      seen += data.toString();
    });
    // The guest was just reset: what is typed before it boots is lost.
    for (const deadline = Date.now() + 60_000; !seen.includes("x"); await sleep(200)) {
      assert.ok(Date.now() < deadline, `no echo in ${JSON.stringify(seen)}`);
      stream.write("x");
    }
    stream.destroy();
  });

  it("a power button ends as Succeeded and the VMI goes", async () => {
    const vmi = await cloud.client.get(VirtualMachineInstance, key("web"));
    const uid = vmi.metadata.uid ?? "";
    await kubeVirt(cloud.client).stop(key("web"));
    await cloud.until("the VMI is gone", VirtualMachineInstance, "web", (seen) => seen === undefined);
    const vm = await cloud.until(
      "stopped, without notes",
      VirtualMachine,
      "web",
      (seen) => printable("Stopped")(seen) && !seen?.status?.stateChangeRequests,
    );
    assert.equal(vm?.status?.created, undefined);
    assert.equal(pidOf(uid), undefined);
    assert.equal(existsSync(guestPaths(cloud.runDir, uid).folder), false);
  });

  it("a guest that powers itself off leaves a Succeeded VMI, a crashed one a Failed VMI; the next start replaces it", async () => {
    const off = await start("web");
    connect(guestPaths(cloud.runDir, off.metadata.uid ?? "").console).end("p");
    await cloud.until("succeeded", VirtualMachineInstance, "web", phaseIs("Succeeded"));
    await cloud.until("stopped", VirtualMachine, "web", printable("Stopped"));
    const uid = off.metadata.uid ?? "";
    await kubeVirt(cloud.client).start(key("web"));
    const next = await cloud.until(
      "the next run",
      VirtualMachineInstance,
      "web",
      (vmi) => vmi?.metadata.uid !== uid && phaseIs("Running")(vmi),
    );
    process.kill(pidOf(next?.metadata.uid ?? "") ?? -1, "SIGKILL");
    await cloud.until("failed", VirtualMachineInstance, "web", phaseIs("Failed"));
    await cloud.until("stopped", VirtualMachine, "web", printable("Stopped"));
  });

  it("a new agent finds the guest that runs", async () => {
    await cloud.client.create(VirtualMachine, testMachine("kept", cloud.namespace, url));
    const vmi = await start("kept");
    const pid = pidOf(vmi.metadata.uid ?? "");
    await stopAgent();
    assert.equal(pidOf(vmi.metadata.uid ?? ""), pid);
    stopAgent = cloud.agent();
    await served(() => kubeVirt(cloud.client).stop(key("kept")));
    await cloud.until("the VMI is gone", VirtualMachineInstance, "kept", (seen) => seen === undefined);
    assert.equal(pidOf(vmi.metadata.uid ?? ""), undefined);
  });

  it("a guest that was stopped with the whole cloud runs again, as the same VMI", async () => {
    const vmi = await start("kept");
    const uid = vmi.metadata.uid ?? "";
    await stopAgent();
    assert.ok(await endProcess(guestPaths(cloud.runDir, uid).pid));
    const stoppedGuestsFile = join(cloud.runDir, "stopped.json");
    writeFileSync(stoppedGuestsFile, JSON.stringify([uid]));
    stopAgent = cloud.agent({ stoppedGuestsFile });
    for (const deadline = Date.now() + 60_000; pidOf(uid) === undefined; await sleep(100))
      assert.ok(Date.now() < deadline, "it does not run");
    const after = await cloud.until("still running", VirtualMachineInstance, "kept", phaseIs("Running"));
    assert.equal(after?.metadata.uid, uid);
    assert.equal(existsSync(stoppedGuestsFile), false);
  });

  it("attaches and detaches a volume while the guest runs", async () => {
    const claim: PersistentVolumeClaim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { ...key("data") },
      spec: { accessModes: ["ReadWriteOnce"], storageClassName: "local", resources: { requests: { storage: "8Mi" } } },
    };
    await cloud.client.create(PersistentVolumeClaim, claim);
    const template = (await cloud.client.get(VirtualMachine, key("kept"))).spec.template.spec;
    const volumes = [...(template?.volumes ?? []), { name: "vol-1", persistentVolumeClaim: { claimName: "data", hotpluggable: true } }];
    const disks = [...(template?.domain.devices.disks ?? []), { name: "vol-1", serial: "s-1", disk: { bus: "scsi" } }];
    const patch = (change: object) => cloud.client.patch(VirtualMachine, key("kept"), { spec: { template: { spec: change } } });
    await patch({ volumes, domain: { devices: { disks } } });
    const entry = (vmi: VirtualMachineInstance | undefined) => vmi?.status?.volumeStatus?.find(({ name }) => name === "vol-1");
    const attached = await cloud.until("attached", VirtualMachineInstance, "kept", (vmi) => entry(vmi)?.phase === "Ready");
    assert.equal(entry(attached)?.target, "sda");
    await patch({ volumes: template?.volumes, domain: { devices: { disks: template?.domain.devices.disks } } });
    await cloud.until("detached", VirtualMachineInstance, "kept", (vmi) => entry(vmi) === undefined && phaseIs("Running")(vmi));
    await cloud.client.delete(PersistentVolumeClaim, key("data"));
  });

  it("a namespace that is deleted with a running guest in it goes, and so does the guest", async () => {
    const namespace = "doomed";
    await cloud.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const machine = testMachine("brief", namespace, url);
    machine.spec.runStrategy = "Always";
    await cloud.client.create(VirtualMachine, machine);
    let uid = "";
    for (const deadline = Date.now() + 60_000; pidOf(uid) === undefined; await sleep(100)) {
      assert.ok(Date.now() < deadline, "it does not run");
      const vmi = await cloud.client.get(VirtualMachineInstance, { name: "brief", namespace }).catch(() => undefined);
      uid = vmi?.metadata.uid ?? "";
    }
    await cloud.client.delete(Namespace, { name: namespace });
    await cloud.until("the namespace is gone", Namespace, namespace, (seen) => seen === undefined);
    assert.equal(pidOf(uid), undefined);
  });

  it("deletion leaves nothing: no process, no file, no volume, no pod", async () => {
    for (const name of ["web", "kept"]) await cloud.client.delete(VirtualMachine, key(name));
    for (const name of ["web", "kept"]) await cloud.until("the VM is gone", VirtualMachine, name, (seen) => seen === undefined);
    for (const name of ["web-root", "kept-root"])
      await cloud.until("the claim is gone", PersistentVolumeClaim, name, (seen) => seen === undefined);
    const left = async () => ({
      pods: (await cloud.client.list(Pod)).length,
      volumes: (await cloud.client.list(PersistentVolume)).length,
      files: readdirSync(join(cloud.disksDir, "data")).length,
      guests: readdirSync(join(cloud.runDir, "guests")).length,
    });
    for (const deadline = Date.now() + 30_000; Date.now() < deadline && Object.values(await left()).some((count) => count > 0); )
      await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(await left(), { pods: 0, volumes: 0, files: 0, guests: 0 });
  });
});
