// The Node object of this host: where kube-apiserver finds the logs of its pods, and what the hypervisor has.
import { cpus, release, totalmem } from "node:os";
import { quantityOf } from "../../domain/volume/quantity.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { Node } from "../../operator/kube/core-kinds.ts";
import { timestamp } from "./conditions.ts";

const fieldManager = "kumulus-node";
const mostPods = "100000";

function nodeStatus(kubeletPort: number, hypervisor: string): NonNullable<Node["status"]> {
  const now = timestamp();
  const memory = quantityOf(Math.floor(totalmem() / 1024) * 1024);
  const amount = { cpu: String(cpus().length), memory, pods: mostPods };
  return {
    addresses: [
      { type: "InternalIP", address: "127.0.0.1" },
      { type: "Hostname", address: "localhost" },
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

export async function registerNode(client: KubeClient, name: string, kubeletPort: number, hypervisor: string): Promise<void> {
  const labels = { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubevirt.io/schedulable": "true" };
  const node: Node = { apiVersion: "v1", kind: "Node", metadata: { name, labels } };
  await client.apply(Node, node, { fieldManager });
  await client.apply(Node, { ...node, status: nodeStatus(kubeletPort, hypervisor) }, { fieldManager, subresource: "status" });
}
