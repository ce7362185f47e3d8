// Bundles the roles and the supervisor into build/: one file each starts faster and uses less memory than hundreds of sources.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");

/** The project's own Node.js, for processes that outlive `npm run`. */
export const nodeProgram = join(root, "node_modules/node/bin/node");

export interface Bundle {
  path: string;
  /** Changes with the content. */
  version: string;
}

/** Native code, and what only rare set-ups load. They are found in node_modules at run time. */
const external = ["@node-rs/argon2", "@kubernetes/client-node"];

/** Libraries in CommonJS ask for `require`, which an ES module lacks. */
const banner = `import { createRequire as kumulusCreateRequire } from "node:module"; const require = kumulusCreateRequire(import.meta.url);`;

async function bundle(entry: string, name: string): Promise<Bundle> {
  const path = join(root, "build", name);
  await build({
    entryPoints: [join(root, entry)],
    outfile: path,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    sourcemap: true,
    minifySyntax: true,
    keepNames: true,
    external,
    banner: { js: banner },
    logLevel: "error",
  });
  return { path, version: createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 12) };
}

/** `operator`, `api`, `webhook` and `node` are one program. Undefined while main.ts does not exist. */
export async function bundleRoles(): Promise<Bundle | undefined> {
  return existsSync(join(root, "main.ts")) ? bundle("main.ts", "kumulus.mjs") : undefined;
}

export const bundleSupervisor = () => bundle("standalone/supervisor/main.ts", "supervisor.mjs");

if (import.meta.main) {
  const started = Date.now();
  const made = await Promise.all([bundleRoles(), bundleSupervisor()]);
  for (const one of made) if (one) console.log(`${one.path} ${one.version}`);
  console.log(`bundled in ${Date.now() - started} ms`);
}
