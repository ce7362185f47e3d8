// Runs a program to its end and gives its output; a failure carries what it said on stderr.
import { execFile } from "node:child_process";
import { KumulusError } from "../../domain/errors.ts";

export interface RunOptions {
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** Rejects with Unavailable, the program's last words in the message, when it fails, is too slow, or cannot be started. */
export function run(program: string, argv: readonly string[], { timeoutMs = 60_000, signal }: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      [...argv],
      { timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: 16 * 1024 * 1024, ...(signal ? { signal } : {}) },
      (cause, stdout, stderr) => {
        if (!cause) return resolve(stdout);
        const words = stderr.trim() || (cause.killed ? `no end after ${timeoutMs} ms` : cause.message);
        return reject(new KumulusError("Unavailable", `${program} ${argv[0] ?? ""}: ${words}`, { cause }));
      },
    );
  });
}
