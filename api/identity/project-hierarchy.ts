// What `parents_as_list`, `subtree_as_ids` and their like add to a project's view.
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { ApiRequest } from "../http/request.ts";
import { flag } from "./collection.ts";
import type { IdentityWorld } from "./world.ts";

interface Ids {
  [id: string]: Ids | null;
}

type View = (world: IdentityWorld, tenant: Tenant, request: ApiRequest) => object;

/** From the project's parent up to its domain, each inside the one below it. */
function parentIds(world: IdentityWorld, tenant: Tenant): Ids | null {
  const domain = world.domainOf(tenant);
  const upwards = [...world.ancestorsOf(tenant), ...(domain ? [domain] : [])];
  return upwards.reduceRight<Ids | null>((above, each) => ({ [idOf(each)]: above }), null);
}

function subtreeIds(world: IdentityWorld, tenant: Tenant): Ids | null {
  const children = world.childrenOf(tenant);
  return children.length === 0 ? null : Object.fromEntries(children.map((child) => [idOf(child), subtreeIds(world, child)]));
}

/** Lists have only the projects on which the asking user has a role. */
function accessible(world: IdentityWorld, tenants: readonly Tenant[], request: ApiRequest, view: View): object[] {
  const user = world.byId(world.users, request.auth.userId);
  return tenants
    .filter((tenant) => user && world.rolesOf(user, { tenant }).length > 0)
    .map((tenant) => ({ project: view(world, tenant, request) }));
}

function requireOne(request: ApiRequest, what: string): void {
  if (!flag(request, `${what}_as_list`) || !flag(request, `${what}_as_ids`)) return;
  throw new KumulusError("Invalid", `Cannot use ${what}_as_list and ${what}_as_ids query params at the same time.`);
}

export function hierarchyViews(world: IdentityWorld, project: Tenant | Domain, request: ApiRequest, view: View): object {
  if (request.rawQuery === "" || request.params.id === undefined) return {};
  for (const what of ["parents", "subtree"]) requireOne(request, what);
  const tenant = project.kind === "Tenant" ? project : undefined;
  const listOf = (tenants: readonly Tenant[]) => accessible(world, tenants, request, view);
  return {
    ...(flag(request, "parents_as_list") && { parents: tenant ? listOf(world.ancestorsOf(tenant)) : [] }),
    ...(flag(request, "parents_as_ids") && { parents: tenant ? parentIds(world, tenant) : null }),
    ...(flag(request, "subtree_as_list") && { subtree: tenant ? listOf(world.descendantsOf(tenant)) : [] }),
    ...(flag(request, "subtree_as_ids") && { subtree: tenant ? subtreeIds(world, tenant) : null }),
  };
}
