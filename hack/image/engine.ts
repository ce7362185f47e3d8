// A Docker engine of our own, for machines without one: Debian's dockerd in a network namespace of its own. Its layers stay in the cache.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDirectory } from "../engines.ts";
import { installPackages, missingPackages } from "../setup/apt.ts";
import { imagePackages } from "../setup/packages.ts";

const namespace = "kumulus-docker";
/** Of an engine of ours: what listens on loopback there, containers with the host's network reach. */
export const engineNamespace = `/run/netns/${namespace}`;
const directory = join(cacheDirectory, "docker");
const runDirectory = "/run/kumulus-docker";
const pidFile = join(runDirectory, "docker.pid");
const startTimeoutMs = 30_000;

export interface Engine {
  /** For DOCKER_HOST. */
  host: string;
  stop(): Promise<void>;
}

const host = `unix://${runDirectory}/docker.sock`;

const answers = (where: string | undefined) =>
  spawnSync("docker", ["version"], { stdio: "ignore", env: { ...process.env, ...(where && { DOCKER_HOST: where }) }, timeout: 10_000 })
    .status === 0;

/** One that a killed run left: it would hold the data folder. */
async function endFormer(): Promise<void> {
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) : 0;
  const command = pid > 0 && existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "";
  if (!command.includes(directory)) return;
  process.kill(pid, "SIGTERM");
  for (let waited = 0; existsSync(`/proc/${pid}`) && waited < startTimeoutMs; waited += 100) await sleep(100);
}

function removeTraces(): void {
  // The engine leaves this mount behind.
  spawnSync("umount", [join(runDirectory, "exec/netns/default")], { stdio: "ignore" });
  if (existsSync(engineNamespace)) spawnSync("ip", ["netns", "delete", namespace]);
  rmSync(runDirectory, { recursive: true, force: true });
}

function launch(log: string): ChildProcess {
  const options = { "data-root": join(directory, "data"), "exec-root": join(runDirectory, "exec"), host, pidfile: pidFile };
  const argv = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const file = openSync(log, "w");
  // Not `ip netns exec`: that hides the cgroups' mounts.
  return spawn("nsenter", [`--net=${engineNamespace}`, "dockerd", ...argv], { stdio: ["ignore", file, file], detached: true });
}

async function start(): Promise<Engine> {
  if (process.getuid?.() !== 0)
    throw new Error("no Docker engine answers, and starting one needs root: set DOCKER_HOST, or run this as root");
  const missing = missingPackages(imagePackages);
  if (missing.length > 0) installPackages(missing);
  await endFormer();
  removeTraces();
  for (const folder of [directory, runDirectory]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const added = spawnSync("ip", ["netns", "add", namespace], { encoding: "utf8" });
  if (added.status !== 0) throw new Error(`ip netns add ${namespace}: ${added.stderr}`);
  spawnSync("ip", ["-n", namespace, "link", "set", "lo", "up"]);
  const log = join(directory, "dockerd.log");
  const daemon = launch(log);
  for (let waited = 0; !answers(host); waited += 200) {
    if (daemon.exitCode !== null || waited > startTimeoutMs)
      throw new Error(`dockerd did not start; the end of ${log}:\n${readFileSync(log, "utf8").slice(-2_000)}`);
    await sleep(200);
  }
  return {
    host,
    async stop() {
      const ended = once(daemon, "exit");
      daemon.kill("SIGTERM");
      await ended;
      removeTraces();
    },
  };
}

/** The engine that DOCKER_HOST or Docker's own default leads to, else one of ours, which ends with `stop()`. */
export async function findOrStartEngine(): Promise<Engine> {
  if (answers(undefined)) return { host: process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock", stop: () => Promise.resolve() };
  return start();
}
