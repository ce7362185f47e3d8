// `npm run generate`: writes every generated file; with --check it writes nothing and fails when one differs.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { chartFiles } from "./generate/chart.ts";
import { modelFiles } from "./generate/models.ts";
import { schemaHashFiles } from "./generate/schema-hashes.ts";

const check = process.argv.includes("--check");

interface Totals {
  files: number;
  written: number;
  wrong: string[];
}

/** Writes what differs and removes what is in the way; with --check it only notes it. */
function settle(wanted: ReadonlyMap<string, string>, pattern: string, totals: Totals): void {
  const stale = globSync(pattern).filter((path) => !wanted.has(path));
  const changed = [...wanted].filter(([path, text]) => !existsSync(path) || readFileSync(path, "utf8") !== text);
  totals.files += wanted.size;
  totals.wrong.push(...stale, ...changed.map(([path]) => path));
  if (check) return;
  for (const path of stale) rmSync(path);
  for (const [path, text] of changed) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  totals.written += changed.length;
}

const totals: Totals = { files: 0, written: 0, wrong: [] };
settle(new Map([...modelFiles(), ...schemaHashFiles()]), "models/**/*.ts", totals);
settle(chartFiles(), "charts/kumulus/files/*crds/*", totals);
// Loaded only now: the route tables import the models.
const { apiSupportFiles } = await import("./generate/api-support.ts");
settle(apiSupportFiles(), "docs/api-support/*.md", totals);
const { rightsFiles } = await import("./generate/rights.ts");
settle(rightsFiles(), "{charts/kumulus/files/rights,cli/generated}/*", totals);
const { metricsFiles } = await import("./generate/metrics.ts");
settle(metricsFiles(), "docs/metrics.md", totals);
if (check) for (const path of totals.wrong) console.error(`${path} differs from what \`npm run generate\` writes`);
else console.log(`${totals.files} generated files, ${totals.written} written`);
process.exit(check && totals.wrong.length > 0 ? 1 : 0);
