// What `make status` says of the doctor's findings: the problems, and one line. The doctor runs as a program of its own: standalone may not import cli.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { nodeProgram } from "../../hack/bundle.ts";
import type { InstanceConfig } from "../instance.ts";

export interface Examined {
  lines: string[];
  /** False when something can not work. */
  fit: boolean;
}

interface Report {
  summary: string;
  findings: { check: string; verdict: "ok" | "warn" | "fail"; found: string; advice?: string }[];
}

/** Longer than any check takes, since none may take longer than this. */
const limitSeconds = 2;

function runDoctor(config: InstanceConfig): Promise<{ code: number | null; output: string }> {
  const argv = [join(config.root, "main.ts"), "doctor", "--output", "json", "--timeout", String(limitSeconds)];
  const child = spawn(nodeProgram, [...argv, "--instance-config", join(config.stateDir, "instance.json")], {
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 3 * limitSeconds * 1000,
  });
  let output = "";
  child.stdout.on("data", (part: Buffer) => {
    output += part;
  });
  return new Promise((resolve) => {
    child.on("error", () => resolve({ code: null, output }));
    child.on("close", (code) => resolve({ code, output }));
  });
}

/** Pure. */
export function examinedOf(code: number | null, output: string): Examined {
  if (code !== 0 && code !== 1) return { lines: ["doctor: it gave no answer; `kumulus doctor` says why"], fit: true };
  const { summary, findings } = JSON.parse(output) as Report;
  const problems = findings.filter(({ verdict }) => verdict !== "ok");
  const lines = problems.map(({ check, verdict, found, advice }) => `${verdict} ${check}: ${found}${advice ? `. To do: ${advice}` : ""}`);
  return { lines: [...lines, summary], fit: code === 0 };
}

export async function examine(config: InstanceConfig): Promise<Examined> {
  const { code, output } = await runDoctor(config);
  return examinedOf(code, output);
}
