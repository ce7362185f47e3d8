// Reading /proc: who a process is, whether it lives, what it uses.
import { readdirSync, readFileSync } from "node:fs";
import type { Identity } from "./definition.ts";

let boot: string | undefined;

export function bootId(): string {
  boot ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return boot;
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined; // it has ended
  }
}

/** State letter and start time; the command in parentheses may itself hold spaces and parentheses. */
function stat(pid: number): { state: string; startTime: string } | undefined {
  const text = readProc(pid, "stat");
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, startTime] = [fields?.[0], fields?.[19]];
  return state && startTime ? { state, startTime } : undefined;
}

export function identityOf(pid: number): Identity | undefined {
  const found = stat(pid);
  return found && { pid, startTime: found.startTime, bootId: bootId() };
}

/** False for another process with the same pid, and for a zombie that nobody has collected. */
export function isAlive(identity: Identity): boolean {
  const found = stat(identity.pid);
  return found !== undefined && found.state !== "Z" && found.startTime === identity.startTime && identity.bootId === bootId();
}

export function commandLine(pid: number): string[] {
  return (readProc(pid, "cmdline") ?? "").split("\0").filter(Boolean);
}

/** Proportional set size in MiB: its own memory and its share of what it shares. */
export function pssMiB(pid: number): number {
  const kib = /^Pss:\s+(\d+)/m.exec(readProc(pid, "smaps_rollup") ?? "")?.[1];
  return Number(kib ?? 0) / 1024;
}

/** Every process whose environment holds `NAME=value`. */
export function pidsWithEnvironment(entry: string): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && (readProc(pid, "environ") ?? "").split("\0").includes(entry));
}
