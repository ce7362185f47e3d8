// Reads from a cluster all that an archive keeps, as it was at one moment.
import { serverLabel } from "../../domain/compute/names.ts";
import { isCode } from "../../domain/errors.ts";
import { systemNamespace, tenantLabel } from "../../domain/id.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { ListOptions } from "../../operator/contract.ts";
import type { ApiClient } from "../../operator/kube/client.ts";
import { ConfigMap, Namespace, Secret } from "../../operator/kube/core-kinds.ts";
import { apiVersionOf, collectionPath, withQuery } from "../../operator/kube/path.ts";
import { savedKinds } from "./saved-kinds.ts";

const pageSize = 500;

interface Page {
  items: KubeObject[];
  metadata: { resourceVersion: string; continue?: string };
}

const page = async (client: ApiClient, path: string) => (await client.exchange({ method: "GET", path })).body as Page;

/** etcd's revision now: all lists at it show the same moment. */
const revisionNow = async (client: ApiClient) =>
  (await page(client, withQuery(collectionPath(Namespace), { limit: 1 }))).metadata.resourceVersion;

async function listAt(client: ApiClient, kind: Kind, revision: string, options: ListOptions = {}): Promise<KubeObject[]> {
  const { namespace, labelSelector } = options;
  const path = collectionPath(kind, namespace);
  const found: KubeObject[] = [];
  let more: string | undefined;
  do {
    const at = more === undefined ? { resourceVersion: revision, resourceVersionMatch: "Exact" } : { continue: more };
    const { items, metadata } = await page(client, withQuery(path, { limit: pageSize, labelSelector, ...at }));
    for (const item of items) found.push({ ...item, apiVersion: apiVersionOf(kind), kind: kind.kind });
    more = metadata.continue;
  } while (more);
  return found;
}

/** Keys of the processes of one cloud for one another: nothing that is kept depends on them, and an API makes them before it serves. */
const passing: ReadonlySet<string> = new Set(["metadata-key", "websso-key"]);

/** Opaque ones that no Helm release brings: hashes of passwords, keys of tokens and images. Certificates are made anew. */
function isCloudSecret(object: KubeObject): boolean {
  const { type } = object as Secret;
  return (
    (type ?? "Opaque") === "Opaque" &&
    !passing.has(object.metadata.name) &&
    object.metadata.labels?.["app.kubernetes.io/managed-by"] !== "Helm"
  );
}

/** The policy files, the identity service's settings, and what says that the cloud was filled when it was new: else the bootstrap would fill the restored one again. */
const isCloudMap = ({ metadata }: KubeObject) =>
  ["keystone", "policy", "seeded"].includes(metadata.name) && metadata.labels?.["app.kubernetes.io/managed-by"] !== "Helm";

/** NotFound names a kind whose definition the cluster lacks. */
export async function gatherCloud(client: ApiClient): Promise<KubeObject[]> {
  const revision = await revisionNow(client);
  const list = (kind: Kind, options?: ListOptions) => listAt(client, kind, revision, options);
  const namespaces = await list(Namespace as Kind, { labelSelector: tenantLabel });
  const isTenants = new Set(namespaces.map(({ metadata }) => metadata.name));
  const system = { namespace: systemNamespace };
  const found = [...namespaces];
  found.push(...(await list(Secret as Kind, system)).filter(isCloudSecret));
  const servers = await list(Secret as Kind, { labelSelector: serverLabel });
  found.push(...servers.filter(({ metadata }) => isTenants.has(metadata.namespace ?? "")));
  found.push(...(await list(ConfigMap as Kind, system)).filter(isCloudMap));
  for (const kind of savedKinds) {
    try {
      found.push(...(await list(kind)));
    } catch (error) {
      // A release before this kind's.
      if (!isCode(error, "NotFound")) throw error;
    }
  }
  return found;
}
