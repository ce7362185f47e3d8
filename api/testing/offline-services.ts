// Every service without a cluster behind it: for what only reads route tables (the meta-test, the API support tables).
import { fileStore } from "../../clients/image-store/file-store.ts";
import { createCaches } from "../../operator/cache/caches.ts";
import type { ApiClient } from "../../operator/kube/client.ts";
import { createLog } from "../../operator/log.ts";
import type { Service } from "../http/route.ts";
import { createStores } from "../http/store.ts";
import { buildServices } from "../server.ts";

export function offlineServices(): readonly Service[] {
  const log = createLog({ name: "offline", level: "silent" });
  // Nothing is called before the caches start, and they never do.
  const client = {} as ApiClient;
  const stores = createStores(client, createCaches(client, { log }));
  return buildServices({ client, imageStore: fileStore("/nonexistent"), log }, stores).services;
}
