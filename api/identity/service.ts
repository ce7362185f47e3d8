// Keystone v3 as one Service.
import { TokenRevocation } from "../../models/identity/token-revocation.ts";
import { keystoneFaults } from "../http/faults.ts";
import type { Service } from "../http/route.ts";
import { storeRights } from "../http/store-rights.ts";
import { type AuthRoutesDeps, authRoutes } from "./auth-routes.ts";
import { domainRoutes } from "./domains.ts";
import { tokenKeysRights } from "./keys.ts";
import { type LimitWorld, limitWorldRights } from "./limit-world.ts";
import { limitRoutes } from "./limits.ts";
import { passwordRights } from "./password.ts";
import { identityPolicies } from "./policies.ts";
import { projectRoutes } from "./projects.ts";
import { registeredLimitRoutes } from "./registered-limits.ts";
import { roleRoutes } from "./roles.ts";
import { endpointRoutes, serviceRoutes } from "./services.ts";
import { userRoutes } from "./users.ts";
import { versionRoutes } from "./versions.ts";

export const identityCatalog = { type: "identity", name: "keystone", path: "/identity" };

export function identityService(deps: AuthRoutesDeps & { limits: LimitWorld }): Service {
  const { world, catalog, limits } = deps;
  return {
    name: "keystone",
    mount: "/identity",
    faults: keystoneFaults,
    policies: identityPolicies,
    catalog: identityCatalog,
    reference: "keystone",
    rights: [...limitWorldRights, storeRights(TokenRevocation, "create", "delete"), ...tokenKeysRights, ...passwordRights],
    routes: [
      ...versionRoutes,
      ...authRoutes(deps),
      ...projectRoutes(world),
      ...domainRoutes(world),
      ...userRoutes(world),
      ...roleRoutes(world),
      ...serviceRoutes(catalog),
      ...endpointRoutes(catalog),
      ...registeredLimitRoutes(limits),
      ...limitRoutes(limits),
    ],
  };
}
