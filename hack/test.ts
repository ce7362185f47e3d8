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
  {
    name: "the chart on a real node",
    command: ["npm", "run", "-s", "e2e:cluster:short"],
    advice: "npm run e2e:cluster:short; make e2e-cluster is the long form",
  },
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const count = (output: string, word: string) =>
  [...stripVTControlCharacters(output).matchAll(new RegExp(`^\\s*(\\d+) ${word}`, "gm"))].reduce((sum, match) => sum + Number(match[1]), 0);

interface Outcome {
  ok: boolean;
  counts: Counts;
  /** Of a failed step: what to read first, mocha's list of failures where there is one. */
  complaint: string;
}

function complaintOf(output: string): string {
  const text = stripVTControlCharacters(output);
  const failures = text.search(/^\s*\d+ failing/m);
  return failures === -1 ? text.slice(-3_000) : text.slice(failures).slice(0, 6_000);
}

async function runStep(step: Step): Promise<Outcome> {
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
  const counts = { passed: count(output, "passing"), failed: count(output, "failing"), skipped: count(output, "pending") };
  return { ok, counts, complaint: ok ? "" : `── ${step.name} failed; ${step.advice}\n${complaintOf(output)}` };
}

const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const complaints: string[] = [];
for (const step of steps) {
  const { ok, counts, complaint } = await runStep(step);
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  if (!ok) complaints.push(complaint);
}
const failed = total.failed + (total.failed === 0 ? complaints.length : 0);
// Said again at the end, where a reader of a long log looks first.
for (const complaint of complaints) console.log(`\n${complaint}`);
console.log(`\n${total.passed} passed, ${failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exitCode = complaints.length > 0 ? 1 : 0;
