// Builds the guest image of the one-machine cloud from Debian packages, once per machine and recipe: `node standalone/guest-image/build.ts`.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory as defaultCacheDirectory } from "../../hack/engines.ts";
import { makeDisk } from "./disk.ts";
import { downloadPackages } from "./download.ts";
import { makeInitrd } from "./initrd.ts";
import { findModules, loadOrder } from "./kernel-modules.ts";
import { bootModules, guestModules } from "./packages.ts";
import { makeRoot } from "./root-directory.ts";

const recipe = import.meta.dirname;
const bootMiB = 24;
const rootMiB = 48;
/** `cryptomgr.notests` halves the kernel's boot under emulation; `loglevel=4` keeps the console to what matters, and each line costs time. */
const commandLine = "console=tty0 console=ttyS0,115200 cryptomgr.notests panic=10 net.ifnames=0";

export interface BuildOptions {
  /** Where images are kept; one folder per recipe. */
  cacheDirectory: string;
  say: (line: string) => void;
}

/** Changes with every file that the image is made from, so that a changed recipe is built anew. */
function recipeHash(): string {
  const sum = createHash("sha256");
  const files = readdirSync(recipe, { recursive: true, encoding: "utf8" }).filter(
    (path) => !path.endsWith(".test.ts") && !path.startsWith("testing"),
  );
  for (const path of files.sort()) {
    if (statSync(join(recipe, path)).isFile())
      sum
        .update(`${path}\0`)
        .update(readFileSync(join(recipe, path)))
        .update("\0");
  }
  return sum.digest("hex").slice(0, 12);
}

/**
 * Path of the guest image (qcow2). Builds it when the cache does not have it; two builds at once do no harm.
 * Needs root (owners of files in the image), the packages in `guestImagePackages`, and apt's package lists. Throws with what to do.
 */
export async function buildGuestImage({ cacheDirectory, say }: BuildOptions): Promise<string> {
  const target = join(cacheDirectory, `guest-${recipeHash()}`);
  const image = join(target, "guest.qcow2");
  if (existsSync(image)) return image;
  if (process.getuid?.() !== 0) throw new Error("the guest image must be built as root: its files belong to different users");
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const scratch = `${target}.${process.pid}`;
  mkdirSync(scratch, { recursive: true });
  try {
    say("guest image: downloading Debian packages …");
    const packages = downloadPackages(join(scratch, "packages"), say);
    say(`guest image: packages unpacked after ${seconds()}, building the disk …`);
    const modules = findModules(join(packages, "lib/modules"));
    const loaded = new Set<string>();
    const initrdModules = loadOrder(modules, bootModules, loaded);
    const kernel = readdirSync(join(packages, "boot")).find((name) => name.startsWith("vmlinuz-"));
    if (!kernel) throw new Error("the kernel package has no vmlinuz");
    const initrd = makeInitrd(join(scratch, "initrd"), { packages, init: join(recipe, "initrd/init"), modules: initrdModules });
    const rootDirectory = makeRoot(join(scratch, "root"), {
      packages,
      overlay: join(recipe, "root"),
      modules: loadOrder(modules, guestModules, loaded),
    });
    makeDisk(join(scratch, "guest.qcow2"), scratch, {
      kernel: join(packages, "boot", kernel),
      initrd,
      rootDirectory,
      commandLine,
      bootMiB,
      rootMiB,
    });
    mkdirSync(target, { recursive: true });
    renameSync(join(scratch, "guest.qcow2"), image);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  say(`guest image: ${image}, ${(statSync(image).size / 1024 / 1024).toFixed(1)} MiB, built in ${seconds()}`);
  return image;
}

if (import.meta.main) console.log(await buildGuestImage({ cacheDirectory: defaultCacheDirectory, say: (line) => console.error(line) }));
