// A control group for guests alone: a container's end takes the processes of its own group with it, and guests are to outlive the agent's.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface GuestsGroup {
  /** Where the machine's control groups are mounted. */
  root: string;
  /** Path below each tree's root. */
  name: string;
}

/** One tree for all controllers (cgroup v2), or one for each (v1). */
function treesOf(root: string): string[] {
  if (existsSync(join(root, "cgroup.procs"))) return [root];
  const trees = readdirSync(root).map((name) => join(root, name));
  return trees.filter((tree) => existsSync(join(tree, "cgroup.procs")));
}

/** A new cpuset of v1 is empty, and nothing can run in it. */
function fillCpuset(group: string): void {
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    const path = join(group, file);
    if (existsSync(path) && readFileSync(path, "utf8").trim() === "")
      writeFileSync(path, readFileSync(join(dirname(group), file), "utf8").trim());
  }
}

function ensureGroup(tree: string, name: string): string {
  let group = tree;
  for (const part of name.split("/")) {
    group = join(group, part);
    mkdirSync(group, { recursive: true });
    fillCpuset(group);
  }
  return group;
}

/** With all its threads. */
export function moveToGroup(pid: number, { root, name }: GuestsGroup): void {
  for (const tree of treesOf(root)) writeFileSync(join(ensureGroup(tree, name), "cgroup.procs"), String(pid));
}
