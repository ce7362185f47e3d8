// Keystone v3 /projects: views, lists, and the routes. A domain shows itself as a project that is one, too.
import { type Static, Type } from "typebox";
import { idOf } from "../../domain/id.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import { booleanOf, lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import { candidates } from "./candidates.ts";
import { collection, found } from "./collection.ts";
import { domainChange, newDomain, requireDomainDeletable } from "./domains.ts";
import { description, domainIdFor, enabled, id, nameOf, nullable, options, viewOptions } from "./input.ts";
import { hierarchyViews } from "./project-hierarchy.ts";
import { newTenant, requireTenantDeletable, tenantChange } from "./project-write.ts";
import { type IdentityResource, resourceRoutes, type Source } from "./resource.ts";
import { tags, withTags } from "./tags.ts";
import { type IdentityWorld, isEnabled, named } from "./world.ts";

const fields = {
  description,
  enabled,
  options,
  tags,
  domain_id: Type.Optional(nullable(id)),
  parent_id: Type.Optional(nullable(id)),
  is_domain: Type.Optional(Type.Boolean()),
};
const createFields = Type.Object({ ...fields, name: nameOf(64) });
const updateFields = Type.Object({ ...fields, name: Type.Optional(nameOf(64)) });

export type NewProject = Static<typeof createFields>;
export type ProjectChange = Static<typeof updateFields>;

/** What a path below /v3/projects names. */
type Project = Tenant | Domain;

const isDomain = (object: Project): object is Domain => object.kind === "Domain";

/** Every field of a project (Identity API v3, "Show project details"). A project on top of its domain has the domain as parent. */
export function viewProject(world: IdentityWorld, tenant: Tenant, request: Pick<ApiRequest, "url">) {
  const domain = world.domainOf(tenant);
  const domainId = domain ? idOf(domain) : tenant.spec.domainRef.name;
  const parent = world.parentOf(tenant);
  return {
    ...tenant.spec.extra,
    ...named(tenant),
    domain_id: domainId,
    description: tenant.spec.description ?? "",
    enabled: tenant.spec.enabled !== false,
    parent_id: parent ? idOf(parent) : domainId,
    is_domain: false,
    options: viewOptions(tenant),
    tags: tenant.spec.tags ?? [],
    links: { self: request.url(`/v3/projects/${idOf(tenant)}`) },
  };
}

function viewAny(world: IdentityWorld, project: Project, request: Pick<ApiRequest, "url">) {
  if (!isDomain(project)) return viewProject(world, project, request);
  return {
    ...named(project),
    domain_id: null,
    description: project.spec.description ?? "",
    enabled: isEnabled(project),
    parent_id: null,
    is_domain: true,
    options: viewOptions(project),
    tags: project.spec.tags ?? [],
    links: { self: request.url(`/v3/projects/${idOf(project)}`) },
  };
}

/** Enabled projects on which the user has a role, each once. */
export function projectsOf(world: IdentityWorld, userId: string) {
  const user = world.byId(world.users, userId);
  const tenants = user ? world.tenantsOf(user) : [];
  return tenants.filter((tenant) => isEnabled(tenant) && isEnabled(world.domainOf(tenant)));
}

export function projectTarget(world: IdentityWorld, project: Project) {
  const domain = isDomain(project) ? project : world.domainOf(project);
  return { "target.project.id": idOf(project), "target.project.domain_id": domain && idOf(domain) };
}

function projectSource({ tenants, domains }: IdentityWorld): Source<Project> {
  return {
    byId: async (id) => (await tenants.byId(id)) ?? (await domains.byId(id)),
    create: (object) => (isDomain(object) ? domains.create(object) : tenants.create(object)),
    update: (object, change) => (isDomain(object) ? domains.update(object, change) : tenants.update(object, change)),
    delete: (object) => (isDomain(object) ? domains.delete(object) : tenants.delete(object)),
  };
}

function listed(world: IdentityWorld, request: ApiRequest): readonly Project[] {
  if (booleanOf(lastValueOf(request.query, "is_domain"), "is_domain")) return world.domains.list();
  const parentId = lastValueOf(request.query, "parent_id");
  const parent = parentId === undefined ? undefined : world.byId(world.tenants, parentId);
  return parent ? world.childrenOf(parent) : candidates(world, world.tenants, request);
}

const filters = ["name", "domain_id", "enabled", "parent_id", "is_domain"];

function projects(world: IdentityWorld): IdentityResource<Project, typeof createFields, typeof updateFields> {
  return {
    singular: "project",
    plural: "projects",
    path: "/v3/projects",
    source: projectSource(world),
    createFields,
    updateFields,
    filters,
    list: (request) =>
      withTags(
        listed(world, request).map((object) => ({ object, tags: object.spec.tags ?? [] })),
        request,
      ).map(({ object }) => object),
    view: (project, request) => ({ ...viewAny(world, project, request), ...hierarchyViews(world, project, request, viewProject) }),
    target: (project) => projectTarget(world, project),
    createTarget: (input, request) => ({
      "target.project.domain_id": input.is_domain ? undefined : domainIdFor(request, input.domain_id),
    }),
    listTarget: (request) => ({ "target.project.domain_id": request.auth.domainId }),
    isListed: (project, request) => projectTarget(world, project)["target.project.domain_id"] === request.auth.domainId,
    make: (input, request) => (input.is_domain ? newDomain(world, input) : newTenant(world, input, request)),
    change(input, project) {
      const change = isDomain(project) ? domainChange(world, input, project) : tenantChange(world, input, project);
      return change as (draft: Project) => void;
    },
    beforeDelete: (project) => (isDomain(project) ? requireDomainDeletable(project) : requireTenantDeletable(world, project)),
  };
}

export function projectRoutes(world: IdentityWorld) {
  return [
    ...resourceRoutes(projects(world)),
    route({
      method: "GET",
      path: "/v3/users/:id/projects",
      policy: "identity:authenticated",
      async handle(request) {
        const { id } = request.params;
        const user = await world.users.byId(id);
        const domain = user && world.domainOf(user);
        request.require("identity:list_user_projects", { "target.user.id": id, "target.user.domain_id": domain && idOf(domain) });
        found(user, "user", id);
        const views = projectsOf(world, id).map((tenant) => viewProject(world, tenant, request));
        return { body: collection("projects", withTags(views, request), request, filters) };
      },
    }),
  ];
}
