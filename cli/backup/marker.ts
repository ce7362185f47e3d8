// Notes in the cluster which archive was restored into it, and whether to the end.
import { isCode } from "../../domain/errors.ts";
import { systemNamespace } from "../../domain/id.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { ConfigMap } from "../../operator/kube/core-kinds.ts";

const key = { name: "restored", namespace: systemNamespace };

export interface Marker {
  archive: string;
  state: "running" | "done";
  /** RFC 3339. */
  at: string;
}

export async function readMarker(client: KubeClient): Promise<Marker | undefined> {
  try {
    return (await client.get(ConfigMap, key)).data as unknown as Marker | undefined;
  } catch (error) {
    if (isCode(error, "NotFound")) return undefined;
    throw error;
  }
}

export async function writeMarker(client: KubeClient, marker: Marker): Promise<void> {
  const object: ConfigMap = { apiVersion: "v1", kind: "ConfigMap", metadata: key, data: { ...marker } };
  await client.apply(ConfigMap, object, { fieldManager: "kumulus-restore" });
}
