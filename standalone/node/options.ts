// What the node agent is told at its start.
import type { Log } from "../../operator/contract.ts";
import type { GuestsGroup } from "./guest/cgroup.ts";

export interface NodeOptions {
  /** Path; $KUBECONFIG or ~/.kube/config when undefined. */
  kubeconfig?: string;
  /** Name of the Node object, of the hypervisor and of the OVN chassis. */
  nodeName: string;
  /**
   * Where kube-apiserver reaches the agent, and where it listens: the machine's IP on a node of a cluster, beside a kubelet of its own.
   * 127.0.0.1 when undefined: the API server is on this machine, and nobody watches over nodes.
   */
  address?: string;
  hypervisor: "qemu" | "simulated";
  /** Name of the network namespace under /run/netns with the data plane; the agent's own when undefined. */
  netns?: string;
  /** Where guests run, so that they outlive the agent's container; in the agent's own group when undefined. */
  group?: GuestsGroup;
  /** Short, for unix sockets, and kept while guests run: `/run/kumulus/<instance>`. */
  runDir: string;
  disksDir: string;
  /** The Open_vSwitch database as OVSDB spells it (`unix:/run/…`); NICs are not plugged when undefined. */
  confDatabase?: string;
  /** 0 takes a free one. */
  ports: {
    /** Aggregated APIs, HTTPS. */
    api: number;
    /** The kubelet's log endpoint, HTTPS. */
    kubelet: number;
    /** /healthz, /readyz, /metrics, plain HTTP. */
    health: number;
  };
  /** Guests that may boot at a time; the machine's cores when undefined. */
  startSlots?: number;
  /** JSON array of the uids of guests that were stopped with the whole cloud; they run again, and the file is removed. */
  stoppedGuestsFile?: string;
  log: Log;
  signal: AbortSignal;
}
