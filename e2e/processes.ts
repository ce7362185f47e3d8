// The cloud's processes as `make status` lists them; tests end them by these pids and by nothing else.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { instance, run } from "./cloud.ts";

export interface Status {
  /** `make status` found every process well. */
  healthy: boolean;
  pids: Map<string, number>;
  text: string;
}

export async function status(): Promise<Status> {
  const { code, stdout } = await run(`make status INSTANCE=${instance}`);
  const found = [...stdout.matchAll(/^(\S.*?) +pid=(\d+)/gm)].map(([, name = "", pid]) => [name, Number(pid)] as const);
  return { healthy: code === 0, pids: new Map(found), text: stdout };
}

/** Names of the guests' processes. */
export const guestsOf = ({ pids }: Status): string[] => [...pids.keys()].filter((name) => name.startsWith("guest "));

/** Resolves when the process has another pid than `dead` and all are well. */
export async function recovered(name: string, dead: number, timeoutMs: number): Promise<Status> {
  for (const end = Date.now() + timeoutMs; ; await sleep(200)) {
    const now = await status();
    const pid = now.pids.get(name);
    if (now.healthy && pid !== undefined && pid !== dead) return now;
    assert.ok(Date.now() < end, `${name} was not well again within ${timeoutMs} ms:\n${now.text}`);
  }
}
