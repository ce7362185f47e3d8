// Real QEMU processes with a guest of one boot sector: power, crash, adoption, hot-plug.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../../clients/programs/run.ts";
import { createLog } from "../../../operator/log.ts";
import { writeTinyDisk } from "../testing/tiny-guest.ts";
import { guestPaths } from "./guest-paths.ts";
import type { GuestDisk, GuestSpec } from "./guest-spec.ts";
import type { Hypervisor } from "./hypervisor.ts";
import { runsGuest } from "./kvm-test.ts";
import { livePid } from "./process.ts";
import { qemuHypervisor } from "./qemu-hypervisor.ts";
import { readSerialLog } from "./serial-log.ts";

describe("QEMU hypervisor (story)", function () {
  this.timeout(120_000);
  let runDir = "";
  let hypervisor: Hypervisor;
  const made: Hypervisor[] = [];
  const log = createLog({ name: "test", level: "warn" });

  const open = async () => {
    const next = qemuHypervisor({ runDir, accelerator: "tcg", log });
    made.push(next);
    await next.adopt(new Set());
    return next;
  };
  const disk = (name: string, change: Partial<GuestDisk> = {}): GuestDisk => ({
    ...{
      name,
      path: join(runDir, `${name}.img`),
      format: "raw",
      bus: "virtio",
      cdrom: false,
      readOnly: false,
      hotplug: false,
      target: "vda",
    },
    ...change,
  });
  const guest = (uid: string = randomUUID()): GuestSpec => ({
    ...{
      uid,
      namespace: "test",
      name: "tiny",
      uuid: randomUUID(),
      sockets: 1,
      cores: 1,
      threads: 1,
      memoryBytes: 32 * 2 ** 20,
    },
    ...{ disks: [disk("root", { bootIndex: 1, path: join(runDir, `${uid}.img`) })], nics: [], startPaused: false, graphics: false },
  });
  const until = async (what: string, check: () => boolean | Promise<boolean>) => {
    for (const deadline = Date.now() + 60_000; !(await check()); await sleep(50))
      if (Date.now() > deadline) throw new Error(`not in 60 s: ${what}`);
  };
  const prompts = async (uid: string) => (await readSerialLog(guestPaths(runDir, uid).serialLog)).toString().split("login: ").length - 1;
  const started = async () => {
    const spec = guest();
    writeTinyDisk(join(runDir, `${spec.uid}.img`));
    await hypervisor.start(spec);
    await until("the login prompt", async () => (await prompts(spec.uid)) > 0);
    return spec;
  };
  const phase = (uid: string) => hypervisor.get(uid)?.phase;

  beforeEach(async () => {
    runDir = mkdtempSync("/tmp/kumulus-guest-");
    writeTinyDisk(join(runDir, "data.img"));
    hypervisor = await open();
  });
  afterEach(async () => {
    for (const { spec } of hypervisor.list()) await hypervisor.kill(spec.uid);
    for (const one of made.splice(0)) one.close();
    rmSync(runDir, { recursive: true, force: true });
  });

  it("TCG runs the program that tests an accelerator", async () => assert.equal(await runsGuest("tcg", 20_000), true));

  it("a guest that powers itself off has shut down", async () => {
    const { uid } = await started();
    await until("booted", () => hypervisor.get(uid)?.booted === true);
    assert.equal(phase(uid), "running");
    connect(guestPaths(runDir, uid).console).end("p");
    await until("its end", () => phase(uid) === "ended");
    assert.equal(hypervisor.get(uid)?.end, "shutdown");
    assert.equal(livePid(guestPaths(runDir, uid).pid), undefined);
  });

  it("feels the power button, the reset button, pause, and the reboot that is a shutdown and a start", async () => {
    const { uid } = await started();
    await hypervisor.reset(uid);
    await until("the second prompt", async () => (await prompts(uid)) === 2);
    await hypervisor.pause(uid);
    assert.equal(phase(uid), "paused");
    await hypervisor.resume(uid);
    assert.equal(phase(uid), "running");
    await hypervisor.reboot(uid);
    await until("the third prompt", async () => (await prompts(uid)) === 3);
    assert.equal(phase(uid), "running");
    await hypervisor.powerDown(uid);
    await until("its end", () => phase(uid) === "ended");
    assert.equal(hypervisor.get(uid)?.end, "shutdown");
    hypervisor.forget(uid);
    assert.deepEqual(readdirSync(join(runDir, "guests")), []);
  });

  it("a killed process has crashed, one that we kill was killed", async () => {
    const one = await started();
    process.kill(livePid(guestPaths(runDir, one.uid).pid) ?? -1, "SIGKILL");
    await until("its end", () => phase(one.uid) === "ended");
    assert.equal(hypervisor.get(one.uid)?.end, "crashed");
    const two = await started();
    await hypervisor.kill(two.uid);
    assert.equal(hypervisor.get(two.uid)?.end, "killed");
  });

  it("a new agent takes over what runs and learns what happened meanwhile", async () => {
    const [runs, shutDown, crashed] = [await started(), await started(), await started()];
    hypervisor.close();
    connect(guestPaths(runDir, shutDown.uid).console).end("p");
    process.kill(livePid(guestPaths(runDir, crashed.uid).pid) ?? -1, "SIGKILL");
    await sleep(500);
    hypervisor = await open();
    assert.deepEqual(
      await Promise.all(
        [runs, shutDown, crashed].map(async ({ uid }) => {
          await until("a state", () => phase(uid) !== "starting");
          if (uid === shutDown.uid) await until("its end", () => phase(uid) === "ended");
          return hypervisor.get(uid)?.end ?? phase(uid);
        }),
      ),
      ["running", "shutdown", "crashed"],
    );
    await hypervisor.start(runs);
    assert.equal(hypervisor.list().length, 3);
  });

  it("QEMU's own words are in the error of a guest that cannot start", async () => {
    await assert.rejects(hypervisor.start(guest()), /QEMU: .*No such file or directory/);
    assert.deepEqual(readdirSync(join(runDir, "guests")), []);
  });

  it("disks come and go, over SCSI and over PCIe; what the guest ignores stays pending", async () => {
    const { uid } = await started();
    await hypervisor.addDisk(
      uid,
      disk("data", { bus: "scsi", serial: "0f3a9c1e-0000-4000-8000-123456789abc", hotplug: true, target: "sda" }),
    );
    await hypervisor.addDisk(uid, disk("data", { bus: "scsi", hotplug: true, target: "sda" }));
    assert.deepEqual(
      hypervisor.get(uid)?.spec.disks.map(({ name }) => name),
      ["root", "data"],
    );
    assert.equal(await hypervisor.removeDisk(uid, "data"), true);
    await hypervisor.addDisk(uid, disk("data", { hotplug: true, target: "vdb" }));
    assert.equal(await hypervisor.removeDisk(uid, "data"), false);
    await run("qemu-img", ["create", "-q", "-f", "qcow2", join(runDir, "copy.qcow2"), String(2 ** 20)]);
    await hypervisor.copyDisk(uid, "root", join(runDir, "copy.qcow2"));
    assert.match(await run("qemu-img", ["compare", "-U", join(runDir, "copy.qcow2"), join(runDir, `${uid}.img`)]), /identical/);
  });
});
