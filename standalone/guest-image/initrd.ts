// The initrd: busybox, the few modules that find the root disk, and a script. Small, since the kernel unpacks it under emulation.
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { run } from "./run.ts";

export interface InitrdParts {
  /** Folder of the unpacked packages. */
  packages: string;
  /** The script that becomes /init. */
  init: string;
  /** Paths of modules in the order in which they load. */
  modules: readonly string[];
}

/** Path of the compressed cpio archive. */
export function makeInitrd(directory: string, { packages, init, modules }: InitrdParts): string {
  for (const name of ["bin", "dev", "proc", "sys", "root", "modules"]) mkdirSync(join(directory, name), { recursive: true });
  copyFileSync(join(packages, "bin/busybox"), join(directory, "bin/busybox"));
  for (const applet of ["sh", "mount", "umount", "insmod", "cat", "printf", "dd", "blockdev", "switch_root", "usleep"])
    symlinkSync("busybox", join(directory, "bin", applet));
  for (const [index, path] of modules.entries())
    copyFileSync(path, join(directory, "modules", `${String(index).padStart(2, "0")}-${basename(path)}`));
  copyFileSync(init, join(directory, "init"));
  chmodSync(join(directory, "init"), 0o755);
  const archive = run("sh", ["-c", 'find . | "$0" cpio -o -H newc', join(packages, "bin/busybox")], { cwd: directory });
  const target = `${directory}.zst`;
  writeFileSync(target, zstdCompressSync(archive, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }));
  return target;
}
