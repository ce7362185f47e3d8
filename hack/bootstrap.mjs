// The first step of every make target: npm packages as package-lock.json has them, then hack/setup.ts on the project's own Node.js.
// Plain JavaScript, since it runs on whatever Node.js (20 or later) the machine has.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const node = join(root, "node_modules/node/bin/node");
const lockOf = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : {});

/** npm lists what it installed in a hidden lock file; packages for other platforms are absent from it. */
function isInstalled() {
  const installed = lockOf(join(root, "node_modules/.package-lock.json"));
  const wanted = Object.entries(lockOf(join(root, "package-lock.json")));
  return (
    existsSync(node) && wanted.every(([path, { version, optional }]) => path === "" || optional || installed[path]?.version === version)
  );
}

function run(what, program, argv) {
  const { status, error } = spawnSync(program, argv, { cwd: root, stdio: "inherit" });
  if (status === 0) return;
  console.error(`\n${what} failed${error ? `: ${error.message}` : ""}; see above`);
  process.exit(1);
}

if (!isInstalled()) {
  const started = Date.now();
  console.log("  installing npm packages as package-lock.json has them …");
  run("npm ci", "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  console.log(`  npm packages installed in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}
run("set-up", node, [join(root, "hack/setup.ts")]);
