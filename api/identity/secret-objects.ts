// Secrets of the system namespace that hold the secret part of one object of ours, and go with it.
import { systemNamespace } from "../../domain/id.ts";
import { inSystem, type Right, right } from "../../domain/rights.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { ownedSecret } from "./owned-secret.ts";

export const secretObjectRights: readonly Right[] = [inSystem(right(Secret, "get", "create", "delete"))];

/** The owner's deletion takes the Secret with it (Kubernetes' garbage collection). */
export async function createSecret(client: KubeClient, owner: KubeObject, name: string, values: Record<string, string>): Promise<void> {
  await client.create(Secret, ownedSecret({ name, namespace: systemNamespace }, owner, values));
}

export async function deleteSecret(client: KubeClient, name: string): Promise<void> {
  await client.delete(Secret, { name, namespace: systemNamespace });
}
