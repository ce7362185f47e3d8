// Counts what a cluster has on the machine, seen from outside: for the proof that nothing of it stays.
import { existsSync, globSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { type Layout, secondNode } from "./layout.ts";
import { presentGroups, readSettings } from "./machine.ts";
import { initOf } from "./namespace.ts";
import { readState } from "./state.ts";

const kinds = ["mnt", "net", "pid", "ipc", "uts"] as const;

/** The folders that kubelet and containerd would make outside of namespaces of their own. */
const hostDirectories = [
  "/var/lib/kubelet",
  "/var/lib/containerd",
  "/var/lib/cni",
  "/run/containerd",
  "/var/log/pods",
  "/var/log/containers",
];

/** A process that ends while we look has none. */
function namespacesOf(directory: string): string[] {
  try {
    return kinds.map((kind) => readlinkSync(join(directory, "ns", kind)));
  } catch {
    return [];
  }
}

/** Names, such as `net:[4026532300]`, of the namespaces that the nodes' PID 1 hold. */
export function clusterNamespaces(layout: Layout): string[] {
  const inits = (readState(layout)?.holders ?? []).flatMap((holder) => initOf(holder) ?? []);
  return inits.flatMap(({ pid }) => namespacesOf(`/proc/${pid}`));
}

export interface Traces {
  /** Processes in one of the namespaces, or of a program that was started with the cluster's files. */
  processes: string[];
  mounts: string[];
  links: string[];
  groups: string[];
  directories: string[];
  settings: Record<string, string>;
}

function processes(layout: Layout, namespaces: readonly string[]): string[] {
  const found: string[] = [];
  for (const directory of globSync("/proc/[0-9]*")) {
    let command = "";
    try {
      command = readFileSync(join(directory, "cmdline"), "utf8").replaceAll("\0", " ");
    } catch {
      continue; // it has ended
    }
    const inside = namespacesOf(directory).some((namespace) => namespaces.includes(namespace));
    if (inside || command.includes(`${layout.directory}/`)) found.push(`${basename(directory)} ${command}`);
  }
  return found;
}

export function traces(layout: Layout, namespaces: readonly string[]): Traces {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  return {
    processes: processes(layout, namespaces),
    mounts: mounts.filter((line) => line.includes(layout.directory) || line.includes("kubelet") || line.includes("/run/containerd")),
    links: [layout.hostLink, layout.nodeLink, "cni0"].filter((link) => existsSync(join("/sys/class/net", link))),
    groups: [layout, secondNode(layout)].flatMap(presentGroups),
    directories: [layout.directory, ...hostDirectories].filter((path) => existsSync(path)),
    settings: readSettings(),
  };
}
