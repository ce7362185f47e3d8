// Our kinds, and the engines' kinds that a cluster would have: applied to the API server until it serves them.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseAllDocuments } from "yaml";
import type { KubeClient } from "../../operator/contract.ts";
import { CustomResourceDefinition } from "../../operator/kube/core-kinds.ts";

export const fieldManager = "kumulus-standalone";
const establishedTimeoutMs = 20_000;

/** All definitions of the folders, in the order of their paths; samples are no definitions. */
export function readDefinitions(folders: readonly string[]): CustomResourceDefinition[] {
  const files = folders.flatMap((folder) =>
    globSync("**/*.yaml", { cwd: folder })
      .sort()
      .map((file) => join(folder, file)),
  );
  const objects = files.flatMap((file) =>
    parseAllDocuments(readFileSync(file, "utf8")).map((document) => document.toJS() as CustomResourceDefinition),
  );
  return objects.filter((object) => object?.kind === "CustomResourceDefinition");
}

const isEstablished = ({ status }: CustomResourceDefinition) =>
  status?.conditions?.some(({ type, status: is }) => type === "Established" && is === "True");

async function applyOne(client: KubeClient, definition: CustomResourceDefinition): Promise<void> {
  let served = await client.apply(CustomResourceDefinition, definition, { fieldManager });
  for (const end = Date.now() + establishedTimeoutMs; !isEstablished(served); ) {
    if (Date.now() > end)
      throw new Error(`the API server does not serve ${definition.metadata.name}: ${JSON.stringify(served.status?.conditions)}`);
    await sleep(50);
    served = await client.get(CustomResourceDefinition, { name: definition.metadata.name });
  }
}

/** Resolves when all of them are served. */
export async function applyDefinitions(client: KubeClient, folders: readonly string[]): Promise<void> {
  await Promise.all(readDefinitions(folders).map((definition) => applyOne(client, definition)));
}
