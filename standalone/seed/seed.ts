// Fills a cloud: what the control plane needs at every start, and what only a new cloud gets.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hash } from "@node-rs/argon2";
import { VolumeSnapshotClass } from "../../clients/snapshot/kinds.ts";
import { isCode } from "../../domain/errors.ts";
import { systemNamespace } from "../../domain/id.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { ConfigMap, CSIDriver, Namespace, StorageClass, ValidatingWebhookConfiguration } from "../../operator/kube/core-kinds.ts";
import type { Passwords } from "../files/openrc.ts";
import type { InstanceConfig } from "../instance.ts";
import { externalNetworkSeeds, flavorSeeds, volumeTypeSeed } from "./cloud.ts";
import { applyDefinitions, fieldManager } from "./crds.ts";
import { identitySeeds, type Seed, seededUsers } from "./identity.ts";
import { applyRights } from "./rights.ts";
import { csiDriver, snapshotClass, storageClass } from "./storage.ts";

const tenantTimeoutMs = 60_000;

/** Says that a cloud was filled: what its owner deletes or changes later stays so. */
const marker: ConfigMap = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "seeded", namespace: systemNamespace },
  data: { version: "1" },
};

/** Its content is the webhook's, as where the chart makes it. */
const webhookConfiguration: ValidatingWebhookConfiguration = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "kumulus" },
};

/** Kinds, system namespace, rights and storage classes: applied at every start, so that they follow this version of the code. */
export async function applyInfrastructure(client: KubeClient, config: InstanceConfig): Promise<void> {
  await applyDefinitions(client, [join(config.root, "crds"), join(config.root, "standalone/engine-crds")]);
  await client.apply(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: systemNamespace } }, { fieldManager });
  await applyRights(client, config.root);
  await client.apply(ValidatingWebhookConfiguration, webhookConfiguration, { fieldManager });
  await client.apply(StorageClass, storageClass, { fieldManager });
  await client.apply(CSIDriver, csiDriver, { fieldManager });
  await client.apply(VolumeSnapshotClass, snapshotClass as VolumeSnapshotClass, { fieldManager });
}

/** What is there already stays as it is. A namespace takes nothing until its quota has been counted, so what is refused for now is tried again. */
async function createMissing(client: KubeClient, seeds: readonly Seed[]): Promise<void> {
  const end = Date.now() + tenantTimeoutMs;
  for (const { kind, object } of seeds) {
    for (;;) {
      try {
        await client.create(kind, object);
        break;
      } catch (error) {
        if (isCode(error, "Conflict")) break;
        if (!isCode(error, "Unavailable") || Date.now() > end) throw error;
        await sleep(100);
      }
    }
  }
}

async function tenantsReady(client: KubeClient): Promise<void> {
  const end = Date.now() + tenantTimeoutMs;
  for (const name of seededUsers) {
    while ((await client.get(Tenant, { name })).status?.namespace === undefined) {
      if (Date.now() > end)
        throw new Error(`the operator made no namespace for the project ${name} within ${tenantTimeoutMs / 1000} s; see logs/operator.log`);
      await sleep(100);
    }
  }
}

export async function isSeeded(client: KubeClient): Promise<boolean> {
  try {
    await client.get(ConfigMap, { name: marker.metadata.name, namespace: systemNamespace });
    return true;
  } catch (error) {
    if (isCode(error, "NotFound")) return false;
    throw error;
  }
}

/** Domain, users, flavors, the external network. Can be repeated after an interruption. */
export async function seedCloud(client: KubeClient, config: InstanceConfig, passwords: Passwords): Promise<void> {
  const hashes = { admin: await hash(passwords.admin), demo: await hash(passwords.demo) };
  await createMissing(client, [...identitySeeds(hashes), ...flavorSeeds, volumeTypeSeed]);
  await tenantsReady(client);
  await createMissing(client, externalNetworkSeeds(config.network));
}

export async function markSeeded(client: KubeClient): Promise<void> {
  await client.apply(ConfigMap, marker, { fieldManager });
}
