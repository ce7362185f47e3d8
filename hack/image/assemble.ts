// What the images carry of Kumulus: `node hack/image/assemble.ts FOLDER` writes program, libraries, CRDs and Node.js into it. The Dockerfile runs it.
import { cpSync, globSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundleRoles, nodeProgram } from "../bundle.ts";

const root = join(import.meta.dirname, "../..");

/**
 * What the bundle finds only at run time: native code, and what the sources `require`, which esbuild leaves alone. Its other external library, @kubernetes/client-node, is for kubeconfigs with helper programs: a pod has
 * its service account.
 */
const modules = ["node_modules/@node-rs", "node_modules/undici", "node_modules/yaml"];

async function assemble(target: string): Promise<void> {
  // Resolved links, since a checkout may have its node_modules elsewhere.
  const copy = (from: string, to: string) => cpSync(from, join(target, to), { recursive: true, dereference: true });
  const bundle = await bundleRoles(join(root, "build/program"));
  if (!bundle) throw new Error("there is no main.ts to bundle");
  mkdirSync(target, { recursive: true });
  copy(nodeProgram, "bin/node");
  // The path of a bundle says its version; in an image the tag does. Nobody loads the source maps there.
  const program = dirname(bundle.path);
  for (const name of readdirSync(program)) if (!name.endsWith(".map")) copy(join(program, name), join("program", name));
  for (const path of modules) copy(join(root, path), path);
  for (const path of globSync("crds/*/*.yaml", { cwd: root, exclude: ["crds/samples/**"] })) copy(join(root, path), path);
}

const [target] = process.argv.slice(2);
if (!target) throw new TypeError("usage: node hack/image/assemble.ts FOLDER");
await assemble(target);
