// The Node object of this host: where kube-apiserver finds the logs of its pods, and what the hypervisor has.
import { cpus, release, totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { isCode, KumulusError } from "../../domain/errors.ts";
import { quantityOf } from "../../domain/volume/quantity.ts";
import type { KubeClient, Log } from "../../operator/contract.ts";
import { Lease, Node } from "../../operator/kube/core-kinds.ts";
import { timestamp } from "./conditions.ts";

const fieldManager = "kumulus-node";
const mostPods = "100000";
export const loopback = "127.0.0.1";

/** What a Node of the agent's has besides a kubelet's: it is not one, and no pod may be placed there. */
const guestsOnly = "kumulus.cloud/guests";
const leaseNamespace = "kube-node-lease";
const leaseSeconds = 40;
const renewalMs = 10_000;

export interface AgentNode {
  name: string;
  address: string;
  kubeletPort: number;
  hypervisor: string;
}

function nodeStatus({ address, kubeletPort, hypervisor }: AgentNode): NonNullable<Node["status"]> {
  const now = timestamp();
  const memory = quantityOf(Math.floor(totalmem() / 1024) * 1024);
  const amount = { cpu: String(cpus().length), memory, pods: mostPods };
  return {
    addresses: [
      { type: "InternalIP", address },
      { type: "Hostname", address: address === loopback ? "localhost" : address },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
    capacity: amount,
    allocatable: amount,
    conditions: [
      {
        type: "Ready",
        status: "True",
        reason: "AgentReady",
        message: `guests run under ${hypervisor}`,
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      },
    ],
    nodeInfo: {
      architecture: "amd64",
      operatingSystem: "linux",
      osImage: "linux",
      kernelVersion: release(),
      kubeletVersion: "v1.36.0",
      kubeProxyVersion: "",
      containerRuntimeVersion: `kumulus://${hypervisor}`,
      machineID: "",
      systemUUID: "",
      bootID: "",
    },
  };
}

/** Guests run on one machine: a second agent would take them for its own. Rejects with Conflict while another is alive. */
async function refuseSecond(client: KubeClient, { name }: AgentNode): Promise<void> {
  const others = await client.list(Node, { labelSelector: guestsOnly });
  for (const { metadata } of others) {
    if (metadata.name === name) continue;
    const lease = await client.get(Lease, { name: metadata.name, namespace: leaseNamespace }).catch((error: unknown) => {
      if (isCode(error, "NotFound")) return undefined;
      throw error;
    });
    const age = Date.now() - Date.parse(lease?.spec?.renewTime ?? "1970-01-01T00:00:00Z");
    if (age < leaseSeconds * 1000)
      throw new KumulusError(
        "Conflict",
        `the node agent of ${metadata.name} is alive, and guests run on one machine: choose it with nodeAgent.nodeSelector`,
      );
  }
}

/** On loopback the machine is the whole cloud, and nobody judges nodes. */
const isShared = ({ address }: AgentNode) => address !== loopback;

export async function registerNode(client: KubeClient, agent: AgentNode): Promise<void> {
  const { name } = agent;
  const shared = isShared(agent);
  if (shared) await refuseSecond(client, agent);
  const labels = { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubevirt.io/schedulable": "true" };
  const node: Node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { ...labels, ...(shared && { [guestsOnly]: "", type: "virtual-kubelet" }) } },
    ...(shared && { spec: { taints: [{ key: guestsOnly, effect: "NoSchedule" }] } }),
  };
  await client.apply(Node, node, { fieldManager });
  const { spec: _, ...bare } = node;
  await client.apply(Node, { ...bare, status: nodeStatus(agent) }, { fieldManager, subresource: "status" });
}

/** Tells the node controller that the agent lives, as a kubelet does; returns when the signal aborts. Does nothing on loopback. */
export async function renewNodeLease(client: KubeClient, agent: AgentNode, log: Log, signal: AbortSignal): Promise<void> {
  while (isShared(agent) && !signal.aborted) {
    const renewTime = new Date().toISOString().replace("Z", "000Z");
    const lease: Lease = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: agent.name, namespace: leaseNamespace },
      spec: { holderIdentity: agent.name, leaseDurationSeconds: leaseSeconds, renewTime },
    };
    await client
      .apply(Lease, lease, { fieldManager })
      .catch((error: unknown) => log.warn({ error }, "the node's lease could not be renewed"));
    await sleep(renewalMs, undefined, { signal }).catch(() => undefined);
  }
}
