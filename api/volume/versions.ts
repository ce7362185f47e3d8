// Cinder's version documents (Block Storage API v3, "API versions"). Clients use the newest microversion at once: the range is what is really there.
import { type MicroversionRange, versionText } from "../http/microversion.ts";
import type { ApiRequest } from "../http/request.ts";
import { publicRule, type Route, route } from "../http/route.ts";

/** 3.66 is about snapshots, which are not there yet. */
export const volumeMicroversions: MicroversionRange = { service: "volume", major: 3, min: 0, max: 65 };

const view = (request: Pick<ApiRequest, "url">) => ({
  versions: [
    {
      id: "v3.0",
      status: "CURRENT",
      version: versionText(volumeMicroversions, volumeMicroversions.max),
      min_version: versionText(volumeMicroversions, volumeMicroversions.min),
      updated: "2023-08-31T00:00:00Z",
      links: [
        { rel: "describedby", type: "text/html", href: "https://docs.openstack.org/" },
        { rel: "self", href: request.url("/v3/") },
      ],
      "media-types": [{ base: "application/json", type: "application/vnd.openstack.volume+json;version=3" }],
    },
  ],
});

export const versionRoutes: Route[] = [
  route({ method: "GET", path: "/", policy: publicRule, status: 300, handle: (request) => ({ body: view(request) }) }),
  route({ method: "GET", path: "/v3", policy: publicRule, handle: (request) => ({ body: view(request) }) }),
];
