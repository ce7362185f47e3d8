// The guest's root directory: chosen files of the Debian packages, busybox's commands, kernel modules, and our own files over them.
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { guestFiles } from "./packages.ts";
import { run } from "./run.ts";

export interface RootParts {
  /** Folder of the unpacked packages. */
  packages: string;
  /** Folder with our own files, laid out as in the guest. */
  overlay: string;
  /** Paths of modules in the order in which they load. */
  modules: readonly string[];
}

const directories = [
  "dev",
  "proc",
  "sys",
  "run",
  "mnt",
  "opt",
  "root",
  "etc/dropbear",
  "home/debian/.ssh",
  "tmp",
  "usr/bin",
  "usr/sbin",
  "usr/lib/modules",
  "usr/lib64",
  "var/lib",
  "var/log",
  "var/tmp",
];
const debianUser = 1000;

/** Debian 12 has /bin, /sbin and /lib inside /usr; its packages still name the old places. */
function merged(path: string): string {
  return path.replace(/^(bin|sbin|lib|lib64)\//, "usr/$1/");
}

function copyPackages(root: string, packages: string): void {
  for (const pattern of Object.values(guestFiles).flat()) {
    const found = globSync(pattern, { cwd: packages });
    if (found.length === 0)
      throw new Error(`no Debian package has ${pattern} any more: standalone/guest-image/packages.ts must be adapted`);
    for (const path of found) {
      const target = join(root, merged(path));
      mkdirSync(dirname(target), { recursive: true });
      cpSync(join(packages, path), target, { verbatimSymlinks: true });
    }
  }
  symlinkSync("../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", join(root, "usr/lib64/ld-linux-x86-64.so.2"));
  symlinkSync("dbclient", join(root, "usr/bin/ssh"));
  symlinkSync("openssh/sftp-server", join(root, "usr/lib/sftp-server"));
  symlinkSync("mke2fs", join(root, "usr/sbin/mkfs.ext4"));
}

/** Each command of busybox that no package brought becomes a link to it. */
function linkApplets(root: string): void {
  for (const path of run(join(root, "usr/bin/busybox"), ["--list-full"]).toString().trim().split("\n")) {
    const target = join(root, merged(path));
    if (!existsSync(target) && basename(path) !== "busybox" && path.includes("/")) symlinkSync("/bin/busybox", target);
  }
}

function copyModules(root: string, modules: readonly string[]): void {
  for (const path of modules) copyFileSync(path, join(root, "usr/lib/modules", basename(path)));
  writeFileSync(join(root, "usr/lib/modules/order"), modules.map((path) => `${basename(path)}\n`).join(""));
}

/** Modes do not depend on the umask of whoever checked the sources out. */
function copyOverlay(root: string, overlay: string): void {
  for (const path of readdirSync(overlay, { recursive: true, encoding: "utf8" })) {
    const target = join(root, path);
    if (lstatSync(join(overlay, path)).isDirectory()) mkdirSync(target, { recursive: true });
    else {
      copyFileSync(join(overlay, path), target);
      chmodSync(target, /^(usr\/lib\/guest|etc\/acpi)\//.test(path) ? 0o755 : 0o644);
    }
  }
}

/** Fills `root` and returns it. */
export function makeRoot(root: string, { packages, overlay, modules }: RootParts): string {
  for (const name of directories) mkdirSync(join(root, name), { recursive: true });
  for (const name of ["bin", "sbin", "lib", "lib64"]) symlinkSync(`usr/${name}`, join(root, name));
  copyPackages(root, packages);
  linkApplets(root);
  copyModules(root, modules);
  copyOverlay(root, overlay);
  for (const [path, mode] of [
    ["etc/shadow", 0o600],
    ["etc/sudoers", 0o440],
    ["usr/bin/sudo", 0o4755],
    ["tmp", 0o1777],
    ["var/tmp", 0o1777],
    ["root", 0o700],
  ] as const)
    chmodSync(join(root, path), mode);
  symlinkSync("/proc/mounts", join(root, "etc/mtab"));
  for (const path of ["home/debian", "home/debian/.ssh"]) chownSync(join(root, path), debianUser, debianUser);
  return root;
}
