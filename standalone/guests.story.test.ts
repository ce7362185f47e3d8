// `make down` and real guests: the power button first, a signal for one that does not react. Needs QEMU and the guest image.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDirectory } from "../hack/engines.ts";
import { buildGuestImage } from "./guest-image/build.ts";
import { runningGuests, stopGuests } from "./guests.ts";
import { instanceConfig } from "./instance/config.ts";
import { run } from "./run.ts";

describe("guests at `make down`", function () {
  this.timeout(120_000);
  const dir = mkdtempSync(join(tmpdir(), "kumulus-guests-"));
  const config = {
    ...instanceConfig({ name: "g", root: dir, hypervisor: "qemu", external: "none", portBase: 19000 }),
    guestsDir: join(dir, "guests"),
  };
  after(async () => {
    await stopGuests(config, 0);
    rmSync(dir, { recursive: true });
  });

  /** A guest as the node agent starts one; without a disk it never gets past the firmware. */
  function boot(uid: string, disk?: string): string {
    const folder = join(config.guestsDir, uid);
    mkdirSync(folder, { recursive: true });
    const drive = disk ? ["-drive", `file=${disk},if=virtio,snapshot=on`] : [];
    const log = join(folder, "serial.log");
    const qmp = `unix:${join(folder, "qmp.sock")},server=on,wait=off`;
    const common = [
      "-name",
      `guest=${uid}`,
      "-daemonize",
      "-nodefaults",
      "-no-shutdown",
      "-display",
      "none",
      "-machine",
      "q35",
      "-m",
      "128M",
    ];
    run("qemu-system-x86_64", [
      ...common,
      "-accel",
      "tcg,tb-size=32",
      "-pidfile",
      join(folder, "qemu.pid"),
      "-qmp",
      qmp,
      "-serial",
      `file:${log}`,
      ...drive,
    ]);
    return log;
  }

  it("lists them with name and pid", () => {
    boot("hung");
    assert.deepEqual(
      runningGuests(config).map(({ uid, name }) => [uid, name]),
      [["hung", "hung"]],
    );
  });

  it("ends one that does not react, and remembers that it ran", async () => {
    await stopGuests(config, 300);
    assert.deepEqual(runningGuests(config), []);
    assert.deepEqual(JSON.parse(readFileSync(config.stoppedGuestsFile, "utf8")), ["hung"]);
  });

  it("lets one that reacts shut itself down", async () => {
    const log = boot("good", await buildGuestImage({ cacheDirectory, say: () => undefined }));
    for (let tries = 0; !(existsSync(log) && readFileSync(log, "utf8").includes("login:")); tries++) {
      assert.ok(tries < 600, `no login prompt in 60 s:\n${existsSync(log) ? readFileSync(log, "utf8") : ""}`);
      await sleep(100);
    }
    await stopGuests(config, 30_000);
    assert.match(readFileSync(log, "utf8"), /Power down|power off|Powering off/i);
    assert.deepEqual(JSON.parse(readFileSync(config.stoppedGuestsFile, "utf8")), ["good"]);
  });
});
