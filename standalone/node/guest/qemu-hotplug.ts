// Devices that come and go while a guest runs, over QMP. Every step may be repeated: the agent can die between any two.
import { setTimeout as sleep } from "node:timers/promises";
import type { QmpClient } from "../../../clients/qmp/client.ts";
import type { PciDevice } from "../../../clients/qmp/commands.ts";
import { QmpError } from "../../../clients/qmp/errors.ts";
import { KumulusError } from "../../../domain/errors.ts";
import type { GuestDisk, GuestNic } from "./guest-spec.ts";
import { blockNode, diskDevice, diskId, netdev, netdevId, nicDevice, nicId, nodeName } from "./qemu-devices.ts";

/** How long one call waits for DEVICE_DELETED; a booted guest needs 0.2 s, one that has not booted never answers. */
const patienceMs = 1_500;

type Monitor = Pick<QmpClient, "execute">;

/** QEMU's word for what is not there, or already there, is a GenericError with a sentence. */
const isAbout = (error: unknown, words: RegExp) =>
  error instanceof QmpError && (error.kind === "DeviceNotFound" || words.test(error.message));

async function ignoring(words: RegExp, work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!isAbout(error, words)) throw error;
  });
}

async function pciDevices(qmp: Monitor): Promise<PciDevice[]> {
  return (await qmp.execute("query-pci")).flatMap(({ devices }) => devices);
}

/** An empty PCIe root port. Rejects with Unavailable when every port holds a device. */
export async function freePort(qmp: Monitor): Promise<string> {
  const free = (await pciDevices(qmp)).find(({ qdev_id, pci_bridge }) => /^rp\d+$/.test(qdev_id) && !pci_bridge?.devices?.length);
  if (!free) throw new KumulusError("Unavailable", "the guest has no free PCIe slot left");
  return free.qdev_id;
}

async function hasDevice(qmp: Monitor, id: string): Promise<boolean> {
  const within = (devices: PciDevice[]): boolean =>
    devices.some(({ qdev_id, pci_bridge }) => qdev_id === id || within(pci_bridge?.devices ?? []));
  if (within(await pciDevices(qmp))) return true;
  return (await qmp.execute("query-block")).some(({ qdev }) => qdev === id || qdev?.split("/").includes(id));
}

/** device_del until the guest lets go, for a short while. A command given before the guest has booted is lost, so it is given again. */
async function removeDevice(qmp: Monitor, id: string): Promise<boolean> {
  await ignoring(/not found|already in the process of unplug/, qmp.execute("device_del", { id }));
  for (const deadline = performance.now() + patienceMs; performance.now() < deadline; await sleep(100))
    if (!(await hasDevice(qmp, id))) return true;
  return false;
}

export async function plugDisk(qmp: Monitor, disk: GuestDisk): Promise<void> {
  if (await hasDevice(qmp, diskId(disk.name))) return;
  await ignoring(/[Dd]uplicate/, qmp.execute("blockdev-add", blockNode(disk)));
  const bus = disk.bus === "virtio" && !disk.cdrom ? await freePort(qmp) : undefined;
  await ignoring(/[Dd]uplicate/, qmp.execute("device_add", diskDevice({ ...disk, hotplug: true }, bus)));
}

export async function unplugDisk(qmp: Monitor, name: string): Promise<boolean> {
  if (!(await removeDevice(qmp, diskId(name)))) return false;
  await ignoring(/[Ff]ailed to find|[Cc]annot find/, qmp.execute("blockdev-del", { "node-name": nodeName(name) }));
  return true;
}

export async function plugNic(qmp: Monitor, nic: GuestNic): Promise<void> {
  if (await hasDevice(qmp, nicId(nic.name))) return;
  await ignoring(/[Dd]uplicate/, qmp.execute("netdev_add", netdev(nic)));
  await ignoring(/[Dd]uplicate/, qmp.execute("device_add", nicDevice(nic, await freePort(qmp))));
}

export async function unplugNic(qmp: Monitor, name: string): Promise<boolean> {
  if (!(await removeDevice(qmp, nicId(name)))) return false;
  await ignoring(/not found/, qmp.execute("netdev_del", { id: netdevId(name) }));
  return true;
}

/** Copies a disk as it is now: a backup job into a second node, which is closed at the end. */
export async function backupDisk(qmp: Monitor, name: string, target: string): Promise<void> {
  const job = `b-${nodeName(name)}-${Date.now().toString(36)}`;
  const node = job.slice(0, 31);
  await qmp.execute("blockdev-add", { "node-name": node, driver: "qcow2", file: { driver: "file", filename: target } });
  try {
    await qmp.execute("blockdev-backup", { "job-id": job, device: nodeName(name), target: node, sync: "full", "auto-dismiss": false });
    for (;;) {
      const found = (await qmp.execute("query-jobs")).find(({ id }) => id === job);
      if (!found || found.status === "concluded") {
        if (found) await qmp.execute("job-dismiss", { id: job });
        if (found?.error) throw new KumulusError("Unavailable", `copying ${name} failed: ${found.error}`);
        return;
      }
      await sleep(100);
    }
  } finally {
    await qmp.execute("blockdev-del", { "node-name": node }).catch(() => undefined);
  }
}
