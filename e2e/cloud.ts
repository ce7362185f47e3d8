// Starts and stops a whole cloud as a person would, and runs lines of shell against it.
import { spawn } from "node:child_process";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..");
export const instance = process.env.INSTANCE ?? "e2e";

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs one line of bash in the project's root; resolves with what it printed. The line is killed after `timeoutMs`. */
export function run(line: string, options: { timeoutMs?: number; env?: NodeJS.ProcessEnv; input?: string } = {}): Promise<Ran> {
  const { timeoutMs = 120_000, env = {}, input = "" } = options;
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-c", line], { cwd: root, env: { ...process.env, ...env }, timeout: timeoutMs, stdio: "pipe" });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (part: Buffer) => {
      stdout += part;
    });
    child.stderr.on("data", (part: Buffer) => {
      stderr += part;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? (signal ? 128 : 1), stdout, stderr }));
    child.stdin.on("error", () => undefined); // a line that reads no input may be over by now
    child.stdin.end(input);
  });
}

/** Like run(), with the cloud's openrc sourced; rejects with what was printed when the line fails. */
export async function cloud(line: string, options: { timeoutMs?: number; openrc?: string; input?: string } = {}): Promise<string> {
  const openrc = `.kumulus/${instance}/${options.openrc ?? "openrc"}`;
  const ran = await run(`set -e -o pipefail; source ${openrc}; ${line}`, options);
  if (ran.code !== 0) throw new Error(`\`${line}\` exited ${ran.code}\n${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

/** Repeats `attempt` until it resolves; rejects with its last error after `timeoutMs`. For what only the outside can see, such as a guest's ssh. */
export async function eventually<T>(attempt: () => Promise<T>, timeoutMs: number, pauseMs = 500): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** `make up` for the test's own instance. */
export async function up(variables = ""): Promise<void> {
  const ran = await run(`make up INSTANCE=${instance} EXTERNAL=none ${variables}`, { timeoutMs: 600_000 });
  if (ran.code !== 0) throw new Error(`make up failed\n${ran.stdout}${ran.stderr}`);
}

export async function down(): Promise<void> {
  const ran = await run(`make down INSTANCE=${instance} && make clean INSTANCE=${instance}`, { timeoutMs: 120_000 });
  if (ran.code !== 0) throw new Error(`make down failed\n${ran.stdout}${ran.stderr}`);
}
