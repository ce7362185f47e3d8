// `make image`: builds the images kumulus and kumulus-host. `--save FOLDER` also writes them as archives.
import { spawnSync } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hostBase, must, rootfs } from "./image/bases.ts";
import { writeContext } from "./image/context.ts";
import { findOrStartEngine } from "./image/engine.ts";

const root = join(import.meta.dirname, "..");
const folder = join(root, "build/image");

const help = `node hack/image.ts [--save FOLDER]

Builds kumulus:VERSION and kumulus-host:VERSION in the Docker engine of DOCKER_HOST; where none answers, in one of its own.
  --save FOLDER   also write kumulus.tar and kumulus-host.tar, for \`ctr images import\` or \`docker load\``;

export const images = ["kumulus", "kumulus-host"] as const;

type Say = (line: string) => void;

function build(name: string, context: string, args: Record<string, string>, env: NodeJS.ProcessEnv): void {
  const buildArgs = Object.entries(args).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]);
  const argv = ["build", "--network", "none", "--target", name, "--tag", `${name}:${args.VERSION}`, ...buildArgs, "-"];
  // Debian's engine has only the builder of old.
  const { status, stdout, stderr } = spawnSync("docker", argv, {
    env: { ...env, DOCKER_BUILDKIT: "0" },
    stdio: [openSync(context, "r"), "pipe", "pipe"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`docker ${argv.join(" ")}: exit code ${status}\n${stdout.slice(-4_000)}${stderr}`);
}

/** Builds both images; with `save` also writes `<name>.tar` into that folder. Returns their version. */
export async function buildImages(say: Say, save?: string): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const timed = <T>(what: string, work: () => T): T => {
    const started = Date.now();
    const result = work();
    say(`${what}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
    return result;
  };
  mkdirSync(folder, { recursive: true });
  const engine = await findOrStartEngine();
  try {
    const env = { ...process.env, DOCKER_HOST: engine.host };
    const base = timed("bases of Debian's packages", () => hostBase(env));
    const context = timed("build context", () => writeContext(root, rootfs(), folder));
    const revision = must("git", ["-C", root, "rev-parse", "HEAD"]).trim();
    const args = { BUILDER: base, BASE: base, VERSION: version, REVISION: revision };
    for (const name of images) timed(`image ${name}:${version}`, () => build(name, context, args, env));
    if (save) mkdirSync(save, { recursive: true });
    for (const name of save ? images : [])
      timed(`archive of ${name}`, () =>
        must("docker", ["save", "--output", join(save ?? "", `${name}.tar`), `${name}:${version}`], { env }),
      );
    for (const name of images) {
      const bytes = Number(must("docker", ["image", "inspect", "--format", "{{.Size}}", `${name}:${version}`], { env }));
      say(`${name}:${version} has ${(bytes / 1e6).toFixed(0)} MB`);
    }
  } finally {
    await engine.stop();
  }
  return version;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { save: { type: "string" }, help: { type: "boolean" } } });
  if (values.help) console.log(help);
  else await buildImages(console.log, values.save);
}
