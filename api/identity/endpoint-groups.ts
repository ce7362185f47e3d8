// Keystone v3 /OS-EP-FILTER/endpoint_groups: endpoints chosen by what they have in common.
import { type Static, Type } from "typebox";
import { idOf, newMetadata } from "../../domain/id.ts";
import type { EndpointGroup } from "../../models/identity/endpoint-group.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Catalog } from "./catalog.ts";
import { defined, description, nameOf, patched, text } from "./input.ts";
import { type IdentityResource, resourceRoutes } from "./resource.ts";
import { named } from "./world.ts";

const filters = Type.Object(
  {
    interface: Type.Optional(Type.Union([Type.Literal("public"), Type.Literal("internal"), Type.Literal("admin")])),
    service_id: Type.Optional(text),
    region_id: Type.Optional(text),
  },
  { additionalProperties: false },
);
const createFields = Type.Object({ name: nameOf(255), description, filters });
const updateFields = Type.Partial(createFields);

const specFilters = (input: Static<typeof filters>) =>
  defined({ interface: input.interface, serviceID: input.service_id, regionID: input.region_id });

/** Every field of an endpoint group (Identity API v3, OS-EP-FILTER). */
export function viewEndpointGroup(group: EndpointGroup, request: Pick<ApiRequest, "url">) {
  const { interface: name, serviceID, regionID } = group.spec.filters;
  return {
    ...named(group),
    description: group.spec.description ?? "",
    filters: defined({ interface: name, service_id: serviceID, region_id: regionID }),
    links: { self: request.url(`/v3/OS-EP-FILTER/endpoint_groups/${idOf(group)}`) },
  };
}

function endpointGroups({ stores }: Catalog): IdentityResource<EndpointGroup, typeof createFields, typeof updateFields> {
  return {
    singular: "endpoint_group",
    plural: "endpoint_groups",
    path: "/v3/OS-EP-FILTER/endpoint_groups",
    title: "endpoint group",
    source: stores.groups,
    createFields,
    updateFields,
    filters: ["name"],
    list: () => stores.groups.list(),
    view: viewEndpointGroup,
    target: () => ({}),
    make: (input) => ({
      apiVersion: "identity.kumulus.cloud/v1alpha1",
      kind: "EndpointGroup",
      metadata: newMetadata(input.name),
      spec: defined({ displayName: input.name, description: input.description ?? undefined, filters: specFilters(input.filters) }),
    }),
    change: (input) => (draft) => {
      const chosen = input.filters && { ...draft.spec.filters, ...specFilters(input.filters) };
      draft.spec = patched(draft.spec, { displayName: input.name, description: input.description, filters: chosen });
    },
  };
}

export const endpointGroupRoutes = (catalog: Catalog) => resourceRoutes(endpointGroups(catalog));
