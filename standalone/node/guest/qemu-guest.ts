// One QEMU guest: its process, its monitor, and what they say about its state.

import { createQmpClient, type QmpClient } from "../../../clients/qmp/client.ts";
import type { QmpEvent, RunState } from "../../../clients/qmp/commands.ts";
import type { Log } from "../../../operator/contract.ts";
import type { GuestPaths } from "./guest-paths.ts";
import type { GuestRecord } from "./guest-records.ts";
import type { GuestEnd, GuestState } from "./guest-spec.ts";
import { awaitEnd, endProcess, livePid } from "./process.ts";

export interface GuestDeps {
  paths: GuestPaths;
  record: GuestRecord;
  save(record: GuestRecord): void;
  changed(): void;
  log: Log;
}

const monitorTimeoutMs = 60_000;
const quitPatienceMs = 5_000;

export class QemuGuest {
  readonly paths: GuestPaths;
  readonly record: GuestRecord;
  readonly qmp: QmpClient;
  readonly #deps: GuestDeps;
  #phase: GuestState["phase"] = "starting";
  #machine: string | undefined;
  #pauseReason: GuestState["pauseReason"];
  #booted = false;
  #asking: Promise<void> = Promise.resolve();

  constructor(deps: GuestDeps) {
    this.#deps = deps;
    this.paths = deps.paths;
    this.record = deps.record;
    this.qmp = createQmpClient({
      path: deps.paths.qmp,
      timeoutMs: monitorTimeoutMs,
      onConnect: () => void this.refresh(),
      onDisconnect: () => void this.#lost(),
      onEvent: (event) => this.#heard(event),
    });
    if (livePid(this.paths.pid) === undefined) this.#ended("crashed");
  }

  get state(): GuestState {
    return {
      spec: this.record.spec,
      phase: this.#phase,
      booted: this.#booted,
      ...(this.#phase === "ended" ? { end: this.record.end ?? "crashed" } : {}),
      ...(this.#machine ? { machine: this.#machine } : {}),
      ...(this.#pauseReason ? { pauseReason: this.#pauseReason } : {}),
    };
  }

  get alive(): boolean {
    return livePid(this.paths.pid) !== undefined;
  }

  /** Asks QEMU how the guest stands; a dead process has ended. One question at a time: an answer leads to commands. */
  refresh(): Promise<void> {
    this.#asking = this.#asking.then(() => this.#ask());
    return this.#asking;
  }

  async #ask(): Promise<void> {
    if (this.#phase === "ended") return;
    if (!this.alive) return this.#ended("crashed");
    try {
      const { status } = await this.qmp.execute("query-status");
      this.#machine ??= (await this.qmp.execute("query-machines")).find(({ alias }) => alias === "q35")?.name;
      await this.#seen(status);
    } catch (error) {
      // The connection went away meanwhile: its loss is looked at on its own.
      this.#deps.log.debug({ guest: this.record.spec.name, error: String(error) }, "could not ask a guest for its state");
    }
  }

  /** Remembers why before the process is ended, so that a new agent knows too. */
  async end(end: GuestEnd): Promise<void> {
    this.#remember({ end: this.record.end ?? end });
    if (end === "shutdown") {
      await this.qmp.execute("quit").catch(() => undefined);
      await awaitEnd(this.paths.pid, quitPatienceMs);
    }
    if (await endProcess(this.paths.pid)) this.#ended(end);
  }

  #remember(change: Partial<GuestRecord>): void {
    Object.assign(this.record, change);
    this.#deps.save(this.record);
  }

  /** The next power-off is followed by a start. */
  expectReboot(): void {
    this.#remember({ rebooting: true });
  }

  markBooted(): void {
    this.#booted = true;
    this.#deps.changed();
  }

  saveSpec(): void {
    this.#remember({});
  }

  #heard({ event }: QmpEvent): void {
    if (["SHUTDOWN", "STOP", "RESUME", "GUEST_PANICKED", "BLOCK_IO_ERROR"].includes(event)) void this.refresh();
  }

  async #seen(status: RunState): Promise<void> {
    if (status === "shutdown") return this.record.rebooting ? this.#powerOn() : this.end(this.record.end ?? "shutdown");
    if (status === "guest-panicked" || status === "internal-error") return this.end("crashed");
    this.#pauseReason = status === "io-error" ? "io-error" : undefined;
    this.#become(["paused", "prelaunch", "io-error", "suspended"].includes(status) ? "paused" : "running");
  }

  async #powerOn(): Promise<void> {
    await this.qmp.execute("system_reset");
    await this.qmp.execute("cont");
    this.#remember({ rebooting: false });
  }

  async #lost(): Promise<void> {
    if (await awaitEnd(this.paths.pid, 1_000)) this.#ended("crashed");
  }

  #ended(end: GuestEnd): void {
    if (this.#phase === "ended") return;
    this.#remember({ end: this.record.end ?? end });
    this.qmp.close();
    this.#become("ended");
  }

  #become(phase: GuestState["phase"]): void {
    this.#phase = phase;
    this.#deps.changed();
  }
}
