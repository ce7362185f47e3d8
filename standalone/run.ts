// Short commands of the host (ip, openssl, ovs-vsctl): run to their end, loud when they fail.
import { spawnSync } from "node:child_process";

export interface RunOptions {
  env?: Readonly<Record<string, string>>;
  input?: string;
  cwd?: string;
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command and tells how it went. */
export function attempt(program: string, argv: readonly string[], options: RunOptions = {}): Ran {
  const env = options.env ? { ...process.env, ...options.env } : process.env;
  const result = spawnSync(program, argv, {
    env,
    input: options.input ?? "",
    cwd: options.cwd,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error) return { code: 127, stdout: "", stderr: result.error.message };
  return { code: result.status ?? 128, stdout: result.stdout, stderr: result.stderr };
}

/** Runs a command and returns what it printed; throws with its error output when it fails. */
export function run(program: string, argv: readonly string[], options: RunOptions = {}): string {
  const { code, stdout, stderr } = attempt(program, argv, options);
  if (code !== 0) throw new Error(`\`${program} ${argv.join(" ")}\` failed (${code}): ${stderr.trim() || stdout.trim()}`);
  return stdout;
}
