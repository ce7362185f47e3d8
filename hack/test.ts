// `make test`: every check that must pass before a commit lands, in order from cheap to dear; ends with one line of counts.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { stripVTControlCharacters } from "node:util";

interface Step {
  name: string;
  command: readonly string[];
  /** What to do when it fails. */
  advice: string;
}

const steps: readonly Step[] = [
  { name: "generated files", command: ["npm", "run", "-s", "generate:check"], advice: "npm run generate" },
  { name: "types", command: ["npm", "run", "-s", "typecheck"], advice: "mend the types named above" },
  { name: "lint", command: ["npm", "run", "-s", "lint"], advice: "npm run format mends most of it" },
  { name: "imports", command: ["npm", "run", "-s", "imports"], advice: "see the table of folders in CONTRIBUTING.md" },
  { name: "dead code", command: ["npm", "run", "-s", "knip"], advice: "delete what knip names, or use it" },
  { name: "unit tests", command: ["npm", "run", "-s", "unit"], advice: "npm run unit -- --grep 'name of the test'" },
  { name: "stories", command: ["npm", "run", "-s", "stories"], advice: "npm run stories -- --grep 'name of the test'" },
  { name: "the README's story", command: ["npm", "run", "-s", "e2e:readme"], advice: "npm run e2e:readme; logs are in .kumulus/e2e/logs" },
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const count = (output: string, word: string) =>
  [...stripVTControlCharacters(output).matchAll(new RegExp(`^\\s*(\\d+) ${word}`, "gm"))].reduce((sum, match) => sum + Number(match[1]), 0);

async function runStep(step: Step): Promise<{ ok: boolean; counts: Counts }> {
  const started = Date.now();
  console.log(`\n── ${step.name}`);
  const [program = "", ...args] = step.command;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" } });
  let output = "";
  child.stdout.on("data", (part: Buffer) => {
    output += part;
    process.stdout.write(part);
  });
  const [code] = (await once(child, "close")) as [number | null];
  const ok = code === 0;
  console.log(`── ${step.name}: ${ok ? "passed" : `failed; ${step.advice}`} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return { ok, counts: { passed: count(output, "passing"), failed: count(output, "failing"), skipped: count(output, "pending") } };
}

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
let failedSteps = 0;
for (const step of steps) {
  const { ok, counts } = await runStep(step);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  if (!ok) failedSteps += 1;
}
const failed = total.failed + (total.failed === 0 ? failedSteps : 0);
console.log(`\n${total.passed} passed, ${failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exitCode = failedSteps > 0 ? 1 : 0;
