// `make e2e-versions`: builds the control plane of each minor version of Kubernetes that we say we run on, one after the other, and runs the stories of this folder and
// the chart's on it. `node e2e/versions/run.ts v1.34.4` runs one.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const versions = ["v1.34.4", "v1.35.4", "v1.36.3", "v1.37.2"];
const stories = [
  "e2e/versions/server.test.ts",
  "charts/kumulus.story.test.ts",
  "charts/lifecycle.story.test.ts",
  "webhooks/server.story.test.ts",
];

/** Of two cores it takes what others leave. */
function node(version: string, ...argv: string[]): boolean {
  const env = { ...process.env, KUBERNETES_VERSION: version };
  return spawnSync("nice", ["-n", "15", process.execPath, ...argv], { cwd: root, stdio: "inherit", env }).status === 0;
}

const mocha = [join(root, "node_modules/mocha/bin/mocha.js"), "--reporter", "spec", "--timeout", "120000"];
const named = process.argv.slice(2);
const outcomes = (named.length > 0 ? named : versions).map((version) => {
  console.log(`\n── Kubernetes ${version}`);
  const said = !node(version, "hack/engines.ts") ? "could not be built" : node(version, ...mocha, ...stories) ? "passed" : "failed";
  return { version, said };
});
console.log(`\n${outcomes.map(({ version, said }) => `Kubernetes ${version} ${said}`).join("\n")}`);
process.exitCode = outcomes.every(({ said }) => said === "passed") ? 0 : 1;
