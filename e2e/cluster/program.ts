// Programs inside the namespaces: started with a log and a pid of their own, ended by that pid.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { enginePath } from "../../hack/engines.ts";
import type { Identity } from "../../standalone/supervisor/definition.ts";
import type { Program } from "./control-plane.ts";
import type { Layout } from "./layout.ts";
import { runInside } from "./namespace.ts";
import { lastLines, until } from "./wait.ts";

/** Becomes the program, so that the pid that it writes down is the program's. Its parent is PID 1. */
const launcher = 'echo $$ >"$1"; log=$2; shift 2; exec "$@" >>"$log" 2>&1 </dev/null';

const environment = [
  "HOME=/root",
  `PATH=${dirname(enginePath("containerd"))}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
];

const pidFile = (layout: Layout, name: string) => join(layout.pids, name);

/** The pid inside the namespaces. */
function pidOf(layout: Layout, name: string): number | undefined {
  const path = pidFile(layout, name);
  const pid = existsSync(path) ? Number(readFileSync(path, "utf8").trim()) : 0;
  return pid > 1 ? pid : undefined;
}

/** PID 1's root shows the /proc of the inside. */
export function isRunning(layout: Layout, init: Identity, name: string): boolean {
  const pid = pidOf(layout, name);
  if (pid === undefined) return false;
  try {
    const status = readFileSync(`/proc/${init.pid}/root/proc/${pid}/stat`, "utf8");
    return status[status.lastIndexOf(")") + 2] !== "Z";
  } catch {
    return false; // it has ended
  }
}

/** Starts a program and waits until `ready` holds; fails at once when it ends before. */
export async function startProgram(
  layout: Layout,
  init: Identity,
  { name, argv }: Program,
  ready: () => boolean | Promise<boolean>,
): Promise<void> {
  mkdirSync(layout.pids, { recursive: true });
  const log = join(layout.logs, `${name}.log`);
  runInside(init, ["env", "-i", ...environment, "setsid", "--fork", "sh", "-c", launcher, "sh", pidFile(layout, name), log, ...argv]);
  await until(`${name}'s start`, layout, 5000, () => pidOf(layout, name) !== undefined, name);
  let ended = false;
  const readyOrEnded = async () => {
    ended = !isRunning(layout, init, name);
    return ended || (await ready());
  };
  await until(`${name} to be ready`, layout, 60_000, readyOrEnded, name);
  if (ended) throw new Error(`${name} ended before it was ready\n${lastLines(layout, name)}`);
}

/** Asks a program to end; PID 1's death ends it anyhow when it does not within `graceMs`. */
export async function stopProgram(layout: Layout, init: Identity, name: string, graceMs: number): Promise<void> {
  const pid = pidOf(layout, name);
  if (pid === undefined || !isRunning(layout, init, name)) return;
  runInside(init, ["kill", "-TERM", String(pid)]);
  await until(`${name}'s end`, layout, graceMs, () => !isRunning(layout, init, name), name).catch(() => undefined);
}
