// A real Linux guest with a NIC in a real OVS: it boots, takes disks and NICs and lets them go, feels the power button.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createReadStream, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { VirtualMachine, VirtualMachineInstance } from "../../clients/kubevirt/kinds.ts";
import { NetworkAttachmentDefinition } from "../../clients/multus/kinds.ts";
import { VolumeSnapshot, VolumeSnapshotClass } from "../../clients/snapshot/kinds.ts";
import { cacheDirectory } from "../../hack/engines.ts";
import { PersistentVolumeClaim } from "../../operator/kube/core-kinds.ts";
import { buildGuestImage } from "../guest-image/build.ts";
import { guestPaths } from "./guest/guest-paths.ts";
import { driverName } from "./storage/driver.ts";
import { phaseIs, startTestCloud, type TestCloud, testMachine } from "./testing/cloud.ts";
import { startTestSwitch, type TestSwitch } from "./testing/switch.ts";

const ports = ["3f2b8a10-1111-4222-8333-444455556666", "4f2b8a10-1111-4222-8333-444455556666"];
const macs = ["fa:16:3e:00:00:01", "fa:16:3e:00:00:02"];

describe("node agent with a Linux guest (story)", function () {
  this.timeout(300_000);
  let cloud: TestCloud;
  let ovs: TestSwitch;
  let images: Server;

  before(async () => {
    const image = await buildGuestImage({ cacheDirectory, say: () => undefined });
    ovs = await startTestSwitch();
    cloud = await startTestCloud();
    images = createServer((_request, response) => createReadStream(image).pipe(response)).listen(0, "127.0.0.1");
    await once(images, "listening");
    cloud.agent({ netns: ovs.netns, confDatabase: ovs.database });
    const { client, namespace } = cloud;
    for (const [index, port] of ports.entries()) {
      const config = { type: "ovs", bridge: "br-int", mtu: 1442, args: { cni: { ovnPort: port, mac: macs[index] } } };
      await client.create(NetworkAttachmentDefinition, {
        apiVersion: "k8s.cni.cncf.io/v1",
        kind: "NetworkAttachmentDefinition",
        metadata: { name: `port-${port}`, namespace },
        spec: { config: JSON.stringify(config) },
      });
    }
    await client.create(VolumeSnapshotClass, {
      ...{ apiVersion: "snapshot.storage.k8s.io/v1", kind: "VolumeSnapshotClass", metadata: { name: "local" } },
      ...{ driver: driverName, deletionPolicy: "Delete" },
    });
  });
  after(async () => {
    images?.close();
    images?.closeAllConnections();
    await cloud?.end();
    await ovs?.stop();
  });

  const key = (name: string) => ({ name, namespace: cloud.namespace });
  const nic = (index: number) => ({ name: `p-${ports[index]}`, bridge: {}, macAddress: macs[index] ?? "" });
  const network = (index: number) => ({ name: `p-${ports[index]}`, multus: { networkName: `port-${ports[index]}` } });
  const serial = (uid: string) => readFileSync(guestPaths(cloud.runDir, uid).serialLog, "latin1");
  const change = (spec: object) => cloud.client.patch(VirtualMachine, key("linux"), { spec: { template: { spec } } });
  const running = (what: string, check: (vmi: VirtualMachineInstance) => boolean) =>
    cloud.until(what, VirtualMachineInstance, "linux", (vmi) => vmi !== undefined && phaseIs("Running")(vmi) && check(vmi), 120_000);
  const nics = (vmi: VirtualMachineInstance) => vmi.status?.interfaces?.map(({ mac }) => mac) ?? [];

  it("boots to a login with its NIC bound to the logical port", async () => {
    const url = `http://127.0.0.1:${(images.address() as AddressInfo).port}/guest.qcow2`;
    const machine = testMachine("linux", cloud.namespace, url, { rootSize: "1Gi", memory: "128Mi" });
    const spec = machine.spec.template.spec;
    assert.ok(spec);
    spec.domain.devices.interfaces = [nic(0)];
    spec.networks = [network(0)];
    machine.spec.runStrategy = "Always";
    await cloud.client.create(VirtualMachine, machine);
    const vmi = await running("runs", (seen) => nics(seen).length === 1);
    assert.deepEqual(nics(vmi as VirtualMachineInstance), [macs[0]]);
    assert.match(
      await ovs.vsctl("--bare", "--columns=external_ids", "find", "Interface", "name=tap3f2b8a10-11"),
      new RegExp(`iface-id=${ports[0]}`),
    );
    for (const deadline = Date.now() + 120_000; !serial(vmi?.metadata.uid ?? "").includes("login:"); await sleep(500))
      assert.ok(Date.now() < deadline, "no login prompt");
  });

  it("takes a disk and a NIC, and lets them go", async () => {
    const before = (await cloud.client.get(VirtualMachine, key("linux"))).spec.template.spec;
    await cloud.client.create(PersistentVolumeClaim, {
      ...{ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: key("data") },
      spec: { accessModes: ["ReadWriteOnce"], storageClassName: "local", resources: { requests: { storage: "64Mi" } } },
    });
    const disks = [...(before?.domain.devices.disks ?? []), { name: "vol-1", serial: ports[0], disk: { bus: "scsi" } }];
    const volumes = [...(before?.volumes ?? []), { name: "vol-1", persistentVolumeClaim: { claimName: "data", hotpluggable: true } }];
    await change({ volumes, networks: [network(0), network(1)], domain: { devices: { disks, interfaces: [nic(0), nic(1)] } } });
    const hasDisk = (vmi: VirtualMachineInstance) =>
      vmi.status?.volumeStatus?.some(({ name, phase }) => name === "vol-1" && phase === "Ready") === true;
    await running("has both", (vmi) => hasDisk(vmi) && nics(vmi).length === 2);
    assert.equal((await ovs.taps()).length, 2);
    await change({
      volumes: before?.volumes,
      domain: { devices: { disks: before?.domain.devices.disks, interfaces: [nic(0), { ...nic(1), state: "absent" }] } },
    });
    const listed = (vmi: VirtualMachineInstance) => vmi.status?.volumeStatus?.some(({ name }) => name === "vol-1") === true;
    await running("has neither", (vmi) => !listed(vmi) && nics(vmi).length === 1);
    await cloud.until(
      "the template lost the NIC",
      VirtualMachine,
      "linux",
      (vm) => vm?.spec.template.spec?.domain.devices.interfaces?.length === 1,
    );
    assert.equal((await ovs.taps()).length, 1);
  });

  it("snapshots the root of the running guest, and a claim restores it; the disk grows while in use", async () => {
    await cloud.client.create(VolumeSnapshot, {
      ...{ apiVersion: "snapshot.storage.k8s.io/v1", kind: "VolumeSnapshot", metadata: key("snap") },
      spec: { volumeSnapshotClassName: "local", source: { persistentVolumeClaimName: "linux-root" } },
    });
    const snapshot = await cloud.until("ready", VolumeSnapshot, "snap", (seen) => seen?.status?.readyToUse === true);
    assert.equal(snapshot?.status?.restoreSize, "1Gi");
    await cloud.client.create(PersistentVolumeClaim, {
      ...{ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: key("restored") },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: "local",
        resources: { requests: { storage: "2Gi" } },
        dataSource: { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "snap" },
      },
    });
    await cloud.until("restored", PersistentVolumeClaim, "restored", (claim) => claim?.status?.phase === "Bound");
    await cloud.client.patch(PersistentVolumeClaim, key("linux-root"), { spec: { resources: { requests: { storage: "2Gi" } } } });
    await cloud.until("grown", PersistentVolumeClaim, "linux-root", (claim) => claim?.status?.capacity?.storage === "2Gi");
  });

  it("shuts down at the power button; no port and no tap is left", async () => {
    const started = Date.now();
    await cloud.client.delete(VirtualMachine, key("linux"));
    await cloud.until("gone", VirtualMachine, "linux", (vm) => vm === undefined);
    assert.ok(Date.now() - started < 28_000, "it had to be killed");
    assert.deepEqual(await ovs.taps(), []);
    assert.equal((await ovs.vsctl("list-ports", "br-int")).trim(), "");
  });
});
