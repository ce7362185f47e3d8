// OS-FEDERATION as a whole: what identity providers are, and logins by them.
import { inSystem, right } from "../../../domain/rights.ts";
import { FederationMapping } from "../../../models/identity/federation-mapping.ts";
import { FederationProtocol } from "../../../models/identity/federation-protocol.ts";
import { IdentityProvider } from "../../../models/identity/identity-provider.ts";
import type { Kind } from "../../../models/kind.ts";
import { Secret } from "../../../operator/kube/core-kinds.ts";
import type { Route } from "../../http/route.ts";
import { storeRights } from "../../http/store-rights.ts";
import { bearerRoutes } from "./bearer-routes.ts";
import { mappingRoutes } from "./mappings.ts";
import { protocolRoutes } from "./protocols.ts";
import { providerRoutes } from "./providers.ts";
import { type WebSSODeps, webSSORoutes } from "./websso-routes.ts";

export const federationRights = [
  ...([IdentityProvider, FederationMapping, FederationProtocol] as Kind[]).map((kind) => storeRights(kind, "create", "patch", "delete")),
  inSystem(right(Secret, "create")),
];

export function federationRoutes(deps: WebSSODeps): Route[] {
  const { federation } = deps;
  return [
    ...providerRoutes(federation),
    ...mappingRoutes(federation),
    ...protocolRoutes(federation),
    ...bearerRoutes(deps),
    ...webSSORoutes(deps),
  ];
}
