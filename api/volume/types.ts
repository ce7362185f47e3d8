// Cinder v3 /types (Block Storage API v3, "Volume types"): read only; they are made with kubectl.
import { KumulusError } from "../../domain/errors.ts";
import { displayNameOf, idOf } from "../../domain/id.ts";
import type { VolumeType } from "../../models/volume/volume-type.ts";
import { parseFlag } from "../compute/fields.ts";
import type { Auth } from "../http/auth.ts";
import { limitOf, pageLinks, pageOf } from "../http/paging.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Reply, Route } from "../http/route.ts";
import { projectRoute } from "./volume-lookup.ts";
import { defaultType, mayUseType, type VolumeWorld } from "./world.ts";

/** Others than administrators see only these of a type's extra specs. */
const forAll: ReadonlySet<string> = new Set(["multiattach", "replication_enabled", "RESKEY:availability_zones"]);

export function viewType(type: VolumeType, auth: Auth) {
  const isPublic = type.spec.isPublic ?? true;
  return {
    id: idOf(type),
    name: displayNameOf(type),
    description: type.spec.description ?? null,
    is_public: isPublic,
    "os-volume-type-access:is_public": isPublic,
    extra_specs: specsOf(type, auth),
    ...(auth.isAdmin ? { qos_specs_id: null } : {}),
  };
}

function specsOf({ spec }: VolumeType, auth: Auth): Record<string, string> {
  return Object.fromEntries(Object.entries(spec.extraSpecs ?? {}).filter(([key]) => auth.isAdmin || forAll.has(key)));
}

export function typeRoutes(world: VolumeWorld): Route[] {
  const find = async (auth: Auth, id: string) => {
    const type = await world.types.byId(id);
    if (type && mayUseType(type, auth)) return type;
    throw new KumulusError("NotFound", `Volume type ${id.slice(0, 255)} could not be found.`);
  };
  return [
    projectRoute({ method: "GET", path: "/types", policy: "volume_extension:type_get_all", handle: (request) => list(world, request) }),
    projectRoute({
      method: "GET",
      path: "/types/default",
      policy: "volume_extension:type_get",
      handle: ({ auth }) => {
        const type = defaultType(world.types.list());
        if (!type) throw new KumulusError("NotFound", "Default volume type can not be found.");
        return { body: { volume_type: viewType(type, auth) } };
      },
    }),
    projectRoute({
      method: "GET",
      path: "/types/:id",
      policy: "volume_extension:type_get",
      handle: async ({ auth, params }) => ({ body: { volume_type: viewType(await find(auth, params.id), auth) } }),
    }),
    projectRoute({
      method: "GET",
      path: "/types/:id/extra_specs",
      policy: "volume_extension:types_extra_specs:index",
      handle: async ({ auth, params }) => ({ body: { extra_specs: specsOf(await find(auth, params.id), auth) } }),
    }),
    projectRoute({
      method: "GET",
      path: "/types/:id/extra_specs/:key",
      policy: "volume_extension:types_extra_specs:show",
      handle: async ({ auth, params }) => {
        const value = specsOf(await find(auth, params.id), auth)[params.key];
        if (value === undefined) {
          throw new KumulusError("NotFound", `Volume Type ${params.id} has no extra specs with key ${params.key.slice(0, 255)}.`);
        }
        return { body: { [params.key]: value } };
      },
    }),
    projectRoute({
      method: "GET",
      path: "/types/:id/encryption",
      policy: "volume_extension:volume_type_encryption:get",
      handle: async ({ auth, params }) => {
        await find(auth, params.id);
        return { body: {} };
      },
    }),
  ];
}

function list(world: VolumeWorld, request: ApiRequest<unknown>): Reply {
  const { query, auth } = request;
  const asked = lastValueOf(query, "is_public");
  const wanted = !auth.isAdmin || asked === undefined ? true : asked.toLowerCase() === "none" ? undefined : parseFlag(asked);
  const types = world.types
    .list()
    .filter((type) => mayUseType(type, auth) && (wanted === undefined || (type.spec.isPublic ?? true) === wanted))
    .toSorted((a, b) => (displayNameOf(a) < displayNameOf(b) ? -1 : 1));
  const page = pageOf<VolumeType>(types, { limit: limitOf(lastValueOf(query, "limit")), marker: lastValueOf(query, "marker"), id: idOf });
  return { body: { volume_types: page.items.map((type) => viewType(type, auth)), ...pageLinks(request, "volume_type", page) } };
}
