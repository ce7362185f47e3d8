// When a guest has booted: its console asks for a login, or the usual time is over.
import { setTimeout as sleep } from "node:timers/promises";
import { serialTail } from "./serial-log.ts";

const tailBytes = 512;

export async function awaitBoot(serialLog: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline && !signal.aborted; ) {
    if (/login:\s*$/.test(await serialTail(serialLog, tailBytes))) return;
    await sleep(500, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
