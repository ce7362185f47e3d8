// Starts a cluster of one node or two: files, namespaces, control plane, node. Fails loudly and leaves the logs.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { dirname, join } from "node:path";
import { buildEngine, buildEngines, enginePath } from "../../hack/engines.ts";
import { installPackages, missingPackages } from "../../hack/setup/apt.ts";
import { clusterPackages } from "../../hack/setup/packages.ts";
import type { Identity } from "../../standalone/supervisor/definition.ts";
import { writeCertsAndKubeconfigs } from "./certs.ts";
import { etcd, kubeApiserver, kubeControllerManager, kubeScheduler } from "./control-plane.ts";
import { writeImages } from "./images.ts";
import { type Layout, network, secondNode } from "./layout.ts";
import { createGroups, readSettings } from "./machine.ts";
import { connectHost, connectNodes, namespacesReady, runInside, startHolder } from "./namespace.ts";
import { containerd, containerdSocket, coreDNS, kubelet, kubeProxy, nodeFiles } from "./node.ts";
import { startProgram } from "./program.ts";
import { run } from "./shell.ts";
import { writeState } from "./state.ts";
import { until } from "./wait.ts";

type Say = (line: string) => void;

/** Programs and packages that are missing on this machine. */
function prepareMachine(say: Say): void {
  if (process.getuid?.() !== 0) throw new Error("a cluster needs namespaces, mounts and cgroups: run this as root");
  const missing = missingPackages(clusterPackages);
  if (missing.length > 0) say(`installing ${missing.join(" ")} …`);
  if (missing.length > 0) installPackages(missing);
  buildEngines(say);
  for (const module of ["node", "containerd", "cni", "coredns"] as const) buildEngine(module, say);
}

function writeFiles(layout: Layout): void {
  for (const folder of [layout.logs, layout.config]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [path, text] of Object.entries(nodeFiles(layout))) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
  }
}

const kubectl = (layout: Layout, ...argv: string[]) => run(enginePath("kubectl"), ["--kubeconfig", layout.kubeconfig, ...argv]);

async function startControlPlane(layout: Layout, init: Identity): Promise<void> {
  // kube-apiserver waits for etcd, and the others for kube-apiserver, by themselves.
  await startProgram(layout, init, etcd(layout), () => true);
  await startProgram(layout, init, kubeApiserver(layout), () => kubectl(layout, "get", "--raw", "/readyz") === "ok");
  await startProgram(layout, init, kubeControllerManager(layout), () => true);
  await startProgram(layout, init, kubeScheduler(layout), () => true);
}

async function startNode(layout: Layout, init: Identity): Promise<void> {
  const ctr = (...argv: string[]) => runInside(init, [enginePath("ctr"), "--address", containerdSocket, "-n", "k8s.io", ...argv]);
  await startProgram(layout, init, containerd(layout), () => ctr("images", "list", "-q") !== undefined);
  for (const archive of writeImages(join(layout.directory, "images"))) ctr("images", "import", archive);
  await startProgram(layout, init, kubelet(layout), () => true);
  await startProgram(layout, init, kubeProxy(layout), () => true);
  const ready = ["get", "node", layout.nodeName, "-o", 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'];
  await until(`node ${layout.nodeName} to be Ready`, layout, 60_000, () => kubectl(layout, ...ready) === "True");
}

/** Gives pods of the default namespace their account: without it the first ones would be refused. */
const waitForAccounts = (layout: Layout) =>
  until("the default service account", layout, 30_000, () => kubectl(layout, "get", "serviceaccount", "default", "-o", "name") !== "");

/** Clusters share one range of addresses, so there can be one at a time. */
function refuseSecond(layout: Layout): void {
  if (existsSync(layout.state))
    throw new Error(`cluster ${layout.name} is there already: run \`node e2e/cluster/run.ts down ${layout.name}\``);
  const used = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === network.hostIP));
  if (used) throw new Error(`${network.hostIP} is in use: end the other cluster first (\`ls build/cluster\` of each checkout names it)`);
}

async function startAll(layout: Layout, nodes: readonly Layout[], say: Say): Promise<void> {
  const timed = async <T>(what: string, work: () => T | Promise<T>): Promise<T> => {
    const started = Date.now();
    const result = await work();
    say(`${what}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
    return result;
  };
  await timed("machine", () => prepareMachine(say));
  await timed("certificates and files", () => {
    writeCertsAndKubeconfigs(layout);
    for (const node of nodes) writeFiles(node);
  });
  const settings = readSettings();
  writeState(layout, { settings, holders: [] });
  for (const node of nodes) createGroups(node);
  const holders = nodes.map(startHolder);
  writeState(layout, { settings, holders });
  const inits = await timed("namespaces", () => Promise.all(nodes.map((node, index) => namespacesReady(node, holders[index] as Identity))));
  const running = nodes.map((node, index) => ({ layout: node, init: inits[index] as Identity }));
  const { init } = running[0] as { init: Identity };
  connectHost(layout, init);
  connectNodes(running);
  await timed("control plane", () => startControlPlane(layout, init));
  for (const node of running) await timed(`node ${node.layout.nodeName}`, () => startNode(node.layout, node.init));
  await timed("names", () => startProgram(layout, init, coreDNS(layout), () => runInside(init, ["ss", "-Hlnu", "sport = 53"]) !== ""));
  await timed("service account", () => waitForAccounts(layout));
}

/** Leaves a cluster that failed as it is, for whoever looks for the reason. */
export async function up(layout: Layout, say: Say, { nodes = 1 }: { nodes?: 1 | 2 } = {}): Promise<void> {
  refuseSecond(layout);
  try {
    await startAll(layout, nodes === 1 ? [layout] : [layout, secondNode(layout)], say);
  } catch (error) {
    const next = `\`node e2e/cluster/run.ts down ${layout.name}\` ends what has started, and takes the logs (${layout.logs}) with it`;
    throw new Error(`${(error as Error).message}\n\n${next}`);
  }
  say(`export KUBECONFIG=${layout.kubeconfig}`);
}
