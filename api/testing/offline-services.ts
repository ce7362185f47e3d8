// Every service without a cluster behind it: for what only reads what services say of themselves (the meta-test, the API support tables, the rights).
import { fileStore } from "../../clients/image-store/file-store.ts";
import { cachedKind, inSystem, type Right } from "../../domain/rights.ts";
import type { Kind } from "../../models/kind.ts";
import { createCaches } from "../../operator/cache/caches.ts";
import type { Caches } from "../../operator/contract.ts";
import type { ApiClient } from "../../operator/kube/client.ts";
import { createLog } from "../../operator/log.ts";
import type { Service } from "../http/route.ts";
import { createStores } from "../http/store.ts";
import { apiScopes } from "../scopes.ts";
import { buildServices } from "../server.ts";

function offline() {
  const log = createLog({ name: "offline", level: "silent" });
  // Nothing is called before the caches start, and they never do.
  const client = {} as ApiClient;
  const known = createCaches(client, { log });
  const kinds = new Set<Kind>();
  const caches: Caches = {
    of(kind) {
      kinds.add(kind as Kind);
      return known.of(kind);
    },
  };
  const { services } = buildServices({ client, imageStore: fileStore("/nonexistent"), log }, createStores(client, caches));
  return { services, kinds };
}

export const offlineServices = (): readonly Service[] => offline().services;

/** What the API role may ask of the API server: the caches of its kinds, and what each service says. */
export function offlineRights(): Right[] {
  const { services, kinds } = offline();
  const isScoped = (kind: Kind) => apiScopes.some((scope) => scope.kind === kind);
  const caches = [...kinds].map((kind) => (isScoped(kind) ? inSystem(cachedKind(kind)) : cachedKind(kind)));
  return [...caches, ...services.flatMap(({ rights = [] }) => rights)];
}
