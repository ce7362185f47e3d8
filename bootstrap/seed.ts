// Fills a new cloud with what every OpenStack has. What its owner deletes or changes later stays so.
import { setTimeout as sleep } from "node:timers/promises";
import { hash } from "@node-rs/argon2";
import { isCode } from "../domain/errors.ts";
import { systemNamespace } from "../domain/id.ts";
import { Tenant } from "../models/identity/tenant.ts";
import type { KubeClient } from "../operator/contract.ts";
import { ConfigMap } from "../operator/kube/core-kinds.ts";
import { identitySeeds, impliedRoleSeeds, type Passwords, type Seed, seededUsers } from "./identity.ts";
import { type DefaultStorage, type ExternalNetwork, externalNetworkSeeds, flavorSeeds, volumeTypeSeed } from "./offer.ts";

const fieldManager = "kumulus-seed";
const tenantTimeoutMs = 60_000;

/** Says that a cloud was filled. Version 2 has the implied roles. */
const marker = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "seeded", namespace: systemNamespace },
  data: { version: "2" },
} as const satisfies ConfigMap;

/** What is there already stays as it is. A namespace takes nothing until its quota has been counted, so what is refused for now is tried again. */
async function createMissing(client: KubeClient, seeds: readonly Seed[]): Promise<void> {
  const end = performance.now() + tenantTimeoutMs;
  for (const { kind, object } of seeds) {
    for (;;) {
      try {
        await client.create(kind, object);
        break;
      } catch (error) {
        if (isCode(error, "Conflict")) break;
        if (!isCode(error, "Unavailable") || performance.now() > end) throw error;
        await sleep(100);
      }
    }
  }
}

async function tenantsReady(client: KubeClient): Promise<void> {
  const end = performance.now() + tenantTimeoutMs;
  for (const name of seededUsers) {
    while ((await client.get(Tenant, { name })).status?.namespace === undefined) {
      if (performance.now() > end)
        throw new Error(`the operator made no namespace for the project ${name} within ${tenantTimeoutMs / 1000} s; see its log`);
      await sleep(100);
    }
  }
}

/** Whether the cloud was filled before. One that an older release filled gets what new clouds have since and cannot do without. */
export async function isSeeded(client: KubeClient): Promise<boolean> {
  try {
    const { data } = await client.get(ConfigMap, marker.metadata);
    if (data?.version === "1") {
      await createMissing(client, impliedRoleSeeds);
      await markSeeded(client);
    }
    return true;
  } catch (error) {
    if (isCode(error, "NotFound")) return false;
    throw error;
  }
}

export interface NewCloud {
  passwords: Passwords;
  /** Volumes need a type that says where they are; without one there are none. */
  storage: DefaultStorage | undefined;
  /** Without one nothing leads out of the cloud until an administrator makes one. */
  external: ExternalNetwork | undefined;
}

/** Domain, users, flavors, the external network. Can be repeated after an interruption. */
export async function seedCloud(client: KubeClient, { passwords, storage, external }: NewCloud): Promise<void> {
  const hashes = { admin: await hash(passwords.admin), demo: await hash(passwords.demo) };
  await createMissing(client, [...identitySeeds(hashes), ...flavorSeeds, ...(storage ? [volumeTypeSeed(storage)] : [])]);
  await tenantsReady(client);
  if (external) await createMissing(client, externalNetworkSeeds(external));
}

export async function markSeeded(client: KubeClient): Promise<void> {
  await client.apply(ConfigMap, marker, { fieldManager });
}
