// Keystone's version documents, for clients that have nothing but the address.
import type { ApiRequest } from "../http/request.ts";
import { publicRule, route } from "../http/route.ts";

function viewVersion(request: Pick<ApiRequest, "url">) {
  return {
    id: "v3.14",
    status: "stable",
    updated: "2020-04-07T00:00:00Z",
    links: [{ rel: "self", href: request.url("/v3/") }],
    "media-types": [{ base: "application/json", type: "application/vnd.openstack.identity-v3+json" }],
  };
}

export const versionRoutes = [
  route({
    method: "GET",
    path: "/",
    policy: publicRule,
    status: 300,
    handle: (request) => ({
      body: { versions: { values: [viewVersion(request)] } },
      headers: { Location: request.url("/v3/"), Vary: "X-Auth-Token" },
    }),
  }),
  route({
    method: "GET",
    path: "/v3",
    policy: publicRule,
    handle: (request) => ({ body: { version: viewVersion(request) }, headers: { Vary: "X-Auth-Token" } }),
  }),
];
