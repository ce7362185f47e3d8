// Keystone v3 /services.
import { Type } from "typebox";
import { displayNameOf, idOf, newMetadata } from "../../domain/id.ts";
import type { Service } from "../../models/identity/service.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Catalog } from "./catalog.ts";
import { catalogSource } from "./catalog-source.ts";
import { defined, description, enabled, nullable, patched, text } from "./input.ts";
import { type IdentityResource, resourceRoutes } from "./resource.ts";
import { isEnabled } from "./world.ts";

const type = Type.String({ minLength: 1, maxLength: 255 });
const createFields = Type.Object({ type, name: Type.Optional(nullable(text)), description, enabled });
const updateFields = Type.Partial(createFields);

/** Every field of a service (Identity API v3, "Show service details"). */
function viewService(service: Service, request: Pick<ApiRequest, "url">) {
  const { type: kind, description: about } = service.spec;
  const links = { self: request.url(`/v3/services/${idOf(service)}`) };
  return { id: idOf(service), type: kind, name: displayNameOf(service), enabled: isEnabled(service), description: about ?? "", links };
}

function services(catalog: Catalog): IdentityResource<Service, typeof createFields, typeof updateFields> {
  const { stores } = catalog;
  return {
    singular: "service",
    plural: "services",
    path: "/v3/services",
    source: catalogSource({
      store: stores.services,
      title: "service",
      find: (id) => catalog.services().find((each) => idOf(each) === id),
      isBuiltIn: ({ spec }) => spec.builtIn === true,
    }),
    createFields,
    updateFields,
    filters: ["name", "type"],
    list: () => catalog.services(),
    view: viewService,
    target: () => ({}),
    make: (input) => ({
      apiVersion: "identity.kumulus.cloud/v1alpha1",
      kind: "Service",
      metadata: newMetadata(input.name || input.type),
      spec: defined({
        type: input.type,
        displayName: input.name ?? "",
        description: input.description ?? undefined,
        enabled: input.enabled,
      }),
    }),
    change: (input) => (draft) => {
      const { name, ...others } = input;
      draft.spec = patched(draft.spec, { ...others, type: input.type ?? draft.spec.type, displayName: name === null ? "" : name });
    },
    /** An endpoint of nothing is of no use. */
    async afterDelete({ metadata }) {
      for (const endpoint of stores.endpoints.byIndex("service", metadata.name)) await stores.endpoints.delete(endpoint);
    },
  };
}

export const serviceRoutes = (catalog: Catalog) => resourceRoutes(services(catalog));
