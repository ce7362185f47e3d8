// `npm run generate`: writes every generated file; with --check it writes nothing and fails when one differs.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { modelFiles } from "./generate/models.ts";

const check = process.argv.includes("--check");
const wanted = modelFiles();
const stale = globSync("models/**/*.ts").filter((path) => !wanted.has(path));
const changed = [...wanted].filter(([path, text]) => !existsSync(path) || readFileSync(path, "utf8") !== text);

if (check) {
  for (const path of [...stale, ...changed.map(([path]) => path)]) console.error(`${path} differs from what \`npm run generate\` writes`);
  process.exit(stale.length + changed.length > 0 ? 1 : 0);
}
for (const path of stale) rmSync(path);
for (const [path, text] of changed) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
console.log(`${wanted.size} generated files, ${changed.length} written, ${stale.length} removed`);
