// The roles as processes against a control plane of a test, as a kubelet runs them: probed, and started again when they end.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Settings } from "../settings.ts";

export type RoleName = "operator" | "api" | "webhook";

export interface RoleProcess {
  readonly name: RoleName;
  readonly settings: Settings;
  /** Of the process that runs now. */
  readonly pid: number;
  /** How often it ended without being told to. */
  readonly exits: number;
  /** Where its health is asked for. */
  readonly healthURL: string;
  /** What /readyz answers; 0 while nobody listens. */
  readyStatus(): Promise<number>;
  /** Resolves with the time from the start of the process to its first 200 on /readyz. */
  whenReady(timeoutMs?: number): Promise<number>;
  log(): string;
  stop(): Promise<void>;
}

export interface RoleOptions {
  /** What Node.js runs: a bundle or main.ts. */
  program: string;
  /** Log and settings are written there. */
  directory: string;
  kubeconfig: string;
  northbound: string;
  southbound: string;
  imageDirectory?: string;
  node?: string;
  /** In the place of what is made up for it. */
  settings?: Partial<Settings>;
  /** Variables besides this process's. */
  env?: Readonly<Record<string, string>>;
}

/** A kubelet waits 10 s before the first restart of a pod and longer before the next; a test need not. */
const restartMs = 500;

/** Below what the kernel gives to outgoing connections: a role may come to listen only minutes later. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer().listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    server.close();
    if (isFree) return port;
  }
}

async function statusOf(url: string): Promise<number> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).status;
  } catch {
    return 0;
  }
}

let count = 0;

export async function startRole(name: RoleName, options: RoleOptions): Promise<RoleProcess> {
  count += 1;
  const identity = `${name}-${count}`;
  const [api, webhook, health] = [await freePort(), await freePort(), await freePort()];
  const settings: Settings = {
    kubeconfig: options.kubeconfig,
    apiURL: `http://127.0.0.1:${api}`,
    host: "127.0.0.1",
    ports: { api, webhook, health },
    ovn: { northbound: [options.northbound], southbound: [options.southbound] },
    images: { directory: options.imageDirectory ?? join(options.directory, "images") },
    identity,
    ...options.settings,
  };
  const [file, logFile] = [join(options.directory, `${identity}.json`), join(options.directory, `${identity}.log`)];
  writeFileSync(file, JSON.stringify(settings));
  const healthURL = `http://127.0.0.1:${name === "api" ? api : health}`;
  let [exits, stopped, startedAt] = [0, false, 0];
  let child: ChildProcess;

  function start(): ChildProcess {
    startedAt = performance.now();
    const log = openSync(logFile, "a");
    const made = spawn(options.node ?? process.execPath, [options.program, name, "--config", file], {
      stdio: ["ignore", log, log],
      env: { ...process.env, ...options.env },
    });
    closeSync(log);
    made.once("exit", () => {
      if (stopped) return;
      exits += 1;
      setTimeout(() => {
        if (!stopped) child = start();
      }, restartMs);
    });
    return made;
  }

  child = start();
  return {
    name,
    settings,
    healthURL,
    get pid() {
      return child.pid ?? 0;
    },
    get exits() {
      return exits;
    },
    readyStatus: () => statusOf(`${healthURL}/readyz`),
    async whenReady(timeoutMs = 30_000) {
      while ((await statusOf(`${healthURL}/readyz`)) !== 200) {
        if (performance.now() - startedAt > timeoutMs) throw new Error(`${identity} did not get ready\n${readFileSync(logFile, "utf8")}`);
        await sleep(10);
      }
      return performance.now() - startedAt;
    },
    log: () => readFileSync(logFile, "utf8"),
    async stop() {
      stopped = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      const killer = setTimeout(() => child.kill("SIGKILL"), 15_000);
      await once(child, "exit");
      clearTimeout(killer);
    },
  };
}
