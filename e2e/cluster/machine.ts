// What a cluster leaves on the machine outside of its namespaces: cgroups and the kernel settings that kubelet changes for all.
import { existsSync, globSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Layout } from "./layout.ts";
import { until } from "./wait.ts";

const settingNames = [
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
] as const;

/** Name → value of the settings that kubelet may change. */
export function readSettings(): Record<string, string> {
  return Object.fromEntries(settingNames.map((name) => [name, readFileSync(join("/proc/sys", name), "utf8").trim()]));
}

/** Puts back what differs. */
export function restoreSettings(before: Record<string, string>): void {
  const now = readSettings();
  for (const [name, value] of Object.entries(before)) if (now[name] !== value) writeFileSync(join("/proc/sys", name), value);
}

/** Our group in each controller's tree (cgroup v1: one tree a controller; v2: one for all). */
function groups({ cgroup }: Layout): string[] {
  const unified = existsSync("/sys/fs/cgroup/cgroup.procs");
  return (unified ? ["/sys/fs/cgroup"] : globSync("/sys/fs/cgroup/*/")).map((tree) => join(tree, cgroup));
}

export function createGroups(layout: Layout): void {
  for (const group of groups(layout)) {
    mkdirSync(group, { recursive: true });
    // A new cpuset of cgroup v1 is empty, and nothing can run in it.
    for (const file of ["cpuset.cpus", "cpuset.mems"])
      if (existsSync(join(group, file))) writeFileSync(join(group, file), readFileSync(join(group, "..", file), "utf8").trim());
  }
}

/** Ours and all below it, the deepest first. */
export function presentGroups(layout: Layout): string[] {
  return groups(layout).flatMap((group) => (existsSync(group) ? [...globSync(`${group}/**/`).reverse(), group] : []));
}

/** A group can go only after the kernel has let go of its last process. */
export async function removeGroups(layout: Layout): Promise<void> {
  const remove = () => {
    for (const group of presentGroups(layout)) if (existsSync(group)) rmdirSync(group);
    return true;
  };
  await until("the cgroups to become empty", layout, 10_000, remove);
}
