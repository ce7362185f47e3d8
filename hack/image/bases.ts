// What image builds would fetch from registries, made of Debian's packages on this machine and kept in the cache.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../engines.ts";

const mirror = "http://deb.debian.org/debian";
const script = (name: string) => join(import.meta.dirname, name);

/** Runs to the end; what it printed when it fails. */
export function must(program: string, argv: readonly string[], options: { env?: NodeJS.ProcessEnv; input?: Buffer } = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, argv, { encoding: "utf8", maxBuffer: 64 * 1024 ** 2, ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${argv.join(" ")}: exit code ${status}\n${stdout.slice(-4_000)}${stderr.slice(-4_000)}`);
  return stdout;
}

const keyOf = (...parts: readonly string[]) => createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 12);

/** A path in the cache that `make` fills at the first time; half-made ones are never seen. */
function cached(name: string, make: (path: string) => void): string {
  const path = join(cacheDirectory, "image", name);
  if (existsSync(path)) return path;
  const scratch = `${path}.${process.pid}`;
  mkdirSync(join(cacheDirectory, "image"), { recursive: true });
  rmSync(scratch, { recursive: true, force: true });
  make(scratch);
  renameSync(scratch, path);
  return path;
}

/** A folder with `rootfs` in it: the root of the image without a shell. */
export function rootfs(): string {
  const key = keyOf(readFileSync(script("rootfs.sh"), "utf8"));
  return cached(`root-${key}`, (path) => void must("sh", [script("rootfs.sh"), join(path, "rootfs")]));
}

/** Name in the engine of a Debian that has the host image's packages: it serves as builder and as base. */
export function hostBase(env: NodeJS.ProcessEnv): string {
  const packages = must("sh", [script("host-packages.sh"), "list"]).trim();
  const key = keyOf(packages);
  const name = `kumulus.local/base:${key}`;
  if (spawnSync("docker", ["image", "inspect", name], { env, stdio: "ignore" }).status === 0) return name;
  const include = `--include=${packages.replaceAll(" ", ",")}`;
  const archive = cached(
    `base-${key}.tar`,
    (path) => void must("mmdebstrap", ["--variant=essential", include, "--format=tar", "bookworm", path, mirror]),
  );
  must("docker", ["import", archive, name], { env });
  return name;
}
