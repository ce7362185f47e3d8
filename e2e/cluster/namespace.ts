// The namespaces that a cluster lives in: one PID 1 holds them, and its death ends every process, mount and link inside.
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Identity } from "../../standalone/supervisor/definition.ts";
import { identityOf, isAlive } from "../../standalone/supervisor/proc.ts";
import { type Layout, network } from "./layout.ts";
import { run } from "./shell.ts";
import { lastLines, until } from "./wait.ts";

/**
 * What PID 1 does. /var/lib gets a layer of ours, so that mount points exist inside only; on it lie real directories, since
 * containerd's snapshots cannot be an overlay over an overlay. Mounts are shared, for volumes with bidirectional propagation.
 */
export function initScript({ disk }: Layout): string {
  const directories = ["kubelet", "containerd", "cni"];
  return `set -e
mount --make-rshared /
mount -t tmpfs -o mode=755 tmpfs /run
mount -t overlay overlay -o lowerdir=/var/lib,upperdir=${disk}/lib,workdir=${disk}/lib-work /var/lib
${directories.map((name) => `mkdir -p /var/lib/${name}; mount --bind ${disk}/${name} /var/lib/${name}`).join("\n")}
mount --bind ${disk}/log /var/log
mkdir -p /run/netns /run/containerd
ip link set lo up
touch ${disk}/ready
set +e
# The shell collects orphans while it waits for its own child.
while :; do sleep 3600; done
`;
}

/** Starts `unshare`, which holds PID 1 as its only child: when one of the two is killed, both end. */
export function startHolder(layout: Layout): Identity {
  for (const name of ["lib", "lib-work", "kubelet", "containerd", "cni", "log"]) mkdirSync(join(layout.disk, name), { recursive: true });
  const script = join(layout.config, "init.sh");
  writeFileSync(script, initScript(layout));
  const log = openSync(join(layout.logs, "init.log"), "a");
  const namespaces = ["--mount", "--net", "--pid", "--ipc", "--uts", "--propagation", "private", "--fork", "--mount-proc", "--kill-child"];
  const holder = spawn("unshare", [...namespaces, "sh", script], { detached: true, stdio: ["ignore", log, log], cwd: "/" });
  holder.unref();
  closeSync(log);
  const identity = holder.pid === undefined ? undefined : identityOf(holder.pid);
  if (!identity) throw new Error("`unshare` (Debian's util-linux) did not start");
  return identity;
}

/** PID 1, as the machine sees it; undefined when the namespaces have ended. */
export function initOf(holder: Identity): Identity | undefined {
  if (!isAlive(holder)) return undefined;
  const child = Number(readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, "utf8").trim());
  return child > 0 ? identityOf(child) : undefined;
}

/** Resolves with PID 1 once it has made its mounts. */
export async function namespacesReady(layout: Layout, holder: Identity): Promise<Identity> {
  await until("the namespaces", layout, 10_000, () => !isAlive(holder) || existsSync(join(layout.disk, "ready")), "init");
  const init = initOf(holder);
  if (init) return init;
  throw new Error(`the namespaces ended; are unshare, mount and overlay allowed on this machine?\n${lastLines(layout, "init")}`);
}

/** Runs a program inside, to its end. */
export function runInside(init: Identity, argv: readonly string[], timeoutMs = 30_000): string {
  const enter = ["--target", String(init.pid), "--mount", "--net", "--pid", "--ipc", "--uts", "--wd=/"];
  return run("nsenter", [...enter, ...argv], { timeoutMs });
}

/** The nodes' network is a bridge in the first node; what is plugged into it can talk to all. */
const bridge = "nodes0";

const withPrefix = (address: string) => `${address}/${network.prefixLength}`;

/** kubelet and kube-proxy look for the default route's interface; the machine forwards nothing from there. */
function addressNode(init: Identity, link: string, address: string): void {
  runInside(init, ["ip", "address", "add", withPrefix(address), "dev", link]);
  runInside(init, ["ip", "link", "set", link, "up"]);
  runInside(init, ["ip", "route", "add", "default", "via", network.hostIP]);
}

/** A link between the machine and the first node: the only way in. It goes with the node. */
export function connectHost({ hostLink, nodeLink, nodeIP }: Layout, init: Identity): void {
  run("ip", ["link", "add", hostLink, "type", "veth", "peer", "name", nodeLink, "netns", String(init.pid)]);
  run("ip", ["address", "add", withPrefix(network.hostIP), "dev", hostLink]);
  run("ip", ["link", "set", hostLink, "up"]);
  runInside(init, ["ip", "link", "add", bridge, "type", "bridge"]);
  runInside(init, ["ip", "link", "set", nodeLink, "up", "master", bridge]);
  addressNode(init, bridge, nodeIP);
}

/** A link between the two nodes, and the way to each other's pods. */
export function connectNodes(nodes: readonly { layout: Layout; init: Identity }[]): void {
  const [first, second] = nodes;
  if (!first || !second) return;
  const { hostLink, nodeLink, nodeIP } = second.layout;
  const inFirst = [hostLink, "netns", String(first.init.pid)];
  run("ip", ["link", "add", ...inFirst, "type", "veth", "peer", "name", nodeLink, "netns", String(second.init.pid)]);
  runInside(first.init, ["ip", "link", "set", hostLink, "up", "master", bridge]);
  addressNode(second.init, nodeLink, nodeIP);
  runInside(first.init, ["ip", "route", "add", second.layout.podCIDR, "via", nodeIP]);
  runInside(second.init, ["ip", "route", "add", first.layout.podCIDR, "via", first.layout.nodeIP]);
}

/** Ends PID 1, and so all; resolves when the kernel has collected it. */
export async function endNamespaces(layout: Layout, holder: Identity): Promise<void> {
  const init = initOf(holder);
  if (isAlive(holder)) process.kill(holder.pid, "SIGKILL");
  await until("the namespaces' end", layout, 20_000, () => !isAlive(holder) && !(init && isAlive(init)));
}
