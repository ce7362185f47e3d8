// Every service without a cluster behind it: for what only reads what services say of themselves (the meta-tests, the API support tables, the rights).
import { fileStore } from "../../clients/image-store/file-store.ts";
import { KumulusError } from "../../domain/errors.ts";
import { unrestricted } from "../../domain/identity/tenant-rights.ts";
import { cachedKind, inSystem, type Right, unasked } from "../../domain/rights.ts";
import { PolicyFile } from "../../models/identity/policy-file.ts";
import type { Kind } from "../../models/kind.ts";
import { createCaches } from "../../operator/cache/caches.ts";
import type { Caches } from "../../operator/contract.ts";
import type { ApiClient } from "../../operator/kube/client.ts";
import { ConfigMap } from "../../operator/kube/core-kinds.ts";
import { createLog } from "../../operator/log.ts";
import type { Service } from "../http/route.ts";
import { createStores } from "../http/store.ts";
import { policyFileRights } from "../policy-files.ts";
import { apiScopes } from "../scopes.ts";
import { buildServices } from "../server.ts";

const askedByAPIServer = "asked by the API server about writes that only administrators may do: our policies have been asked then";

/** There is no API server: whatever is asked of it is unavailable. */
const nobody = new Proxy({} as ApiClient, {
  get: () => async () => {
    throw new KumulusError("Unavailable", "There is no API server.");
  },
});

/** The services, and their caches, which never start: they hold what is put into them. */
export function offlineCloud(): { services: readonly Service[]; kinds: ReadonlySet<Kind>; caches: Caches } {
  const log = createLog({ name: "offline", level: "silent" });
  const known = createCaches(nobody, { log });
  const kinds = new Set<Kind>();
  const caches: Caches = {
    of(kind) {
      kinds.add(kind as Kind);
      return known.of(kind);
    },
  };
  const { services } = buildServices({ client: nobody, imageStore: fileStore("/nonexistent"), log }, createStores(nobody, caches));
  return { services, kinds, caches };
}

export const offlineServices = (): readonly Service[] => offlineCloud().services;

/** What the API role may ask of the API server: the caches of its kinds, and what each service says. */
export function offlineRights(): Right[] {
  const { services, kinds } = offlineCloud();
  const isScoped = (kind: Kind) => apiScopes.some((scope) => scope.kind === kind);
  const caches = [...kinds, PolicyFile as Kind, ConfigMap as Kind].map((kind) =>
    isScoped(kind) ? inSystem(cachedKind(kind)) : cachedKind(kind),
  );
  return [...caches, ...policyFileRights, unasked(unrestricted, askedByAPIServer), ...services.flatMap(({ rights = [] }) => rights)];
}
