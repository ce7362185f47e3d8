// Ends a cluster in order and takes away all of it: the node, the control plane, then the namespaces and with them the pods.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Layout } from "./layout.ts";
import { removeGroups, restoreSettings } from "./machine.ts";
import { endNamespaces, initOf } from "./namespace.ts";
import { stopProgram } from "./program.ts";
import { run } from "./shell.ts";
import { readState } from "./state.ts";

const order = ["kube-proxy", "kubelet", "containerd", "kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd"] as const;

export async function down(layout: Layout): Promise<void> {
  const state = readState(layout);
  const init = state?.holder && initOf(state.holder);
  if (init) for (const name of order) await stopProgram(layout, init, name, 3000);
  if (state?.holder) await endNamespaces(layout, state.holder);
  // It would go with its other end, but the kernel keeps a network without processes until the last of its connections has given up.
  if (existsSync(join("/sys/class/net", layout.hostLink))) run("ip", ["link", "delete", layout.hostLink]);
  if (state) await removeGroups(layout);
  if (state) restoreSettings(state.settings);
  rmSync(layout.directory, { recursive: true, force: true });
}
