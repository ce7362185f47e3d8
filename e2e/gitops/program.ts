// Programs of the test on this machine: each with a log of its own, ended by its pid, and by the kernel when the test dies.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface Program {
  name: string;
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  ready(): Promise<boolean>;
}

/** Makes the kernel end a program with us, however we end. */
const setpriv = "/usr/bin/setpriv";
const readyTimeoutMs = 60_000;
const graceMs = 5000;
const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

export class Programs {
  readonly #directory: string;
  readonly #running: { name: string; child: ChildProcess }[] = [];

  /** `directory` gets the logs. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Names and pids of what runs. */
  get running(): { name: string; pid: number }[] {
    return this.#running.flatMap(({ name, child }) => (hasEnded(child) || child.pid === undefined ? [] : [{ name, pid: child.pid }]));
  }

  lastLines(name: string, count = 15): string {
    return readFileSync(join(this.#directory, `${name}.log`), "utf8")
      .trimEnd()
      .split("\n")
      .slice(-count)
      .join("\n");
  }

  /** Resolves when it is ready; rejects with its last words when it ends before, or is not ready in a minute. */
  async start({ name, argv, env, ready }: Program): Promise<void> {
    const log = openSync(join(this.#directory, `${name}.log`), "a");
    const child = spawn(setpriv, ["--pdeathsig", "KILL", ...argv], { cwd: this.#directory, stdio: ["ignore", log, log], env: { ...env } });
    closeSync(log);
    this.#running.push({ name, child });
    const deadline = Date.now() + readyTimeoutMs;
    while (!(await ready().catch(() => false))) {
      if (hasEnded(child) || Date.now() > deadline) throw new Error(`${name} did not come up\n${this.lastLines(name)}`);
      await sleep(100);
    }
  }

  /** The last started first. */
  async stopAll(): Promise<void> {
    for (const { child } of this.#running.reverse()) {
      if (hasEnded(child)) continue;
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await exit;
      clearTimeout(timer);
    }
  }
}
