// What `make status` says of the doctor's findings. The doctor runs as a program of its own: standalone may not import cli.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { nodeProgram } from "../../hack/bundle.ts";
import type { InstanceConfig } from "../instance.ts";
import { roles } from "../processes/roles.ts";
import { readKept } from "../supervisor/supervisor.ts";

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

/** The problems, one line each, and the summary. */
export function linesOf(code: number | null, output: string): string[] {
  if (code !== 0 && code !== 1) return ["doctor: it gave no answer; `kumulus doctor` says why"];
  const { summary, findings } = JSON.parse(output) as Report;
  const problems = findings.filter(({ verdict }) => verdict !== "ok");
  return [
    ...problems.map(({ check, verdict, found, advice }) => `${verdict} ${check}: ${found}${advice ? `. To do: ${advice}` : ""}`),
    summary,
  ];
}

/** Nothing for a cloud that was started without some of its roles: it lacks what they would bring. */
export async function doctorLines(config: InstanceConfig): Promise<string[]> {
  const kept = new Set(readKept(join(config.runDir, "supervisor.json")).map(({ definition }) => definition.name));
  if (!roles.every((role) => kept.has(role))) return [];
  const { code, output } = await runDoctor(config);
  return linesOf(code, output);
}
