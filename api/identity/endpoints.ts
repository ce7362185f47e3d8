// Keystone v3 /endpoints.
import { type Static, Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { displayNameOf, idOf, newMetadata } from "../../domain/id.ts";
import type { Endpoint } from "../../models/identity/endpoint.ts";
import type { LocalRef } from "../../models/kind.ts";
import type { ApiRequest } from "../http/request.ts";
import { isStored } from "./built-in.ts";
import { addressOf, type Catalog } from "./catalog.ts";
import { catalogSource } from "./catalog-source.ts";
import { found } from "./collection.ts";
import { defined, description, enabled, nullable, patched, text } from "./input.ts";
import { newRegion } from "./regions.ts";
import { type IdentityResource, resourceRoutes, type Source } from "./resource.ts";
import { isEnabled } from "./world.ts";

const createFields = Type.Object({
  service_id: text,
  interface: Type.Union([Type.Literal("public"), Type.Literal("internal"), Type.Literal("admin")]),
  url: Type.String({ minLength: 1, maxLength: 2048 }),
  region: Type.Optional(nullable(text)),
  region_id: Type.Optional(nullable(text)),
  name: Type.Optional(nullable(text)),
  description,
  enabled,
});
const updateFields = Type.Partial(createFields);

type EndpointChange = Static<typeof updateFields>;

/** Every field of an endpoint (Identity API v3, "Show endpoint details"). */
export function viewEndpoint(catalog: Catalog, endpoint: Endpoint, request: Pick<ApiRequest, "url" | "origin">) {
  const { spec } = endpoint;
  const service = catalog.serviceNamed(spec.serviceRef.name);
  const region = spec.regionRef ? catalog.regionIdNamed(spec.regionRef.name) : null;
  return {
    id: idOf(endpoint),
    service_id: service ? idOf(service) : spec.serviceRef.name,
    interface: spec.interface,
    region,
    region_id: region,
    url: addressOf(endpoint, request.origin),
    enabled: isEnabled(endpoint),
    ...(spec.displayName !== undefined && { name: displayNameOf(endpoint) }),
    ...(spec.description !== undefined && { description: spec.description }),
    links: { self: request.url(`/v3/endpoints/${idOf(endpoint)}`) },
  };
}

/** Only what the catalog fills in may be a placeholder. */
function requireAddress(url: string | undefined): void {
  const unknown = [...(url ?? "").matchAll(/[$%]\((\w*)\)s?/g)].find(([whole]) => !/^[$%]\((project|tenant)_id\)s$/.test(whole));
  if (unknown) throw new KumulusError("Invalid", `The URL has a placeholder that the catalog can not fill in: ${unknown[0]}.`);
}

/** The object that stands for a service: a built-in one becomes an object now. */
async function serviceRef(catalog: Catalog, id: string): Promise<LocalRef> {
  const service = found(catalog.services().find((each) => idOf(each) === id) ?? (await catalog.stores.services.byId(id)), "service", id);
  const stored = isStored(service) ? service : await catalog.stores.services.create(service);
  return { name: stored.metadata.name };
}

/** `region_id` must be there; `region`, its older form, makes what is not there. */
async function regionRef(catalog: Catalog, { region, region_id: id }: EndpointChange): Promise<LocalRef | null | undefined> {
  const wanted = id ?? region;
  if (!wanted) return wanted === undefined ? undefined : null;
  const known = catalog.regionById(wanted);
  if (known) return { name: known.metadata.name };
  if (id) throw new KumulusError("Invalid", `Unable to find valid values for endpoint region_id in the regions: ${id}.`);
  return { name: (await catalog.stores.regions.create(newRegion(catalog, { id: wanted }))).metadata.name };
}

/** A built-in endpoint that is changed becomes an object, and so does its service. */
export function endpointSource(catalog: Catalog): Source<Endpoint> {
  const builtInIds = new Set(catalog.builtIn.endpoints.map(idOf));
  const source = catalogSource({
    store: catalog.stores.endpoints,
    title: "endpoint",
    find: (id) => catalog.endpoints().find((each) => idOf(each) === id),
    isBuiltIn: (endpoint) => builtInIds.has(idOf(endpoint)),
  });
  return {
    ...source,
    async update(endpoint, change) {
      const service = isStored(endpoint) ? undefined : catalog.serviceNamed(endpoint.spec.serviceRef.name);
      if (service && !isStored(service)) await catalog.stores.services.create(service);
      return source.update(endpoint, change);
    },
  };
}

function endpoints(catalog: Catalog): IdentityResource<Endpoint, typeof createFields, typeof updateFields> {
  return {
    singular: "endpoint",
    plural: "endpoints",
    path: "/v3/endpoints",
    source: endpointSource(catalog),
    createFields,
    updateFields,
    filters: ["interface", "service_id", "region", "region_id"],
    list: () => catalog.endpoints(),
    view: (endpoint, request) => viewEndpoint(catalog, endpoint, request),
    target: () => ({}),
    async make(input) {
      requireAddress(input.url);
      const service = await serviceRef(catalog, input.service_id);
      return {
        apiVersion: "identity.kumulus.cloud/v1alpha1",
        kind: "Endpoint",
        metadata: newMetadata(`${service.name}-${input.interface}`),
        spec: defined({
          serviceRef: service,
          regionRef: (await regionRef(catalog, input)) ?? undefined,
          interface: input.interface,
          url: input.url,
          displayName: input.name ?? undefined,
          description: input.description ?? undefined,
          enabled: input.enabled,
        }),
      };
    },
    async change(input) {
      requireAddress(input.url);
      const values = {
        serviceRef: input.service_id === undefined ? undefined : await serviceRef(catalog, input.service_id),
        regionRef: await regionRef(catalog, input),
        interface: input.interface,
        url: input.url,
        displayName: input.name,
        description: input.description,
        enabled: input.enabled,
      };
      return (draft) => {
        draft.spec = patched(draft.spec, values);
      };
    },
  };
}

export const endpointRoutes = (catalog: Catalog) => resourceRoutes(endpoints(catalog));
