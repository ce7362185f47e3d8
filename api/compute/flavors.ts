// Nova /flavors: list, show, create, delete, description (Compute API, "Flavors").
import { Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { createdAt, displayNameOf, idLabel, newMetadata } from "../../domain/id.ts";
import type { Flavor } from "../../models/compute/flavor.ts";
import type { Auth } from "../http/auth.ts";
import { limitOf, pageLinks, pageOf } from "../http/paging.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import { type RawQuery, type Reply, type Route, route } from "../http/route.ts";
import { sorted, sortOrder } from "../http/sorting.ts";
import { mayUseFlavor } from "./access.ts";
import { Count, exact, Flag, isTrue, Name, nullable, parseFlag } from "./fields.ts";
import { findFlavor } from "./flavor-lookup.ts";
import { viewFlavor, viewFlavorBrief } from "./flavor-view.ts";
import type { Viewer } from "./links.ts";
import { viewerOf as viewerOfServers } from "./server-lookup.ts";
import { flavorIDOf } from "./server-parts.ts";
import { windows } from "./windows.ts";
import type { ComputeWorld } from "./world.ts";

const Description = Type.Optional(nullable(Type.String({ maxLength: 65535 })));
const FlavorID = Type.Union([
  Type.String({ minLength: 1, maxLength: 255, pattern: "^(?! )[a-zA-Z0-9. _-]+(?<! )$" }),
  Type.Integer(),
  Type.Null(),
]);

const createBody = (minor: number) =>
  exact({
    flavor: exact({
      name: Name,
      id: Type.Optional(FlavorID),
      ram: Count(1),
      vcpus: Count(1),
      disk: Count(0),
      swap: Type.Optional(Count(0)),
      "OS-FLV-EXT-DATA:ephemeral": Type.Optional(Count(0)),
      rxtx_factor: Type.Optional(Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.String({ pattern: "^[0-9]+(\\.[0-9]+)?$" })])),
      "os-flavor-access:is_public": Type.Optional(Flag),
      ...(minor >= 55 ? { description: Description } : {}),
    }),
  });

interface CreateFlavor {
  name: string;
  id?: string | number | null;
  ram: number | string;
  vcpus: number | string;
  disk: number | string;
  swap?: number | string;
  "OS-FLV-EXT-DATA:ephemeral"?: number | string;
  rxtx_factor?: number | string;
  "os-flavor-access:is_public"?: boolean | string;
  description?: string | null;
}

const viewerOf = (request: Parameters<typeof viewerOfServers>[0]): Viewer => ({
  ...viewerOfServers(request),
  extraSpecs: request.allows("os_compute_api:os-flavor-extra-specs:index"),
});

/** NotFound (404). */
export async function requireFlavor(world: ComputeWorld, id: string, auth: Auth): Promise<Flavor> {
  const flavor = await findFlavor(world, id, auth);
  if (flavor) return flavor;
  throw new KumulusError("NotFound", `Flavor ${id.slice(0, 255)} could not be found.`);
}

export function flavorRoutes(world: ComputeWorld): Route[] {
  return [
    route({
      method: "GET",
      path: "/v2.1/flavors",
      policy: "os_compute_api:flavors",
      handle: (request) => list(world, request, viewFlavorBrief),
    }),
    route({
      method: "GET",
      path: "/v2.1/flavors/detail",
      policy: "os_compute_api:flavors",
      handle: (request) => list(world, request, viewFlavor),
    }),
    route({
      method: "GET",
      path: "/v2.1/flavors/:id",
      policy: "os_compute_api:flavors",
      handle: async (request) => ({
        body: { flavor: viewFlavor(await requireFlavor(world, request.params.id, request.auth), viewerOf(request)) },
      }),
    }),
    ...windows([1, 55], (minor) => ({
      method: "POST",
      path: "/v2.1/flavors",
      policy: "os_compute_api:os-flavor-manage:create",
      body: createBody(minor),
      handle: (request: ApiRequest) => create(world, request, (request.body as { flavor: CreateFlavor }).flavor),
    })),
    route({
      method: "PUT",
      path: "/v2.1/flavors/:id",
      policy: "os_compute_api:os-flavor-manage:update",
      since: 55,
      body: exact({ flavor: exact({ description: nullable(Type.String({ maxLength: 65535 })) }) }),
      handle: async (request) => {
        const flavor = await requireFlavor(world, request.params.id, request.auth);
        const { description } = request.body.flavor;
        const changed = await world.flavors.patch(flavor, { spec: { description } });
        return { body: { flavor: viewFlavor(changed, viewerOf(request)) } };
      },
    }),
    route({
      method: "DELETE",
      path: "/v2.1/flavors/:id",
      policy: "os_compute_api:os-flavor-manage:delete",
      status: 202,
      handle: async (request) => {
        await world.flavors.delete(await requireFlavor(world, request.params.id, request.auth));
        return {};
      },
    }),
  ];
}

