// Where a cluster's files are, and its addresses. Pure.
import { join } from "node:path";

/** The addresses that a cluster uses; one cluster at a time has them. */
export const network = {
  hostIP: "10.123.0.1",
  nodeIP: "10.123.0.2",
  prefixLength: 24,
  podCIDR: "10.123.64.0/24",
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
  /** Below each cgroup controller. */
  cgroup: string;
}

const validName = /^[a-z][a-z0-9]{0,10}$/;

export function layoutOf(name: string): Layout {
  if (!validName.test(name))
    throw new Error(`cluster name ${JSON.stringify(name)}: at most 11 lower-case letters and digits, a letter first`);
  const directory = join(import.meta.dirname, "../../build/cluster", name);
  const inside = (path: string) => join(directory, path);
  return {
    name,
    directory,
    kubeconfig: inside("kubeconfig"),
    state: inside("state.json"),
    logs: inside("logs"),
    pids: inside("pids"),
    certs: inside("certs"),
    config: inside("config"),
    disk: inside("disk"),
    hostLink: `kc-${name}`,
    nodeLink: `kn-${name}`,
    nodeName: `${name}-1`,
    cgroup: `kumulus-cluster-${name}`,
  };
}
