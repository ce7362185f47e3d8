// A cloud of roles (operator/testing/role-cloud.ts) whose engines are played by a node agent: storage is real, and guests where the story wants them.
import { join } from "node:path";
import { CSIDriver, StorageClass } from "../../../operator/kube/core-kinds.ts";
import { createLog } from "../../../operator/log.ts";
import { RoleCloud } from "../../../operator/testing/role-cloud.ts";
import { csiDriver, storageClass } from "../../seed/storage.ts";
import { startNode } from "../agent.ts";
import type { NodeOptions } from "../options.ts";
import { agentFlags } from "./certificates.ts";
import { loops } from "./cloud.ts";

/** Without an agent yet. `directory` is the story's own and short. */
export async function startAgentCloud(directory: string): Promise<RoleCloud> {
  const cloud = await RoleCloud.start({
    controllers: [...loops, "resourcequota-controller"],
    apiServerFlags: await agentFlags(join(directory, "certs")),
  });
  await cloud.plane.client.create(StorageClass, storageClass);
  await cloud.plane.client.create(CSIDriver, csiDriver);
  return cloud;
}

/** The function that it gives ends the agent. */
export function startAgent({ plane }: RoleCloud, directory: string, hypervisor: NodeOptions["hypervisor"]): () => Promise<void> {
  const stop = new AbortController();
  const ended = startNode({
    kubeconfig: plane.kubeconfig,
    nodeName: "node-1",
    hypervisor,
    runDir: join(directory, "run"),
    disksDir: join(directory, "disks"),
    ports: { api: 0, kubelet: 0, health: 0 },
    log: createLog({ name: "node", level: "error" }),
    signal: stop.signal,
  });
  return async () => {
    stop.abort();
    await ended;
  };
}