/** true, false, or undefined for all. Others than administrators see what they may use, whatever they ask for. */
function publicity(query: RawQuery, auth: Auth): boolean | undefined {
  const asked = lastValueOf(query, "is_public");
  if (!auth.isAdmin || asked === undefined) return auth.isAdmin ? true : undefined;
  if (asked.toLowerCase() === "none") return undefined;
  const flag = parseFlag(asked);
  if (flag === undefined) throw new KumulusError("Invalid", `Invalid is_public filter [${asked.slice(0, 100)}]`);
  return flag;
}

function least(query: RawQuery, key: "minDisk" | "minRam"): number {
  const text = lastValueOf(query, key);
  if (text === undefined) return 0;
  if (!/^\d{1,9}$/.test(text)) throw new KumulusError("Invalid", `Invalid ${key} filter [${text.slice(0, 100)}]`);
  return Number(text);
}

const sortValues: Record<string, (flavor: Flavor) => string | number | boolean> = {
  flavorid: flavorIDOf,
  id: flavorIDOf,
  name: displayNameOf,
  memory_mb: ({ spec }) => spec.ramMiB,
  vcpus: ({ spec }) => spec.vcpus,
  root_gb: ({ spec }) => spec.diskGiB ?? 0,
  ephemeral_gb: ({ spec }) => spec.ephemeralGiB ?? 0,
  swap: ({ spec }) => spec.swapMiB ?? 0,
  rxtx_factor: ({ spec }) => spec.rxtxFactor ?? 1,
  disabled: ({ spec }) => spec.disabled ?? false,
  is_public: ({ spec }) => spec.isPublic ?? true,
  created_at: createdAt,
};

function list(world: ComputeWorld, request: ApiRequest<unknown>, view: (flavor: Flavor, viewer: Viewer) => object): Reply {
  const { query, auth } = request;
  const [isPublic, minDisk, minRam] = [publicity(query, auth), least(query, "minDisk"), least(query, "minRam")];
  const flavors = world.flavors.list().filter((flavor) => {
    const { spec } = flavor;
    const fits = (spec.diskGiB ?? 0) >= minDisk && spec.ramMiB >= minRam && (auth.isAdmin || !spec.disabled);
    return fits && mayUseFlavor(flavor, auth) && (isPublic === undefined || (spec.isPublic ?? true) === isPublic);
  });
  const keys = sortOrder(query, {
    allowed: Object.keys(sortValues),
    fallback: [{ key: "flavorid", descending: false }],
    descending: false,
  });
  const inOrder = sorted(flavors, keys, (flavor, key) => sortValues[key]?.(flavor), flavorIDOf);
  const page = pageOf<Flavor>(inOrder, {
    limit: limitOf(lastValueOf(query, "limit")),
    marker: lastValueOf(query, "marker"),
    id: flavorIDOf,
  });
  const viewer = viewerOf(request);
  return { body: { flavors: page.items.map((flavor) => view(flavor, viewer)), ...pageLinks(request, "flavors", page) } };
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function create(world: ComputeWorld, request: ApiRequest, body: CreateFlavor): Promise<Reply> {
  const id = body.id === undefined || body.id === null || body.id === "auto" ? undefined : String(body.id);
  const flavors = world.flavors.list();
  if (id !== undefined && flavors.some((flavor) => flavorIDOf(flavor) === id)) {
    throw new KumulusError("Conflict", `Flavor with ID ${id} already exists.`);
  }
  if (flavors.some((flavor) => displayNameOf(flavor) === body.name)) {
    throw new KumulusError("Conflict", `Flavor with name ${body.name} already exists.`);
  }
  const metadata = newMetadata(body.name);
  if (id !== undefined && uuid.test(id)) metadata.labels[idLabel] = id;
  const flavor = await world.flavors.create({
    apiVersion: "compute.kumulus.cloud/v1alpha1",
    kind: "Flavor",
    metadata,
    spec: {
      displayName: body.name,
      vcpus: Number(body.vcpus),
      ramMiB: Number(body.ram),
      diskGiB: Number(body.disk),
      ephemeralGiB: Number(body["OS-FLV-EXT-DATA:ephemeral"] ?? 0),
      swapMiB: Number(body.swap ?? 0),
      rxtxFactor: Number(body.rxtx_factor ?? 1),
      isPublic: isTrue(body["os-flavor-access:is_public"] ?? true),
      ...(body.description ? { description: body.description } : {}),
      ...(id === undefined || uuid.test(id) ? {} : { flavorID: id }),
    },
  });
  return { body: { flavor: viewFlavor(flavor, viewerOf(request)) } };
}
