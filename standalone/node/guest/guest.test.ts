// Command lines, the start queue and the serial log.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cutLog } from "../server/kubelet.ts";
import { guestPaths } from "./guest-paths.ts";
import type { GuestSpec } from "./guest-spec.ts";
import { qemuArguments } from "./qemu-arguments.ts";
import { nodeName } from "./qemu-devices.ts";
import { lastLines, limitSerialLog, readSerialLog } from "./serial-log.ts";
import { startQueue } from "./start-queue.ts";

const uid = "9708ad64-cffe-48f8-89c2-2107d017ff3b";
const serial = "0f3a9c1e-0000-4000-8000-123456789abc";
const disk = { format: "qcow2", cdrom: false, readOnly: false, hotplug: false } as const;
const spec: GuestSpec = {
  ...{
    uid,
    namespace: "demo",
    name: "web",
    uuid: uid,
    sockets: 1,
    cores: 2,
    threads: 1,
    memoryBytes: 128 * 2 ** 20,
    startPaused: false,
    graphics: true,
  },
  disks: [
    { ...disk, name: "root", path: "/d/root", bus: "virtio", serial, bootIndex: 1, target: "vda" },
    { ...disk, name: `vol-${serial}`, path: "/d/vol", bus: "scsi", serial, hotplug: true, target: "sda" },
  ],
  nics: [{ name: "p-1", port: "1", tap: "tap1", mac: "fa:16:3e:00:00:01", mtu: 1442, model: "virtio-net-pci", linkUp: true }],
};

describe("qemuArguments", () => {
  const paths = guestPaths("/run/kumulus/default", uid);
  const argv = qemuArguments(spec, paths, "tcg");
  const json = (flag: string) =>
    argv.flatMap((value, index) => (argv[index - 1] === flag && value.startsWith("{") ? [JSON.parse(value)] : []));

  it("turns off what hangs TCP, and the option ROM that slows the boot", () => {
    assert.equal(json("-netdev")[0].vnet_hdr, false);
    const nic = json("-device").find(({ driver }) => driver === "virtio-net-pci");
    assert.deepEqual([nic.romfile, nic.mac, nic.bus], ["", "fa:16:3e:00:00:01", "rp0"]);
  });
  it("cuts a virtio serial to 20 bytes and gives SCSI the whole", () => {
    const [root, volume] = json("-device").filter(({ drive }) => drive);
    assert.equal(root.serial, serial.slice(0, 20));
    assert.deepEqual([volume.serial, volume.device_id], [serial, serial]);
  });
  it("keeps node names within QEMU's 31 bytes and sockets within 107", () => {
    assert.ok(nodeName(`vol-${serial}`).length <= 31);
    for (const path of [paths.qmp, paths.console, paths.vnc]) assert.ok(path.length <= 107);
  });
  it("has 16 root ports to spare, and stays small under TCG", () => {
    assert.equal(argv.filter((value) => value.startsWith("pcie-root-port")).length, 17);
    assert.ok(argv.includes("tcg,thread=multi,tb-size=32") && argv.includes("-no-shutdown"));
    assert.ok(qemuArguments(spec, paths, "kvm").includes("host"));
  });
});

describe("startQueue", () => {
  it("lets as many start as there are slots, and the next in order", () => {
    const turns: string[] = [];
    const queue = startQueue(2, (next) => turns.push(next));
    assert.deepEqual(
      ["a", "b", "c", "d"].map((name) => queue.enter(name)),
      [true, true, false, false],
    );
    queue.leave("a");
    assert.deepEqual(turns, ["c"]);
    assert.equal(queue.enter("d"), false);
    assert.equal(queue.enter("c"), true);
    queue.leave("d");
    queue.leave("b");
    assert.deepEqual([queue.starting, queue.waiting], [1, 0]);
  });
});

describe("serial log", () => {
  it("is cut when it is too long, and read whole", async () => {
    const folder = mkdtempSync("/tmp/kumulus-serial-");
    const path = join(folder, "serial.log");
    writeFileSync(path, "old\n");
    await limitSerialLog(path, 3);
    assert.equal(readFileSync(path, "utf8"), "");
    writeFileSync(path, "new\n", { flag: "a" });
    assert.equal(String(await readSerialLog(path)), "old\nnew\n");
    rmSync(folder, { recursive: true });
  });
  it("gives the last lines as a kubelet does", () => {
    const text = Buffer.from("a\nb\nc\nprompt");
    assert.equal(String(lastLines(text, 2)), "c\nprompt");
    assert.equal(String(lastLines(Buffer.from("a\nb\n"), 1)), "b\n");
    assert.equal(String(lastLines(text, 9)), String(text));
    assert.equal(String(cutLog(text, { tailLines: 2, limitBytes: 3 })), "c\np");
  });
});
