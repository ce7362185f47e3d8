// Keystone v3 /services, /endpoints and /regions: what the catalog is made of, reading.
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import type { Catalog, CatalogService } from "./catalog.ts";
import { collection, found } from "./collection.ts";

function viewService({ id, type, name }: CatalogService, request: Pick<ApiRequest, "url">) {
  return { id, type, name, enabled: true, description: "", links: { self: request.url(`/v3/services/${id}`) } };
}

function viewEndpoints(catalog: Catalog, request: Pick<ApiRequest, "url" | "origin">) {
  return catalog.services.flatMap((service) =>
    catalog.endpoints(service, request.origin).map((endpoint) => ({
      ...endpoint,
      service_id: service.id,
      enabled: true,
      links: { self: request.url(`/v3/endpoints/${endpoint.id}`) },
    })),
  );
}

function viewRegion(id: string, request: Pick<ApiRequest, "url">) {
  return { id, description: "", parent_region_id: null, links: { self: request.url(`/v3/regions/${id}`) } };
}

export function serviceRoutes(catalog: Catalog) {
  return [
    route({
      method: "GET",
      path: "/v3/services",
      policy: "identity:list_services",
      handle: (request) => ({
        body: collection(
          "services",
          catalog.services.map((service) => viewService(service, request)),
          request,
          ["name", "type"],
        ),
      }),
    }),
    route({
      method: "GET",
      path: "/v3/services/:id",
      policy: "identity:get_service",
      handle(request) {
        const { id } = request.params;
        const service = found(
          catalog.services.find((each) => each.id === id),
          "service",
          id,
        );
        return { body: { service: viewService(service, request) } };
      },
    }),
  ];
}

export function endpointRoutes(catalog: Catalog) {
  return [
    route({
      method: "GET",
      path: "/v3/endpoints",
      policy: "identity:list_endpoints",
      handle: (request) => ({
        body: collection("endpoints", viewEndpoints(catalog, request), request, ["interface", "service_id", "region", "region_id"]),
      }),
    }),
    route({
      method: "GET",
      path: "/v3/endpoints/:id",
      policy: "identity:get_endpoint",
      handle(request) {
        const { id } = request.params;
        const endpoint = found(
          viewEndpoints(catalog, request).find((each) => each.id === id),
          "endpoint",
          id,
        );
        return { body: { endpoint } };
      },
    }),
    route({
      method: "GET",
      path: "/v3/regions",
      policy: "identity:authenticated",
      handle: (request) => ({ body: collection("regions", [viewRegion(catalog.region, request)], request, ["parent_region_id"]) }),
    }),
    route({
      method: "GET",
      path: "/v3/regions/:id",
      policy: "identity:authenticated",
      handle(request) {
        const { id } = request.params;
        return { body: { region: viewRegion(found(id === catalog.region ? id : undefined, "region", id), request) } };
      },
    }),
  ];
}
