// Whether this machine can run a cluster at all: what it lacks is said by name, and the stories are left out.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";

const works = (program: string, ...argv: string[]) => spawnSync(program, argv, { stdio: "ignore", timeout: 10_000 }).status === 0;

function canMakeGroups(): boolean {
  const tree = existsSync("/sys/fs/cgroup/cgroup.procs") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/devices";
  const group = join(tree, `kumulus-probe-${process.pid}`);
  try {
    mkdirSync(group);
    rmdirSync(group);
    return true;
  } catch {
    return false;
  }
}

const overlay =
  "mount -t tmpfs tmpfs /mnt && mkdir /mnt/a /mnt/b /mnt/c && mount -t overlay overlay -o lowerdir=/mnt/a,upperdir=/mnt/b,workdir=/mnt/c /mnt";

/** Undefined when all is there. */
export function missingAbility(): string | undefined {
  if (process.getuid?.() !== 0) return "root";
  if (!works("unshare", "--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--mount-proc", "true")) return "namespaces (unshare)";
  if (!canMakeGroups()) return "control groups that can be written (/sys/fs/cgroup)";
  if (!works("unshare", "--mount", "--propagation", "private", "sh", "-c", overlay)) return "the overlay file system";
  return undefined;
}

/** For a `before` hook: leaves its stories out, and says why. */
export function skipUnlessAble(context: Mocha.Context): void {
  const missing = missingAbility();
  if (missing === undefined) return;
  console.log(`    not run, since this machine lacks ${missing}`);
  context.skip();
}
