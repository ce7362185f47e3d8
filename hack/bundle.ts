// Bundles the roles and the supervisor: started from a few files without comments they use half the memory that hundreds of sources need.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { build, type OutputFile } from "esbuild";

const root = join(import.meta.dirname, "..");

/** The project's own Node.js, for processes that outlive `npm run`. */
export const nodeProgram = join(root, "node_modules/node/bin/node");

export interface Bundle {
  /** What Node.js is to run. */
  path: string;
  /** Changes with the content; part of the path, so that a running cloud keeps the files that it was started with. */
  version: string;
}

/** Native code, and what only rare set-ups load. They are found in node_modules at run time: bundles must lie inside the checkout. */
const external = ["@node-rs/argon2", "@node-rs/bcrypt", "@kubernetes/client-node"];

/** Libraries in CommonJS ask for `require`, which an ES module lacks. */
const banner = `import { createRequire as kumulusCreateRequire } from "node:module"; const require = kumulusCreateRequire(import.meta.url);`;

/**
 * Split at dynamic imports, so that a role loads only its own part. Without comments, since one letter outside ASCII in one of them makes V8 keep
 * the whole file in two bytes a letter. Source maps lie beside, but Node.js is not told to load them: that takes 50 MB a process.
 */
async function compiled(entry: string, outdir: string): Promise<OutputFile[]> {
  const { outputFiles } = await build({
    entryPoints: [join(root, entry)],
    outdir,
    outExtension: { ".js": ".mjs" },
    write: false,
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node24",
    sourcemap: true,
    sourcesContent: false,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    keepNames: true,
    external,
    banner: { js: banner },
    logLevel: "error",
  });
  return outputFiles;
}

function versionOf(files: readonly OutputFile[]): string {
  const sum = createHash("sha256");
  for (const { hash } of files.toSorted((one, other) => (one.path < other.path ? -1 : 1))) sum.update(hash);
  return sum.digest("hex").slice(0, 12);
}

async function bundle(entry: string, folder: string, name: string): Promise<Bundle> {
  const outdir = join(folder, name);
  const files = await compiled(entry, outdir);
  const version = versionOf(files);
  const target = `${outdir}-${version}`;
  const path = join(target, "main.mjs");
  if (existsSync(path)) return { path, version };
  const scratch = `${target}.${process.pid}`;
  for (const file of files) {
    const place = join(scratch, relative(outdir, file.path));
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, file.contents);
  }
  renameSync(scratch, target);
  return { path, version };
}

/** `operator`, `api`, `webhook` and `node` are one program. Undefined while main.ts does not exist. */
export async function bundleRoles(folder: string): Promise<Bundle | undefined> {
  return existsSync(join(root, "main.ts")) ? bundle("main.ts", folder, "roles") : undefined;
}

export const bundleSupervisor = (folder: string) => bundle("standalone/supervisor/main.ts", folder, "supervisor");

/** Removes the bundles of former versions. */
export function pruneBundles(folder: string, current: readonly (Bundle | undefined)[]): void {
  const used = new Set(current.map((one) => one && dirname(one.path)));
  for (const name of readdirSync(folder)) if (!used.has(join(folder, name))) rmSync(join(folder, name), { recursive: true, force: true });
}

if (import.meta.main) {
  const started = Date.now();
  const folder = join(root, "build/program");
  for (const one of [await bundleRoles(folder), await bundleSupervisor(folder)]) if (one) console.log(one.path);
  console.log(`bundled in ${Date.now() - started} ms`);
}
