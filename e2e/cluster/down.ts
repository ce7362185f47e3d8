// Ends a cluster in order and takes away all of it: the node, the control plane, then the namespaces and with them the pods.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Identity } from "../../standalone/supervisor/definition.ts";
import { type Layout, secondNode } from "./layout.ts";
import { removeGroups, restoreSettings } from "./machine.ts";
import { endNamespaces, initOf } from "./namespace.ts";
import { stopProgram } from "./program.ts";
import { run } from "./shell.ts";
import { readState } from "./state.ts";

const nodePrograms = ["coredns", "kube-proxy", "kubelet", "containerd"];
const controlPlane = ["kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd"];

async function stopPrograms(layout: Layout, holder: Identity | undefined, names: readonly string[]): Promise<void> {
  const init = holder && initOf(holder);
  if (init) for (const name of names) await stopProgram(layout, init, name, 3000);
}

export async function down(layout: Layout): Promise<void> {
  const state = readState(layout);
  const second = secondNode(layout);
  const [holder, secondHolder] = state?.holders ?? [];
  await stopPrograms(second, secondHolder, nodePrograms);
  await stopPrograms(layout, holder, [...nodePrograms, ...controlPlane]);
  for (const each of state?.holders ?? []) await endNamespaces(layout, each);
  // It would go with its other end, but the kernel keeps a network without processes until the last of its connections has given up.
  if (existsSync(join("/sys/class/net", layout.hostLink))) run("ip", ["link", "delete", layout.hostLink]);
  if (state) for (const each of [layout, second]) await removeGroups(each);
  if (state) restoreSettings(state.settings);
  rmSync(layout.directory, { recursive: true, force: true });
}
