// Keystone v3 /regions. Whoever makes one may choose its id.
import { randomUUID } from "node:crypto";
import { type Static, Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { hashedName } from "../../domain/id.ts";
import type { Region } from "../../models/identity/region.ts";
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import { type Catalog, regionIdOf } from "./catalog.ts";
import { catalogSource } from "./catalog-source.ts";
import { found } from "./collection.ts";
import { defined, description, nullable, patched, text } from "./input.ts";
import { type IdentityResource, resourceRoutes } from "./resource.ts";

const updateFields = Type.Object({ description, parent_region_id: Type.Optional(nullable(text)) });
const createFields = Type.Object({ ...updateFields.properties, id: Type.Optional(nullable(Type.String({ maxLength: 255 }))) });
const putBody = Type.Object({ region: createFields });

type NewRegion = Static<typeof createFields>;

const parentIdOf = (catalog: Catalog, { spec }: Region) => (spec.parentRegionRef ? catalog.regionIdNamed(spec.parentRegionRef.name) : null);

/** Every field of a region (Identity API v3, "Show region details"). */
function viewRegion(catalog: Catalog, region: Region, request: Pick<ApiRequest, "url">) {
  const id = regionIdOf(region);
  const links = { self: request.url(`/v3/regions/${encodeURIComponent(id)}`) };
  return { id, description: region.spec.description ?? "", parent_region_id: parentIdOf(catalog, region), links };
}

/** The reference to the region that a body names as the parent; null takes it away. */
function parentRef(catalog: Catalog, id: string | null | undefined): { name: string } | null | undefined {
  if (id === undefined) return undefined;
  return id ? { name: found(catalog.regionById(id), "region", id).metadata.name } : null;
}

export function newRegion(catalog: Catalog, input: NewRegion): Region {
  const id = input.id || randomUUID().replaceAll("-", "");
  if (catalog.regionById(id)) {
    throw new KumulusError("Conflict", `Conflict occurred attempting to store region - Duplicate ID, ${id}.`);
  }
  return {
    apiVersion: "identity.kumulus.cloud/v1alpha1",
    kind: "Region",
    metadata: { name: hashedName(id) },
    spec: defined({
      regionID: id,
      description: input.description ?? undefined,
      parentRegionRef: parentRef(catalog, input.parent_region_id) ?? undefined,
    }),
  };
}

function requireNoCircle(catalog: Catalog, region: Region, parent: { name: string } | null | undefined): void {
  const names = new Set([region.metadata.name]);
  for (let above = parent?.name; above !== undefined; above = catalog.stores.regions.get(above)?.spec.parentRegionRef?.name) {
    if (names.has(above)) throw new KumulusError("Invalid", `The region ${regionIdOf(region)} would be a part of itself.`);
    names.add(above);
  }
}

function regionChange(catalog: Catalog, input: Static<typeof updateFields>, region: Region): (draft: Region) => void {
  const parentRegionRef = parentRef(catalog, input.parent_region_id);
  requireNoCircle(catalog, region, parentRegionRef);
  return (draft) => {
    draft.spec = patched(draft.spec, { description: input.description, parentRegionRef });
  };
}

/** The region and all its parts. */
function withParts(catalog: Catalog, region: Region): Region[] {
  const parts = catalog.stores.regions.byIndex("parent", region.metadata.name);
  return [region, ...parts.flatMap((part) => withParts(catalog, part))];
}

function requireNoEndpoints(catalog: Catalog, region: Region): void {
  if (withParts(catalog, region).every(({ metadata }) => catalog.stores.endpoints.byIndex("region", metadata.name).length === 0)) return;
  throw new KumulusError(
    "Forbidden",
    `Unable to delete region ${regionIdOf(region)} because it or its child regions have associated endpoints.`,
  );
}

function regions(catalog: Catalog): IdentityResource<Region, typeof createFields, typeof updateFields> {
  const { stores, builtIn } = catalog;
  return {
    singular: "region",
    plural: "regions",
    path: "/v3/regions",
    source: catalogSource({
      store: stores.regions,
      title: "region",
      find: (id) => catalog.regionById(id),
      isBuiltIn: (region) => regionIdOf(region) === regionIdOf(builtIn.region),
    }),
    createFields,
    updateFields,
    filters: ["parent_region_id"],
    list: () => catalog.regions(),
    view: (region, request) => viewRegion(catalog, region, request),
    target: () => ({}),
    make: (input) => newRegion(catalog, input),
    change: (input, region) => regionChange(catalog, input, region),
    async beforeDelete(region) {
      requireNoEndpoints(catalog, region);
      for (const part of withParts(catalog, region).slice(1).reverse()) await stores.regions.delete(part);
    },
  };
}

export function regionRoutes(catalog: Catalog) {
  return [
    ...resourceRoutes(regions(catalog)),
    route({
      method: "PUT",
      path: "/v3/regions/:id",
      policy: "identity:create_region",
      status: 201,
      body: putBody,
      async handle(request) {
        const { region: input } = request.body;
        const { id } = request.params;
        if (input.id && input.id !== id) throw new KumulusError("Invalid", `The region's id ${input.id} is not that of the URL: ${id}.`);
        const region = await catalog.stores.regions.create(newRegion(catalog, { ...input, id }));
        return { body: { region: viewRegion(catalog, region, request) } };
      },
    }),
  ];
}
