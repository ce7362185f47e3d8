// What the control plane of one machine needs at every start, so that it follows this version of the code.
import { join } from "node:path";
import { VolumeSnapshotClass } from "../../clients/snapshot/kinds.ts";
import { systemNamespace } from "../../domain/id.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { CSIDriver, Namespace, StorageClass } from "../../operator/kube/core-kinds.ts";
import type { InstanceConfig } from "../instance.ts";
import { applyDefinitions, fieldManager } from "./crds.ts";
import { csiDriver, snapshotClass, storageClass } from "./storage.ts";

/** Kinds, system namespace and storage classes. */
export async function applyInfrastructure(client: KubeClient, config: InstanceConfig): Promise<void> {
  await applyDefinitions(client, [join(config.root, "crds"), join(config.root, "standalone/engine-crds")]);
  await client.apply(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: systemNamespace } }, { fieldManager });
  await client.apply(StorageClass, storageClass, { fieldManager });
  await client.apply(CSIDriver, csiDriver, { fieldManager });
  await client.apply(VolumeSnapshotClass, snapshotClass as VolumeSnapshotClass, { fieldManager });
}
