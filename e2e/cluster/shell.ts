// Runs one program to its end. Nothing may hang: each call has a time limit.
import { spawnSync } from "node:child_process";

/** What the program printed; throws with its errors when it fails or takes longer than `timeoutMs`. */
export function run(program: string, argv: readonly string[], options: { timeoutMs?: number; input?: string } = {}): string {
  const { timeoutMs = 30_000, input = "" } = options;
  const ran = spawnSync(program, argv, { encoding: "utf8", timeout: timeoutMs, input, killSignal: "SIGKILL", maxBuffer: 64 << 20 });
  if (ran.status === 0) return ran.stdout;
  const reason = ran.error?.message ?? (ran.signal ? `ended by ${ran.signal}` : `exited ${ran.status}`);
  throw new Error(`\`${[program, ...argv].join(" ").slice(0, 300)}\` ${reason}\n${ran.stdout ?? ""}${ran.stderr ?? ""}`.trim());
}
