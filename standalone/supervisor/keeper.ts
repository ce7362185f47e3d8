// Keeps one process running: starts it, adopts one that runs already, restarts it when it dies, stops it.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { healthyAfterMs, restartDelayMs } from "./backoff.ts";
import type { Identity, KeptProcess, Phase, ProcessDefinition, ProcessReport } from "./definition.ts";
import { openLog } from "./logs.ts";
import { probeOnce } from "./probe.ts";
import { identityOf, isAlive } from "./proc.ts";
import { endProcess } from "./stop.ts";

const probePauseMs = 50;
const watchMs = 200;
const urgentWatchMs = 50;

export interface KeeperOptions {
  logsDir: string;
  /** An entry `NAME=value` for the environment of everything that is started. */
  mark: readonly [name: string, value: string];
  /** Called when something changed that must survive the supervisor. */
  changed: () => void;
  /** Takes one line of the supervisor's own log. */
  say: (line: string) => void;
}

export class Keeper {
  readonly definition: ProcessDefinition;
  readonly #options: KeeperOptions;
  #wanted = true;
  #phase: Phase = "stopped";
  #identity: Identity | undefined;
  #restarts: number;
  #startedAt: number | undefined;
  #lastEnd: string | undefined;
  #crashes = 0;
  #timer: NodeJS.Timeout | undefined;
  #watcher: NodeJS.Timeout | undefined;

  constructor(kept: KeptProcess, options: KeeperOptions) {
    this.definition = kept.definition;
    this.#options = options;
    this.#identity = kept.identity;
    this.#restarts = kept.restarts;
    this.#startedAt = kept.startedAt;
    this.#lastEnd = kept.lastEnd;
  }

  /** Takes over the process of a supervisor that is gone, or starts it. */
  begin(): void {
    if (this.#identity && isAlive(this.#identity)) this.#adopt(this.#identity);
    else if (this.#identity) this.#ended("gone while no supervisor was there");
    else this.#start();
  }

  #adopt(identity: Identity): void {
    this.#say(`taken over, pid ${identity.pid}`);
    this.#phase = "starting";
    this.#watch(identity);
    void this.#probe(identity);
  }

  /** A process that is not our child sends no exit event. */
  #watch(identity: Identity): void {
    this.#watcher = setInterval(
      () => {
        if (isAlive(identity)) return;
        clearInterval(this.#watcher);
        if (this.#identity === identity) this.#ended("gone");
      },
      this.definition.urgent ? urgentWatchMs : watchMs,
    );
  }

  /** Undefined when it can not be started now: a full disk, no more processes. Later it may go. */
  #spawn(): ChildProcess | undefined {
    const { name, argv, env } = this.definition;
    const [program = "", ...rest] = argv;
    const [markName, mark] = this.#options.mark;
    const base = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "/root", LANG: "C.UTF-8" };
    try {
      const log = openLog(this.#options.logsDir, name);
      const child = spawn(program, rest, { detached: true, stdio: ["ignore", log, log], env: { ...base, ...env, [markName]: mark } });
      closeSync(log);
      return child;
    } catch (error) {
      this.#ended((error as Error).message);
      return undefined;
    }
  }

  #start(): void {
    this.#timer = undefined;
    this.#startedAt = Date.now();
    const child = this.#spawn();
    if (!child) return;
    // Its start time must be known before anything else can go wrong: it is what a successor adopts by.
    const identity = child.pid === undefined ? undefined : identityOf(child.pid);
    this.#identity = identity;
    this.#phase = "starting";
    child.once("error", (error) => this.#identity === identity && this.#ended(error.message));
    child.once("exit", (code, signal) => this.#identity === identity && this.#ended(signal ?? `exit ${code}`));
    this.#options.changed();
    if (identity) void this.#probe(identity);
  }

  async #probe(identity: Identity): Promise<void> {
    while (this.#identity === identity && this.#phase === "starting") {
      if (await probeOnce(this.definition.probe, this.definition.env)) {
        if (this.#identity === identity && this.#phase === "starting") this.#phase = "ready";
        return;
      }
      await sleep(probePauseMs);
    }
  }

  #ended(how: string): void {
    const ranMs = Date.now() - (this.#startedAt ?? 0);
    this.#identity = undefined;
    this.#lastEnd = how;
    if (!this.#wanted) {
      this.#phase = "stopped";
      this.#options.changed();
      return;
    }
    this.#crashes = ranMs > healthyAfterMs ? 1 : this.#crashes + 1;
    this.#restarts++;
    const delayMs = restartDelayMs(this.#crashes, this.definition.urgent ?? false);
    if (delayMs === 0) this.#start();
    else {
      this.#phase = "backoff";
      this.#timer = setTimeout(() => this.#start(), delayMs);
      this.#options.changed();
    }
    this.#say(`ended (${how}) after ${Math.round(ranMs / 1000)} s, restart ${this.#restarts} in ${delayMs} ms`);
  }

  /** Resolves when the probe has answered once; rejects with what to look at. */
  async ready(): Promise<void> {
    const end = performance.now() + this.definition.readyTimeoutMs;
    while (this.#phase !== "ready") {
      const log = `${this.#options.logsDir}/${this.definition.name}.log`;
      if (performance.now() > end)
        throw new Error(`${this.definition.name} is not ready after ${this.definition.readyTimeoutMs / 1000} s; see ${log}`);
      if (this.#crashes >= 4 && this.#phase === "backoff")
        throw new Error(`${this.definition.name} does not stay up (${this.#lastEnd}); see ${log}`);
      await sleep(probePauseMs / 2);
    }
  }

  /** Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#timer);
    const identity = this.#identity;
    if (identity) await endProcess(this.definition, identity);
    if (this.#identity === identity) this.#ended("stopped");
  }

  report(): ProcessReport {
    const { name, probe } = this.definition;
    return {
      name,
      phase: this.#phase,
      pid: this.#identity?.pid,
      restarts: this.#restarts,
      startedAt: this.#startedAt,
      lastEnd: this.#lastEnd,
      probe,
    };
  }

  kept(): KeptProcess {
    return {
      definition: this.definition,
      identity: this.#identity,
      restarts: this.#restarts,
      startedAt: this.#startedAt,
      lastEnd: this.#lastEnd,
    };
  }

  /** Forgets the process, which runs on. */
  abandon(): void {
    this.#wanted = false;
    this.#identity = undefined;
    clearTimeout(this.#timer);
    clearInterval(this.#watcher);
  }

  #say(what: string): void {
    this.#options.say(`${this.definition.name}: ${what}`);
  }
}
