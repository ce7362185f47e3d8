// Keystone v3 /projects: reading.
import { idOf } from "../../domain/id.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import { collection, found } from "./collection.ts";
import { type IdentityWorld, isEnabled, named } from "./world.ts";

/** Every field of a project (Identity API v3, "Show project details"). A project on top of its domain has the domain as parent. */
export function viewProject(world: IdentityWorld, tenant: Tenant, request: Pick<ApiRequest, "url">) {
  const domain = world.domainOf(tenant);
  const domainId = domain ? idOf(domain) : tenant.spec.domainRef.name;
  return {
    ...named(tenant),
    domain_id: domainId,
    description: tenant.spec.description ?? "",
    enabled: tenant.spec.enabled !== false,
    parent_id: domainId,
    is_domain: false,
    options: {},
    tags: tenant.spec.tags ?? [],
    links: { self: request.url(`/v3/projects/${idOf(tenant)}`) },
  };
}

/** Enabled projects on which the user has a role, each once. */
export function projectsOf(world: IdentityWorld, userId: string) {
  const user = world.byId(world.users, userId);
  const names = new Set(
    user ? world.assignmentsOf(user).flatMap(({ spec }) => (spec.tenantRef && !spec.inherited ? [spec.tenantRef.name] : [])) : [],
  );
  return [...names]
    .flatMap((name) => world.tenants.get(name) ?? [])
    .filter((tenant) => isEnabled(tenant) && isEnabled(world.domainOf(tenant)));
}

export function projectRoutes(world: IdentityWorld) {
  const filters = ["name", "domain_id", "enabled", "parent_id", "is_domain", "tags"];
  return [
    route({
      method: "GET",
      path: "/v3/projects",
      policy: "identity:list_projects",
      handle: (request) => ({
        body: collection(
          "projects",
          world.tenants.list().map((tenant) => viewProject(world, tenant, request)),
          request,
          filters,
        ),
      }),
    }),
    route({
      method: "GET",
      path: "/v3/projects/:id",
      policy: "identity:authenticated",
      async handle(request) {
        const { id } = request.params;
        if (request.auth.project?.id !== id) request.require("identity:get_project");
        const tenant = found(await world.tenants.byId(id), "project", id);
        return { body: { project: viewProject(world, tenant, request) } };
      },
    }),
    route({
      method: "GET",
      path: "/v3/users/:id/projects",
      policy: "identity:authenticated",
      async handle(request) {
        const { id } = request.params;
        if (request.auth.userId !== id) request.require("identity:list_user_projects");
        found(await world.users.byId(id), "user", id);
        return {
          body: collection(
            "projects",
            projectsOf(world, id).map((tenant) => viewProject(world, tenant, request)),
            request,
            filters,
          ),
        };
      },
    }),
  ];
}
