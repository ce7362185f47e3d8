// What a cluster has before a restore: its definitions, and the objects that the archive names or that are ours.
import { KumulusError } from "../../domain/errors.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import { kumulusKinds } from "../../models/kinds.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { ConfigMap, CustomResourceDefinition, Namespace, Secret } from "../../operator/kube/core-kinds.ts";
import { apiVersionOf, kindName } from "../../operator/kube/path.ts";
import type { Present } from "./decide.ts";
import { keyOf } from "./order.ts";
import { savedKinds } from "./saved-kinds.ts";
import type { SavedObject } from "./saved-object.ts";

const kinds = new Map([...kumulusKinds, Namespace as Kind, Secret as Kind, ConfigMap as Kind].map((kind) => [nameOf(kind), kind]));

function nameOf(kind: Kind): string {
  return `${apiVersionOf(kind)} ${kind.kind}`;
}

/** Invalid for a kind that this program does not know: the archive is of a later release. */
export function kindOf({ apiVersion, kind }: KubeObject): Kind {
  const found = kinds.get(`${apiVersion} ${kind}`);
  if (found) return found;
  throw new KumulusError(
    "Invalid",
    `the archive has objects of ${apiVersion} ${kind}, which this program does not know: use the release that made the archive, or a later one`,
  );
}

/** Invalid names the definitions that must be there first. */
export async function checkDefinitions(client: KubeClient, objects: readonly SavedObject[]): Promise<void> {
  const established = (await client.list(CustomResourceDefinition))
    .filter(({ status }) => status?.conditions?.some(({ type, status: is }) => type === "Established" && is === "True"))
    .map(({ metadata }) => metadata.name);
  const needed = new Set(objects.map(kindOf).filter(({ group }) => group !== ""));
  const missing = [...needed].map(kindName).filter((name) => !established.includes(name));
  if (missing.length === 0) return;
  throw new KumulusError(
    "Invalid",
    `the cluster lacks the definitions ${missing.sort().join(", ")}: install Kumulus first (helm install, or kubectl apply -f crds/)`,
  );
}

/** By keyOf. */
export async function readPresent(client: KubeClient, objects: readonly SavedObject[]): Promise<Map<string, Present>> {
  const found: KubeObject[] = [];
  const served = new Set((await client.list(CustomResourceDefinition)).map(({ metadata }) => metadata.name));
  for (const kind of savedKinds) if (served.has(kindName(kind))) found.push(...(await client.list(kind)));
  found.push(...(await client.list(Namespace)));
  const places = new Set(objects.filter(({ kind }) => kind === "Secret" || kind === "ConfigMap").map(({ metadata }) => metadata.namespace));
  for (const namespace of places) {
    if (namespace === undefined) continue;
    found.push(...(await client.list(Secret, { namespace })), ...(await client.list(ConfigMap, { namespace })));
  }
  return new Map(found.map((object) => [keyOf(object), object as Present]));
}
