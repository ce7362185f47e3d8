// Gets the guest's Debian packages and unpacks them; nothing is installed on the host.
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { guestFiles, kernelPackage } from "./packages.ts";
import { run } from "./run.ts";

/** Name of today's kernel package, which the meta package depends on. */
function currentKernel(): string {
  const depends = run("apt-cache", ["depends", kernelPackage]).toString();
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (!name) throw new Error(`apt knows no ${kernelPackage}: run apt-get update, and check that the sources are Debian 12 (amd64)`);
  return name;
}

function download(directory: string): void {
  run("apt-get", ["-q", "download", currentKernel(), ...Object.keys(guestFiles)], { cwd: directory });
}

/** Folder with all packages unpacked into it, `lib` and `usr/lib` as Debian ships them. Old package lists are refreshed once. */
export function downloadPackages(directory: string, say: (line: string) => void): string {
  const archives = join(directory, "archives");
  const unpacked = join(directory, "unpacked");
  mkdirSync(archives, { recursive: true });
  mkdirSync(unpacked);
  try {
    download(archives);
  } catch {
    say("guest image: refreshing apt's package lists …");
    run("apt-get", ["-q", "update"]);
    download(archives);
  }
  for (const archive of readdirSync(archives).filter((name) => name.endsWith(".deb")))
    run("dpkg-deb", ["-x", join(archives, archive), unpacked]);
  return unpacked;
}
