// promtool, which checks alert rules: out of Debian's package prometheus, of which nothing is installed and no service starts.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "./engines.ts";

const target = join(cacheDirectory, "promtool");

function run(program: string, argv: readonly string[], cwd: string): boolean {
  return spawnSync(program, argv, { cwd, stdio: ["ignore", "ignore", "inherit"] }).status === 0;
}

function unpack(directory: string): void {
  const download = () => run("apt-get", ["-q", "-o", "APT::Sandbox::User=root", "download", "prometheus"], directory);
  // Old package lists name files that are gone.
  if (!download() && !(run("apt-get", ["-q", "update"], directory) && download()))
    throw new Error("apt-get could not download the package prometheus");
  const archive = readdirSync(directory).find((name) => name.endsWith(".deb"));
  if (!archive || !run("dpkg-deb", ["-x", archive, "."], directory)) throw new Error("the package prometheus could not be unpacked");
}

/** Path of the program; downloaded once per machine. */
export function promtool(): string {
  if (existsSync(target)) return target;
  mkdirSync(cacheDirectory, { recursive: true });
  const scratch = mkdtempSync(join(cacheDirectory, "promtool-"));
  try {
    unpack(scratch);
    renameSync(join(scratch, "usr/bin/promtool"), target);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return target;
}
