// Where a cluster's files are, and its addresses. Pure.
import { join } from "node:path";

/** The addresses that a cluster uses; one cluster at a time has them. */
export const network = {
  hostIP: "10.123.0.1",
  /** Of the first node, which the control plane is on. */
  nodeIP: "10.123.0.2",
  prefixLength: 24,
  /** Of all nodes; each has a /24 of it. */
  podCIDR: "10.123.64.0/18",
  serviceCIDR: "10.123.128.0/20",
  /** The first of the services' addresses: the API server's own. */
  kubernetesServiceIP: "10.123.128.1",
} as const;

export const apiServerURL = `https://${network.nodeIP}:6443`;

export interface Layout {
  name: string;
  /** All that the cluster writes is in here. */
  directory: string;
  kubeconfig: string;
  state: string;
  logs: string;
  pids: string;
  certs: string;
  config: string;
  /** What stands at /var/lib, /run and /var/log inside. */
  disk: string;
  hostLink: string;
  nodeLink: string;
  nodeName: string;
  nodeIP: string;
  podCIDR: string;
  /** Below each cgroup controller. */
  cgroup: string;
}

const validName = /^[a-z][a-z0-9]{0,10}$/;

/** A cluster with its first node. */
export function layoutOf(name: string): Layout {
  if (!validName.test(name))
    throw new Error(`cluster name ${JSON.stringify(name)}: at most 11 lower-case letters and digits, a letter first`);
  const directory = join(import.meta.dirname, "../../build/cluster", name);
  const inside = (path: string) => join(directory, path);
  const cluster = { name, directory, kubeconfig: inside("kubeconfig"), state: inside("state.json"), certs: inside("certs") };
  return { ...cluster, ...nodeParts(name, directory, 1) };
}

/** The same cluster with what is different for its second node. */
export const secondNode = (layout: Layout): Layout => ({ ...layout, ...nodeParts(layout.name, join(layout.directory, "second"), 2) });

function nodeParts(name: string, directory: string, number: 1 | 2) {
  const suffix = number === 1 ? "" : "2";
  return {
    logs: join(directory, "logs"),
    pids: join(directory, "pids"),
    config: join(directory, "config"),
    disk: join(directory, "disk"),
    hostLink: `kc-${name}${suffix}`,
    nodeLink: `kn-${name}${suffix}`,
    nodeName: `${name}-${number}`,
    nodeIP: `10.123.0.${number + 1}`,
    podCIDR: `10.123.${63 + number}.0/24`,
    cgroup: `kumulus-cluster-${name}${suffix}`,
  };
}
