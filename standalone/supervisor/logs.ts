// Log files: opening them for a process, and cutting them by size while it writes on.
import { copyFileSync, existsSync, openSync, readdirSync, renameSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";

const keep = 3;

export const logPath = (logsDir: string, name: string) => join(logsDir, `${name}.log`);

/** A file descriptor in append mode: a process that outlives the supervisor keeps writing, and writes at the end after a cut. */
export function openLog(logsDir: string, name: string): number {
  return openSync(logPath(logsDir, name), "a", 0o640);
}

/** Copies, then cuts: the writer keeps its descriptor. Lines written between the two are lost, which is the price for needing no signal. */
function rotate(path: string): void {
  for (let age = keep - 1; age >= 1; age--) {
    if (existsSync(`${path}.${age}`)) renameSync(`${path}.${age}`, `${path}.${age + 1}`);
  }
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
}

/** Rotates each log of the folder that is larger than `maxBytes`; keeps three old ones. */
export function rotateLogs(logsDir: string, maxBytes: number): void {
  for (const name of readdirSync(logsDir).filter((file) => file.endsWith(".log"))) {
    const path = join(logsDir, name);
    if (statSync(path).size > maxBytes) rotate(path);
  }
}
