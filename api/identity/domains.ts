// Keystone v3 /domains: reading.
import { idOf } from "../../domain/id.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import { collection, found } from "./collection.ts";
import { type IdentityWorld, named } from "./world.ts";

/** Every field of a domain (Identity API v3, "Show domain details"). */
export function viewDomain(domain: Domain, request: Pick<ApiRequest, "url">) {
  return {
    ...named(domain),
    description: domain.spec.description ?? "",
    enabled: domain.spec.enabled !== false,
    options: {},
    tags: domain.spec.tags ?? [],
    links: { self: request.url(`/v3/domains/${idOf(domain)}`) },
  };
}

export function domainRoutes(world: IdentityWorld) {
  return [
    route({
      method: "GET",
      path: "/v3/domains",
      policy: "identity:list_domains",
      handle: (request) => ({
        body: collection(
          "domains",
          world.domains.list().map((domain) => viewDomain(domain, request)),
          request,
          ["name", "enabled"],
        ),
      }),
    }),
    route({
      method: "GET",
      path: "/v3/domains/:id",
      policy: "identity:authenticated",
      async handle(request) {
        const { id } = request.params;
        const { project, domainId } = request.auth;
        if (project?.domainId !== id && domainId !== id) request.require("identity:get_domain");
        return { body: { domain: viewDomain(found(await world.domains.byId(id), "domain", id), request) } };
      },
    }),
  ];
}
