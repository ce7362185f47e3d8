// For stories of others: the API on a control plane that is there already.
import { join } from "node:path";
import { fileStore } from "../../clients/image-store/file-store.ts";
import { systemNamespace } from "../../domain/id.ts";
import { createCaches } from "../../operator/cache/caches.ts";
import type { ApiClient } from "../../operator/kube/client.ts";
import { Namespace } from "../../operator/kube/core-kinds.ts";
import { createLog } from "../../operator/log.ts";
import { createMetrics } from "../../operator/metrics.ts";
import { startApi } from "../server.ts";

/** Makes the cloud's namespace, too. Resolves with the API's address. */
export async function serveApi(client: ApiClient, directory: string, signal: AbortSignal): Promise<string> {
  await client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: systemNamespace } });
  const log = createLog({ name: "api", level: "silent" });
  const parts = { caches: createCaches(client, { log }), imageStore: fileStore(join(directory, "images")), metrics: createMetrics() };
  return (await startApi({ client, ...parts, log, listen: { port: 0 }, signal })).url;
}
