// Installs the chart on the tests' cluster as a person would: side-loaded images, volumes made beforehand, helm.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildEngine, enginePath } from "../../hack/engines.ts";
import { buildImages, images } from "../../hack/image.ts";
import type { Identity } from "../../standalone/supervisor/definition.ts";
import type { Layout } from "./layout.ts";
import { initOf, runInside } from "./namespace.ts";
import { containerdSocket } from "./node.ts";
import { run } from "./shell.ts";
import { readState } from "./state.ts";

const root = join(import.meta.dirname, "../..");
export const namespace = "kumulus-system";
const release = "kumulus";
const storageClass = "disk";

function runningNodes(layout: Layout): Identity[] {
  const found = (readState(layout)?.holders ?? []).flatMap((holder) => initOf(holder) ?? []);
  if (found.length === 0) throw new Error(`cluster ${layout.name} is not running`);
  return found;
}

/** Arguments that start a program of this machine in the first node's network. */
export const nodeNetwork = (layout: Layout): string[] => ["nsenter", `--net=/proc/${runningNodes(layout)[0]?.pid}/ns/net`];

export function kubectl(layout: Layout, ...argv: string[]): string {
  return run(enginePath("kubectl"), ["--kubeconfig", layout.kubeconfig, "--namespace", namespace, ...argv], { timeoutMs: 300_000 });
}

export function helm(layout: Layout, ...argv: string[]): string {
  return run(enginePath("helm"), ["--kubeconfig", layout.kubeconfig, "--namespace", namespace, ...argv], { timeoutMs: 420_000 });
}

/** Builds our images and puts them where the nodes' pods find them, without a registry. */
export async function sideload(layout: Layout, say: (line: string) => void): Promise<void> {
  buildEngine("helm", say);
  const folder = join(root, "build/image");
  await buildImages(say, folder);
  const importing = ["--address", containerdSocket, "-n", "k8s.io", "images", "import"];
  for (const init of runningNodes(layout))
    for (const name of images) runInside(init, [enginePath("ctr"), ...importing, join(folder, `${name}.tar`)], 120_000);
}

const volumeFolder = (layout: Layout, name: string) => join(layout.directory, "volumes", name);

/** A folder of this machine, which all nodes see, as a volume. Nothing provisions volumes here. */
function volume(layout: Layout, name: string, accessMode: string, storage: string): object {
  const expression = { key: "kubernetes.io/hostname", operator: "Exists" };
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      capacity: { storage },
      accessModes: [accessMode],
      storageClassName: storageClass,
      persistentVolumeReclaimPolicy: "Retain",
      local: { path: volumeFolder(layout, name) },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } },
    },
  };
}

export function makeVolumes(layout: Layout): void {
  const members = [0, 1, 2].map((member) => volume(layout, `ovn-${member}`, "ReadWriteOnce", "1Gi"));
  const items = [volume(layout, "images", "ReadWriteMany", "50Gi"), ...members];
  for (const name of ["images", "ovn-0", "ovn-1", "ovn-2"]) mkdirSync(volumeFolder(layout, name), { recursive: true });
  run(enginePath("kubectl"), ["--kubeconfig", layout.kubeconfig, "apply", "-f", "-"], {
    input: JSON.stringify({ apiVersion: "v1", kind: "List", items }),
  });
}

/** The chart with OVN and the node agent, on a kernel without openvswitch. */
const guestsNode = { "kumulus.cloud/node-agent": "" };

const valuesOf = (layout: Layout) => ({
  images: { persistence: { storageClass } },
  ovn: {
    managed: {
      enabled: true,
      central: { persistence: { storageClass } },
      // A way out on one machine only: the stories look from there.
      host: {
        nodeSelector: guestsNode,
        datapath: "netdev",
        bridges: [{ physicalNetwork: "public", bridge: "br-ex", address: "172.24.4.1/24" }],
      },
    },
  },
  // Within the cluster's own group, which `down` takes away.
  nodeAgent: { enabled: true, controlGroup: `${layout.cgroup}/guests` },
  bootstrap: {
    externalNetwork: {
      physicalNetwork: "public",
      cidr: "172.24.4.0/24",
      gatewayIP: "172.24.4.1",
      start: "172.24.4.2",
      end: "172.24.4.254",
    },
  },
});

/** Returns when all of it is ready and the cloud is filled. */
export function installChart(layout: Layout): string {
  kubectl(layout, "label", "node", layout.nodeName, "kumulus.cloud/node-agent=", "--overwrite");
  const set = Object.entries(valuesOf(layout)).flatMap(([key, value]) => ["--set-json", `${key}=${JSON.stringify(value)}`]);
  return helm(layout, "install", release, join(root, "charts/kumulus"), "--create-namespace", "--wait", "--timeout", "6m", ...set);
}

/** Variables for the openstack client in the node's network, where no name resolves. */
export function clientEnvironment(layout: Layout, user: "admin" | "demo"): string {
  const template = `go-template={{ index .data "openrc-${user}" | base64decode }}`;
  const openrc = kubectl(layout, "get", "secret", "kumulus-clouds", "-o", template);
  const address = kubectl(layout, "get", "service", `${release}-api`, "-o", "jsonpath={.spec.clusterIP}");
  return `${openrc}\nexport OS_AUTH_URL=http://${address}:8774/identity`;
}
