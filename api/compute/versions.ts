// Nova's version documents (Compute API, "API versions"). Clients use the newest microversion at once: the range is what is really there.
import { type MicroversionRange, versionText } from "../http/microversion.ts";
import type { ApiRequest } from "../http/request.ts";
import { publicRule, type Route, route } from "../http/route.ts";

export const computeMicroversions: MicroversionRange = {
  service: "compute",
  major: 2,
  min: 1,
  /** 2.94 lets a host name be a full domain name, which the guests can not have yet. */
  max: 93,
  legacyHeader: "x-openstack-nova-api-version",
};

/** Tempest and older clients want the v2.0 entry first, though only its document is there. */
const v20 = { id: "v2.0", status: "DEPRECATED", version: "", min_version: "", updated: "2011-01-21T11:33:21Z" };
const v21 = {
  id: "v2.1",
  status: "CURRENT",
  version: versionText(computeMicroversions, computeMicroversions.max),
  min_version: versionText(computeMicroversions, computeMicroversions.min),
  updated: "2013-07-23T11:33:21Z",
};

type Request = Pick<ApiRequest, "url">;
const self = (request: Request, path: string) => ({ rel: "self", href: request.url(path) });

function document(request: Request, version: typeof v20, path: string) {
  const describedBy = { rel: "describedby", type: "text/html", href: "https://docs.openstack.org/api-ref/compute/" };
  const mediaType = { base: "application/json", type: `application/vnd.openstack.compute+json;version=${path.slice(2, -1)}` };
  return { body: { version: { ...version, links: [self(request, path), describedBy], "media-types": [mediaType] } } };
}

export const versionRoutes: Route[] = [
  route({
    method: "GET",
    path: "/",
    policy: publicRule,
    handle: (request) => ({
      body: {
        versions: [
          { ...v20, links: [self(request, "/v2/")] },
          { ...v21, links: [self(request, "/v2.1/")] },
        ],
      },
    }),
  }),
  route({ method: "GET", path: "/v2", policy: publicRule, handle: (request) => document(request, v20, "/v2/") }),
  route({ method: "GET", path: "/v2.1", policy: publicRule, handle: (request) => document(request, v21, "/v2.1/") }),
];
