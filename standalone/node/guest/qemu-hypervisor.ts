// Guests as QEMU processes, one each, that outlive the agent.

import { existsSync, mkdirSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../../clients/programs/run.ts";
import { KumulusError } from "../../../domain/errors.ts";
import type { Log } from "../../../operator/contract.ts";
import { awaitBoot } from "./boot-watch.ts";
import { type GuestsGroup, moveToGroup } from "./cgroup.ts";
import { type GuestRecord, type GuestRecords, guestRecords } from "./guest-records.ts";
import type { GuestDisk, GuestNic, GuestSpec, GuestState } from "./guest-spec.ts";
import type { Hypervisor } from "./hypervisor.ts";
import { livePid } from "./process.ts";
import { type Accelerator, qemuArguments } from "./qemu-arguments.ts";
import { nicId, nodeName } from "./qemu-devices.ts";
import { QemuGuest } from "./qemu-guest.ts";
import { backupDisk, plugDisk, plugNic, unplugDisk, unplugNic } from "./qemu-hotplug.ts";
import { limitSerialLog } from "./serial-log.ts";

export interface QemuOptions {
  runDir: string;
  /** Network namespace that holds the taps; QEMU runs in the agent's own when undefined. */
  netns?: string;
  accelerator: Accelerator;
  /** Guests stay in the agent's own group when undefined. */
  group?: GuestsGroup;
  log: Log;
}

const startTimeoutMs = 60_000;
const readyTimeoutMs = 60_000;
const serialCheckMs = 10_000;
/** A guest that shows no login prompt is taken for booted after this time. */
const bootTimeMs: Record<Accelerator, number> = { tcg: 20_000, kvm: 5_000 };

class QemuHypervisor implements Hypervisor {
  readonly kind = "qemu";
  readonly #options: QemuOptions;
  readonly #records: GuestRecords;
  readonly #guests = new Map<string, QemuGuest>();
  readonly #listeners: ((uid: string) => void)[] = [];
  readonly #stop = new AbortController();

  constructor(options: QemuOptions) {
    this.#options = options;
    this.#records = guestRecords(options.runDir);
  }

  async adopt(forgotten: ReadonlySet<string>): Promise<void> {
    const found = this.#records.load().filter((record) => {
      const known = (record.started || record.end !== undefined) && !forgotten.has(record.spec.uid);
      const keep = known || livePid(this.#records.paths(record.spec.uid).pid) !== undefined;
      if (!keep) this.#records.remove(record.spec.uid);
      return keep;
    });
    const guests = found.map((record) => this.#track(record));
    await Promise.all(guests.map((guest) => guest.qmp.ready(5_000).catch(() => undefined)));
    for (const guest of guests) {
      this.#options.log.info({ guest: guest.record.spec.name, uid: guest.record.spec.uid, phase: guest.state.phase }, "guest adopted");
      guest.markBooted();
    }
    void this.#limitLogs();
  }

  get(uid: string): GuestState | undefined {
    return this.#guests.get(uid)?.state;
  }

  list(): readonly GuestState[] {
    return [...this.#guests.values()].map(({ state }) => state);
  }

  async start(spec: GuestSpec): Promise<void> {
    if (this.#guests.has(spec.uid)) return;
    const paths = this.#records.paths(spec.uid);
    const record: GuestRecord = { spec };
    this.#records.save(record);
    if (livePid(paths.pid) === undefined) await this.#launch(spec);
    record.started = true;
    this.#records.save(record);
    const guest = this.#track(record);
    await guest.qmp.ready(readyTimeoutMs);
    await guest.refresh();
    void awaitBoot(paths.serialLog, bootTimeMs[this.#options.accelerator], this.#stop.signal).then(() => guest.markBooted());
  }

  async powerDown(uid: string): Promise<void> {
    await this.#running(uid).qmp.execute("system_powerdown");
  }

  async kill(uid: string): Promise<void> {
    await this.#guests.get(uid)?.end("killed");
  }

  async reset(uid: string): Promise<void> {
    await this.#running(uid).qmp.execute("system_reset");
  }

  async reboot(uid: string): Promise<void> {
    const guest = this.#running(uid);
    guest.expectReboot();
    await guest.qmp.execute("system_powerdown");
  }

  async pause(uid: string): Promise<void> {
    await this.#running(uid).qmp.execute("stop");
    await this.#running(uid).refresh();
  }

  async resume(uid: string): Promise<void> {
    await this.#running(uid).qmp.execute("cont");
    await this.#running(uid).refresh();
  }

  async addDisk(uid: string, disk: GuestDisk): Promise<void> {
    const guest = this.#running(uid);
    await plugDisk(guest.qmp, disk);
    guest.record.spec.disks = [...guest.record.spec.disks.filter(({ name }) => name !== disk.name), disk];
    guest.saveSpec();
  }

  async removeDisk(uid: string, name: string): Promise<boolean> {
    const guest = this.#running(uid);
    if (!(await unplugDisk(guest.qmp, name))) return false;
    guest.record.spec.disks = guest.record.spec.disks.filter((disk) => disk.name !== name);
    guest.saveSpec();
    return true;
  }

  async addNic(uid: string, nic: GuestNic): Promise<void> {
    const guest = this.#running(uid);
    await plugNic(guest.qmp, nic);
    guest.record.spec.nics = [...guest.record.spec.nics.filter(({ name }) => name !== nic.name), nic];
    guest.saveSpec();
  }

  async removeNic(uid: string, name: string): Promise<boolean> {
    const guest = this.#running(uid);
    if (!(await unplugNic(guest.qmp, name))) return false;
    guest.record.spec.nics = guest.record.spec.nics.filter((nic) => nic.name !== name);
    guest.saveSpec();
    return true;
  }

  async setLink(uid: string, name: string, up: boolean): Promise<void> {
    const guest = this.#running(uid);
    await guest.qmp.execute("set_link", { name: nicId(name), up });
    guest.record.spec.nics = guest.record.spec.nics.map((nic) => (nic.name === name ? { ...nic, linkUp: up } : nic));
    guest.saveSpec();
  }

  copyDisk(uid: string, name: string, target: string): Promise<void> {
    return backupDisk(this.#running(uid).qmp, name, target);
  }

  async resizeDisk(uid: string, name: string, bytes: number): Promise<void> {
    await this.#running(uid).qmp.execute("block_resize", { "node-name": nodeName(name), size: bytes });
  }

  async screenshot(uid: string): Promise<Buffer> {
    const guest = this.#running(uid);
    const filename = join(guest.paths.folder, "screen.png");
    await guest.qmp.execute("screendump", { filename, format: "png" });
    try {
      return await readFile(filename);
    } finally {
      await rm(filename, { force: true });
    }
  }

  forget(uid: string): void {
    this.#guests.get(uid)?.qmp.close();
    this.#guests.delete(uid);
    this.#records.remove(uid);
  }

  onChange(listener: (uid: string) => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.#stop.abort();
    for (const guest of this.#guests.values()) guest.qmp.close();
  }

  #running(uid: string): QemuGuest {
    const guest = this.#guests.get(uid);
    if (!guest || guest.state.phase === "ended") throw new KumulusError("NotFound", "the guest does not run");
    return guest;
  }

  #track(record: GuestRecord): QemuGuest {
    const { uid, namespace, name } = record.spec;
    const guest = new QemuGuest({
      paths: this.#records.paths(uid),
      record,
      save: (changed) => this.#records.save(changed),
      changed: () => {
        for (const listener of this.#listeners) listener(uid);
      },
      log: this.#options.log.child({ guest: `${namespace}/${name}`, uid }),
    });
    this.#guests.set(uid, guest);
    return guest;
  }

  async #launch(spec: GuestSpec): Promise<void> {
    const paths = this.#records.paths(spec.uid);
    mkdirSync(paths.folder, { recursive: true, mode: 0o700 });
    for (const stale of [paths.qmp, paths.console, paths.vnc, paths.pid]) await rm(stale, { force: true });
    const argv = ["qemu-system-x86_64", ...qemuArguments(spec, paths, this.#options.accelerator)];
    const [program, ...rest] = this.#options.netns ? ["nsenter", `--net=/run/netns/${this.#options.netns}`, "--", ...argv] : argv;
    try {
      await run(program ?? "", rest, { timeoutMs: startTimeoutMs });
    } catch (error) {
      if (livePid(paths.pid) !== undefined) return;
      // With -D QEMU says why in its log, not on stderr.
      const words = (await readFile(paths.qemuLog, "utf8").catch(() => "")).trim();
      this.#records.remove(spec.uid);
      throw words ? new KumulusError("Unavailable", `QEMU: ${words.slice(-500)}`, { cause: error }) : error;
    }
    const pid = livePid(paths.pid);
    if (!existsSync(paths.pid)) throw new KumulusError("Unavailable", "QEMU left no pid file");
    if (pid !== undefined && this.#options.group) moveToGroup(pid, this.#options.group);
  }

  async #limitLogs(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      for (const guest of this.#guests.values())
        await limitSerialLog(guest.paths.serialLog).catch((error: unknown) =>
          this.#options.log.warn({ error: String(error), guest: guest.record.spec.name }, "could not cut a serial log"),
        );
      await sleep(serialCheckMs, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
    }
  }
}

export function qemuHypervisor(options: QemuOptions): Hypervisor {
  return new QemuHypervisor(options);
}
