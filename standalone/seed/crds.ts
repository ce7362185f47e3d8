// Our kinds, and the engines' kinds that a cluster would have: applied to the API server until it serves them.
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseAllDocuments } from "yaml";
import type { KubeClient } from "../../operator/contract.ts";
import { CustomResourceDefinition } from "../../operator/kube/core-kinds.ts";

export const fieldManager = "kumulus-standalone";
const establishedTimeoutMs = 60_000;
const fingerprintKey = "kumulus.cloud/definition";

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

/** The definition with a fingerprint of itself, by which the next start sees that nothing changed. */
function marked(definition: CustomResourceDefinition): CustomResourceDefinition {
  const fingerprint = createHash("sha256").update(JSON.stringify(definition)).digest("hex").slice(0, 16);
  const { metadata } = definition;
  return { ...definition, metadata: { ...metadata, annotations: { ...metadata.annotations, [fingerprintKey]: fingerprint } } };
}

async function applyOne(client: KubeClient, definition: CustomResourceDefinition): Promise<void> {
  let served = await client.apply(CustomResourceDefinition, definition, { fieldManager });
  for (const end = performance.now() + establishedTimeoutMs; !isEstablished(served); ) {
    if (performance.now() > end)
      throw new Error(`the API server does not serve ${definition.metadata.name}: ${JSON.stringify(served.status?.conditions)}`);
    await sleep(50);
    served = await client.get(CustomResourceDefinition, { name: definition.metadata.name });
  }
}

/** Applies what is missing or changed; resolves when all of them are served. */
export async function applyDefinitions(client: KubeClient, folders: readonly string[]): Promise<void> {
  const present = new Map((await client.list(CustomResourceDefinition)).map((one) => [one.metadata.name, one]));
  const changed = readDefinitions(folders)
    .map(marked)
    .filter(({ metadata }) => {
      const found = present.get(metadata.name);
      return !found || !isEstablished(found) || found.metadata.annotations?.[fingerprintKey] !== metadata.annotations?.[fingerprintKey];
    });
  await Promise.all(changed.map((definition) => applyOne(client, definition)));
}
