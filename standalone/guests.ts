// The guests' QEMU processes as files show them: listing them, and stopping them when the node agent is gone.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectQmp } from "../clients/qmp/connection.ts";
import { writeWhole } from "./instance/store.ts";
import type { InstanceConfig } from "./instance.ts";
import type { Identity } from "./supervisor/definition.ts";
import { commandLine, identityOf, isAlive } from "./supervisor/proc.ts";

const quitMs = 5000;

export interface Guest {
  uid: string;
  /** The `-name` that QEMU runs under. */
  name: string;
  folder: string;
  identity: Identity;
}

/** Value of `-name`; QEMU takes `NAME` and `guest=NAME,…`. */
export function guestName(argv: readonly string[]): string {
  const value = argv[argv.indexOf("-name") + 1] ?? "";
  return /guest=([^,]+)/.exec(value)?.[1] ?? value.split(",")[0] ?? "";
}

function guestIn(folder: string, uid: string): Guest | undefined {
  const file = join(folder, "qemu.pid");
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, "utf8"));
  const argv = pid > 0 ? commandLine(pid) : [];
  const identity = argv.some((argument) => argument.includes(folder)) ? identityOf(pid) : undefined;
  return identity && { uid, name: guestName(argv), folder, identity };
}

/** Guests whose process lives; a pid that belongs to somebody else by now is not one. */
export function runningGuests({ guestsDir }: InstanceConfig): Guest[] {
  if (!existsSync(guestsDir)) return [];
  return readdirSync(guestsDir).flatMap((uid) => guestIn(join(guestsDir, uid), uid) ?? []);
}

/**
 * Presses the power button and lets QEMU go once the guest is off (`-no-shutdown` keeps it otherwise). True when the guest was on before.
 * QMP serves one client: the node agent must be gone. Never rejects: a guest that does not answer gets a signal later.
 */
async function powerdown({ folder }: Guest): Promise<boolean> {
  let off = () => undefined as undefined;
  try {
    const qmp = await connectQmp({
      path: join(folder, "qmp.sock"),
      timeoutMs: 2000,
      onEvent: ({ event }) => event === "SHUTDOWN" && off(),
    });
    off = () => void qmp.execute("quit").catch(() => undefined);
    const { status } = await qmp.execute("query-status");
    if (status === "shutdown") {
      off();
      return false;
    }
    await qmp.execute("system_powerdown");
  } catch {
    // a guest that hangs
  }
  return true;
}

async function allGone(guests: readonly Guest[], timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (guests.some(({ identity }) => isAlive(identity))) {
    if (performance.now() > end) return false;
    await sleep(50);
  }
  return true;
}

function signalAll(guests: readonly Guest[], signal: NodeJS.Signals): void {
  for (const { identity } of guests) if (isAlive(identity)) process.kill(identity.pid, signal);
}

/** The power button first; QEMU writes its disks out on SIGTERM; SIGKILL last. Leaves a list, so that the next `make up` starts them again. */
export async function stopGuests(config: InstanceConfig, powerdownMs = 10_000): Promise<void> {
  const guests = runningGuests(config);
  if (guests.length === 0) return;
  const wereOn = await Promise.all(guests.map(powerdown));
  writeWhole(config.stoppedGuestsFile, JSON.stringify(guests.filter((_, index) => wereOn[index]).map(({ uid }) => uid)));
  if (await allGone(guests, powerdownMs)) return;
  signalAll(guests, "SIGTERM");
  if (await allGone(guests, quitMs)) return;
  signalAll(guests, "SIGKILL");
  await allGone(guests, quitMs);
}
