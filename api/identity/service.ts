// Keystone v3 as one Service.
import { TokenRevocation } from "../../models/identity/token-revocation.ts";
import { User } from "../../models/identity/user.ts";
import { keystoneFaults } from "../http/faults.ts";
import type { Service } from "../http/route.ts";
import { storeRights } from "../http/store-rights.ts";
import { type AuthRoutesDeps, authRoutes } from "./auth-routes.ts";
import { domainRoutes } from "./domains.ts";
import { tokenKeysRights } from "./keys.ts";
import { passwordRights } from "./password.ts";
import { identityPolicies } from "./policies.ts";
import { projectRoutes } from "./projects.ts";
import { roleRoutes } from "./roles.ts";
import { endpointRoutes, serviceRoutes } from "./services.ts";
import { settingsRights } from "./settings.ts";
import { type UsersDeps, userRoutes } from "./users.ts";
import { versionRoutes } from "./versions.ts";

export const identityCatalog = { type: "identity", name: "keystone", path: "/identity" };

export function identityService(deps: AuthRoutesDeps & UsersDeps): Service {
  const { world, catalog } = deps;
  return {
    name: "keystone",
    mount: "/identity",
    faults: keystoneFaults,
    policies: identityPolicies,
    catalog: identityCatalog,
    reference: "keystone",
    rights: [
      storeRights(TokenRevocation, "create", "delete"),
      storeRights(User, "create", "update", "patch", "delete"),
      ...tokenKeysRights,
      ...passwordRights,
      ...settingsRights,
    ],
    routes: [
      ...versionRoutes,
      ...authRoutes(deps),
      ...projectRoutes(world),
      ...domainRoutes(world),
      ...userRoutes(deps),
      ...roleRoutes(world),
      ...serviceRoutes(catalog),
      ...endpointRoutes(catalog),
    ],
  };
}
