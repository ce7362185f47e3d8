// Keystone v3 OS-EP-FILTER: which endpoints a project's catalog is limited to, one by one or by groups of endpoints.
import { idOf } from "../../domain/id.ts";
import type { Endpoint } from "../../models/identity/endpoint.ts";
import type { EndpointGroup } from "../../models/identity/endpoint-group.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { KubeObject, LocalRef } from "../../models/kind.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Route, route } from "../http/route.ts";
import type { Catalog } from "./catalog.ts";
import { collection, found } from "./collection.ts";
import { viewEndpointGroup } from "./endpoint-groups.ts";
import { endpointSource, viewEndpoint } from "./endpoints.ts";
import { viewProject } from "./projects.ts";
import type { Source } from "./resource.ts";
import type { IdentityWorld } from "./world.ts";

type Associated = KubeObject & { spec: { tenantRefs?: LocalRef[] } };
type AnyRequest = ApiRequest<Readonly<Record<string, string>>>;

const refsOf = ({ spec }: Associated): LocalRef[] => spec.tenantRefs ?? [];
const isWith = (object: Associated, { metadata }: Tenant) => refsOf(object).some(({ name }) => name === metadata.name);

/** Endpoints and endpoint groups are associated with projects in the same way. */
interface Side<T extends Associated> {
  source: Source<T>;
  title: string;
  /** Has `:project` and `:object`. */
  path: string;
  rules: { add: string; check: string; remove: string; projects: string };
  /** Where the projects of an object are listed; has `:object`. */
  projectsPath: string;
  /** What a check answers with; 204 without one. */
  view?(object: T, tenant: Tenant): object;
}

class Associations<T extends Associated> {
  readonly #world: IdentityWorld;
  readonly #side: Side<T>;

  constructor(world: IdentityWorld, side: Side<T>) {
    this.#world = world;
    this.#side = side;
  }

  async #object({ params: { object: id = "" } }: AnyRequest): Promise<T> {
    return found(await this.#side.source.byId(id), this.#side.title, id);
  }

  async #tenant({ params: { project: id = "" } }: AnyRequest): Promise<Tenant> {
    return found(await this.#world.tenants.byId(id), "project", id);
  }

  async #existing(request: AnyRequest) {
    const [object, tenant] = [await this.#object(request), await this.#tenant(request)];
    found(isWith(object, tenant) || undefined, `association of project ${idOf(tenant)} with ${this.#side.title}`, idOf(object));
    return { object, tenant };
  }

  async add(request: AnyRequest) {
    const [object, { metadata }] = [await this.#object(request), await this.#tenant(request)];
    await this.#side.source.update(object, (draft) => {
      const others = refsOf(draft).filter(({ name }) => name !== metadata.name);
      draft.spec.tenantRefs = [...others, { name: metadata.name }];
    });
    return {};
  }

  async check(request: AnyRequest) {
    const { object, tenant } = await this.#existing(request);
    return this.#side.view ? { body: this.#side.view(object, tenant) } : {};
  }

  async remove(request: AnyRequest) {
    const { object, tenant } = await this.#existing(request);
    await this.#side.source.update(object, (draft) => {
      draft.spec.tenantRefs = refsOf(draft).filter(({ name }) => name !== tenant.metadata.name);
    });
    return {};
  }

  async projects(request: AnyRequest) {
    const tenants = refsOf(await this.#object(request)).flatMap(({ name }) => this.#world.tenants.get(name) ?? []);
    const views = tenants.map((tenant) => viewProject(this.#world, tenant, request));
    return { body: collection("projects", views, request, ["name"]) };
  }
}

function sideRoutes<T extends Associated>(world: IdentityWorld, side: Side<T>): Route[] {
  const { path, rules } = side;
  const associations = new Associations(world, side);
  return [
    route({ method: "PUT", path, policy: rules.add, status: 204, handle: (request: AnyRequest) => associations.add(request) }),
    route({
      method: "GET",
      path,
      policy: rules.check,
      status: side.view ? 200 : 204,
      handle: (request: AnyRequest) => associations.check(request),
    }),
    route({ method: "DELETE", path, policy: rules.remove, status: 204, handle: (request: AnyRequest) => associations.remove(request) }),
    route({
      method: "GET",
      path: side.projectsPath,
      policy: rules.projects,
      handle: (request: AnyRequest) => associations.projects(request),
    }),
  ];
}

const base = "/v3/OS-EP-FILTER" as const;

const endpointSide = (catalog: Catalog): Side<Endpoint> => ({
  source: endpointSource(catalog),
  title: "endpoint",
  path: `${base}/projects/:project/endpoints/:object`,
  rules: {
    add: "identity:add_endpoint_to_project",
    check: "identity:check_endpoint_in_project",
    remove: "identity:remove_endpoint_from_project",
    projects: "identity:list_projects_for_endpoint",
  },
  projectsPath: `${base}/endpoints/:object/projects`,
});

const groupSide = ({ stores }: Catalog): Side<EndpointGroup> => ({
  source: stores.groups,
  title: "endpoint group",
  path: `${base}/endpoint_groups/:object/projects/:project`,
  rules: {
    add: "identity:add_endpoint_group_to_project",
    check: "identity:get_endpoint_group_in_project",
    remove: "identity:remove_endpoint_group_from_project",
    projects: "identity:list_projects_associated_with_endpoint_group",
  },
  projectsPath: `${base}/endpoint_groups/:object/projects`,
  view: (group, tenant) => ({ project_endpoint_group: { endpoint_group_id: idOf(group), project_id: idOf(tenant) } }),
});

export function endpointFilterRoutes(world: IdentityWorld, catalog: Catalog): Route[] {
  const tenantOf = async (id: string) => found(await world.tenants.byId(id), "project", id);
  return [
    ...sideRoutes(world, endpointSide(catalog)),
    ...sideRoutes(world, groupSide(catalog)),
    route({
      method: "GET",
      path: `${base}/projects/:project/endpoints`,
      policy: "identity:list_endpoints_for_project",
      async handle(request) {
        const endpoints = catalog.endpointsFor(await tenantOf(request.params.project));
        const views = endpoints.map((endpoint) => viewEndpoint(catalog, endpoint, request));
        return { body: collection("endpoints", views, request, []) };
      },
    }),
    route({
      method: "GET",
      path: `${base}/projects/:project/endpoint_groups`,
      policy: "identity:list_endpoint_groups_for_project",
      async handle(request) {
        const { metadata } = await tenantOf(request.params.project);
        const views = catalog.stores.groups.byIndex("tenant", metadata.name).map((group) => viewEndpointGroup(group, request));
        return { body: collection("endpoint_groups", views, request, []) };
      },
    }),
    route({
      method: "GET",
      path: `${base}/endpoint_groups/:object/endpoints`,
      policy: "identity:list_endpoints_associated_with_endpoint_group",
      async handle(request) {
        const { object: id } = request.params;
        const group = found(await catalog.stores.groups.byId(id), "endpoint group", id);
        const views = catalog.endpointsOf(group).map((endpoint) => viewEndpoint(catalog, endpoint, request));
        return { body: collection("endpoints", views, request, []) };
      },
    }),
  ];
}
