// Glance v2 as one Service, and the internal one that serves signed image URLs.

import { imageKeySecret } from "../../domain/image/golden.ts";
import { inSystem, right, rightOn } from "../../domain/rights.ts";
import { Image } from "../../models/image/image.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { glanceFaults } from "../http/faults.ts";
import type { ApiRequest } from "../http/request.ts";
import { publicRule, route, type Service } from "../http/route.ts";
import { storeRights } from "../http/store-rights.ts";
import { dataRoutes, signedDataRoute } from "./data.ts";
import { imageRoutes, tagRoutes } from "./images.ts";
import { imagePolicies } from "./policies.ts";
import { imageSchema, imagesSchema } from "./schema.ts";
import type { ImageWorld } from "./world.ts";

/** What Glance's minor versions promise is there up to 2.9 (hashes, hidden images). */
const versions = ["v2.9", "v2.7", "v2.6", "v2.5", "v2.4", "v2.3", "v2.2", "v2.1", "v2.0"];

const versionDocument = (request: Pick<ApiRequest, "url">) => ({
  versions: versions.map((id, index) => ({
    id,
    status: index === 0 ? "CURRENT" : "SUPPORTED",
    links: [{ rel: "self", href: request.url("/v2/") }],
  })),
});

const versionRoutes = [
  route({ method: "GET", path: "/", policy: publicRule, status: 300, handle: (request) => ({ body: versionDocument(request) }) }),
  route({ method: "GET", path: "/v2", policy: publicRule, status: 300, handle: (request) => ({ body: versionDocument(request) }) }),
  route({ method: "GET", path: "/versions", policy: publicRule, handle: (request) => ({ body: versionDocument(request) }) }),
];

const schemaRoutes = [
  route({ method: "GET", path: "/v2/schemas/image", policy: "get_schema", handle: () => ({ body: imageSchema }) }),
  route({ method: "GET", path: "/v2/schemas/images", policy: "get_schema", handle: () => ({ body: imagesSchema }) }),
];

export function imageService(world: ImageWorld): Service {
  return {
    name: "glance",
    mount: "/image",
    faults: glanceFaults,
    policies: imagePolicies,
    catalog: { type: "image", name: "glance", path: "/image" },
    reference: "glance",
    rights: [storeRights(Image, "create", "update", "delete", "refresh"), rightOn(Image, "status", "patch")],
    routes: [...versionRoutes, ...schemaRoutes, ...imageRoutes(world), ...dataRoutes(world), ...tagRoutes(world)],
  };
}

export function internalService(world: ImageWorld, key: () => Promise<Uint8Array>): Service {
  return {
    name: "internal",
    mount: "/internal",
    faults: glanceFaults,
    policies: {},
    rights: [inSystem(right(Secret, "create")), inSystem(right(Secret, "get"), imageKeySecret.name)],
    routes: [signedDataRoute(world, key)],
  };
}
