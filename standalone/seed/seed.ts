// What the control plane of one machine needs at every start, so that it follows this version of the code.
import { join } from "node:path";
import { VolumeSnapshotClass } from "../../clients/snapshot/kinds.ts";
import { systemNamespace } from "../../domain/id.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { CSIDriver, Namespace, StorageClass, ValidatingWebhookConfiguration } from "../../operator/kube/core-kinds.ts";
import type { InstanceConfig } from "../instance.ts";
import { applyDefinitions, fieldManager } from "./crds.ts";
import { applyRights } from "./rights.ts";
import { csiDriver, snapshotClass, storageClass } from "./storage.ts";

/** Its content is the webhook's, as where the chart makes it. */
const webhookConfiguration: ValidatingWebhookConfiguration = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "kumulus" },
};

/** Kinds, system namespace, rights and storage classes. */
export async function applyInfrastructure(client: KubeClient, config: InstanceConfig): Promise<void> {
  await applyDefinitions(client, [join(config.root, "crds"), join(config.root, "standalone/engine-crds")]);
  await client.apply(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: systemNamespace } }, { fieldManager });
  await applyRights(client, config.root);
  await client.apply(ValidatingWebhookConfiguration, webhookConfiguration, { fieldManager });
  await client.apply(StorageClass, storageClass, { fieldManager });
  await client.apply(CSIDriver, csiDriver, { fieldManager });
  await client.apply(VolumeSnapshotClass, snapshotClass as VolumeSnapshotClass, { fieldManager });
}
