// Ends one process: its own way of ending first, then SIGTERM, then SIGKILL.
import { setTimeout as sleep } from "node:timers/promises";
import type { Identity, ProcessDefinition } from "./definition.ts";
import { probeOnce } from "./probe.ts";
import { isAlive } from "./proc.ts";

const lookMs = 20;

function signal(identity: Identity, name: NodeJS.Signals): void {
  if (isAlive(identity)) process.kill(identity.pid, name);
}

async function gone(identity: Identity, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (isAlive(identity)) {
    if (performance.now() > end) return false;
    await sleep(lookMs);
  }
  return true;
}

/** Resolves when the process is gone. */
export async function endProcess(definition: ProcessDefinition, identity: Identity): Promise<void> {
  const { stopCommand, stopTimeoutMs, env } = definition;
  if (stopCommand && (await probeOnce({ kind: "command", argv: stopCommand }, env)) && (await gone(identity, stopTimeoutMs))) return;
  signal(identity, "SIGTERM");
  if (await gone(identity, stopTimeoutMs)) return;
  signal(identity, "SIGKILL");
  await gone(identity, 60_000);
}
