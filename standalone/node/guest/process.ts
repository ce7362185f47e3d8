// Finds a guest's process again and ends it, never another one that got its number.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** The pid in `pidFile`, if that process still is a QEMU whose arguments name `pidFile`. */
export function livePid(pidFile: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile, "utf8").trim());
    if (!Number.isInteger(pid) || pid <= 1) return undefined;
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(pidFile) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Kills it and waits for its end; true when it is gone. */
export async function endProcess(pidFile: string, timeoutMs = 10_000): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const pid = livePid(pidFile);
    if (pid === undefined) return true;
    if (performance.now() > deadline) return false;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended between the look and the kill.
    }
    await sleep(20);
  }
}

/** Waits for an end that is under way. */
export async function awaitEnd(pidFile: string, timeoutMs: number): Promise<boolean> {
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await sleep(20))
    if (livePid(pidFile) === undefined) return true;
  return livePid(pidFile) === undefined;
}
