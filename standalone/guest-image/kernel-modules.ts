// Kernel modules for the guest: which files, in which order they load. Reads the modules themselves, since Debian's package has no modules.dep.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** Names in the kernel have underscores where file names may have dashes. */
const canonical = (name: string) => name.replaceAll("-", "_");

/** Module name → path of its .ko below `directory`. */
export function findModules(directory: string): Map<string, string> {
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ko"));
  return new Map(paths.map((path) => [canonical(basename(path, ".ko")), join(directory, path)]));
}

/** What one module needs, from the `depends=` string of its .modinfo section. */
function dependenciesOf(module: Buffer): string[] {
  const found = /\0depends=([^\0]*)\0/.exec(module.toString("latin1"));
  return (found?.[1] ?? "").split(",").filter(Boolean).map(canonical);
}

/**
 * Paths of the wanted modules and of all they need, each after its dependencies. Throws on a name that the kernel does not have.
 * @param loaded names that are there already (loaded by the initrd); they are left out, and the new ones are added.
 */
export function loadOrder(modules: ReadonlyMap<string, string>, wanted: readonly string[], loaded: Set<string>): string[] {
  const order: string[] = [];
  const visit = (name: string) => {
    if (loaded.has(name)) return;
    loaded.add(name);
    const path = modules.get(name);
    if (!path) throw new Error(`the kernel package has no module ${name}`);
    for (const dependency of dependenciesOf(readFileSync(path))) visit(dependency);
    order.push(path);
  };
  for (const name of wanted) visit(canonical(name));
  return order;
}
