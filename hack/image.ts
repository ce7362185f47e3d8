// Assembles the build context of the image in build/image, so that `docker build build/image` needs nothing else of the checkout.
import { cpSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundleRoles, nodeProgram } from "./bundle.ts";

const root = join(import.meta.dirname, "..");
const target = join(root, "build/image");

/**
 * What the bundle finds only at run time: native code, and what the sources `require`, which esbuild leaves alone. Its other external library, @kubernetes/client-node, is for kubeconfigs with helper programs: a pod has
 * its service account.
 */
const modules = ["node_modules/@node-rs", "node_modules/undici", "node_modules/yaml"];

/** Resolved links, since a checkout may have its node_modules elsewhere. */
const copy = (from: string, to: string) => cpSync(from, join(target, to), { recursive: true, dereference: true });

async function assemble(): Promise<void> {
  const bundle = await bundleRoles(join(root, "build/program"));
  if (!bundle) throw new Error("there is no main.ts to bundle");
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  copy(join(root, "Dockerfile"), "Dockerfile");
  copy(nodeProgram, "node");
  // The path of a bundle says its version; in an image the tag does. Nobody loads the source maps there.
  const program = dirname(bundle.path);
  for (const name of readdirSync(program)) if (!name.endsWith(".map")) copy(join(program, name), join("program", name));
  for (const path of modules) copy(join(root, path), path);
  for (const path of globSync("crds/*/*.yaml", { cwd: root, exclude: ["crds/samples/**"] })) copy(join(root, path), path);
}

await assemble();
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
console.log(`${target} is ready: docker build --tag kumulus:${version} --build-arg VERSION=${version} ${target}`);
