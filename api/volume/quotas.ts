// Cinder v3 /os-quota-sets and /os-quota-class-sets (Block Storage API v3, "Quota sets"): a view of the project's Limits, and of the defaults.
import { KumulusError } from "../../domain/errors.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Reply, Route } from "../http/route.ts";
import { countedOf, limitWords, newLimits, newLimitsBody, viewed } from "./quota-words.ts";
import { projectRoute } from "./volume-lookup.ts";
import type { VolumeWorld } from "./world.ts";

const path = "/os-quota-sets/:id";
const classPath = "/os-quota-class-sets/:id";
const isTrue = (text: string | undefined) => text?.toLowerCase() === "true";

const viewLimits = (world: VolumeWorld, tenant: Tenant | undefined) => viewed(world, (key) => world.limits.of(tenant, key));
const viewDefaults = (world: VolumeWorld) => viewed(world, (key) => world.limits.defaultOf(key));

async function requireTenant(world: VolumeWorld, id: string): Promise<Tenant> {
  const tenant = await world.tenants.byId(id);
  if (tenant) return tenant;
  throw new KumulusError("NotFound", `Project ${id.slice(0, 100)} could not be found.`);
}

async function show(world: VolumeWorld, request: ApiRequest<{ readonly id: string }>): Promise<Reply> {
  const { id } = request.params;
  if (id !== request.project.id) request.require("volume_extension:quotas:other_project");
  const tenant = await world.tenants.byId(id);
  const limits = viewLimits(world, tenant);
  if (!isTrue(lastValueOf(request.query, "usage"))) return { body: { quota_set: { id, ...limits } } };
  const used = countedOf(world, tenant);
  const entries = Object.entries(limits).map(([word, limit]) => [word, { limit, in_use: used[word] ?? 0, reserved: 0 }]);
  return { body: { quota_set: { id, ...Object.fromEntries(entries) } } };
}

type Body = Readonly<Record<string, unknown>>;

/** Invalid (400) for limits below what is there. As in Cinder, only who asks for it is told. */
function refuseBelowUsage(body: Body, used: Readonly<Record<string, number>>): void {
  const below = Object.entries(body).filter(([word, value]) => Number(value) >= 0 && Number(value) < (used[word] ?? 0));
  if (below.length === 0) return;
  const words = below.map(([word]) => word).join(", ");
  throw new KumulusError("Invalid", `Quota ${words} limit must be equal or greater than existing resources.`);
}

async function update(world: VolumeWorld, request: ApiRequest<{ readonly id: string }>): Promise<Reply> {
  const tenant = await requireTenant(world, request.params.id);
  const { quota_set: body } = request.body as { quota_set: Body };
  const values = newLimits(world, body);
  if (lastValueOf(request.query, "skip_validation")?.toLowerCase() === "false") refuseBelowUsage(body, countedOf(world, tenant));
  await world.limits.set(tenant, values);
  return { body: { quota_set: viewLimits(world, tenant) } };
}

async function updateDefaults(world: VolumeWorld, request: ApiRequest<{ readonly id: string }>): Promise<Reply> {
  if (request.params.id !== "default") throw new KumulusError("NotImplemented", "The only quota class is default.");
  await world.limits.setDefaults(newLimits(world, (request.body as { quota_class_set: Body }).quota_class_set));
  return { body: { quota_class_set: viewDefaults(world) } };
}

export function quotaRoutes(world: VolumeWorld): Route[] {
  return [
    projectRoute({ method: "GET", path, policy: "volume_extension:quotas:show", handle: (request) => show(world, request) }),
    projectRoute({
      method: "GET",
      path: `${path}/defaults`,
      policy: "volume_extension:quotas:show",
      handle: ({ params }) => ({ body: { quota_set: { id: params.id, ...viewDefaults(world) } } }),
    }),
    projectRoute({
      method: "PUT",
      path,
      policy: "volume_extension:quotas:update",
      body: newLimitsBody("quota_set"),
      handle: (request) => update(world, request as unknown as ApiRequest<{ readonly id: string }>),
    }),
    projectRoute({
      method: "DELETE",
      path,
      policy: "volume_extension:quotas:delete",
      handle: async ({ params }: ApiRequest<{ readonly id: string }>) => {
        await world.limits.reset(await requireTenant(world, params.id), Object.values(limitWords(world)));
        return {};
      },
    }),
    projectRoute({
      method: "GET",
      path: classPath,
      policy: "volume_extension:quota_classes:get",
      handle: ({ params }) => ({ body: { quota_class_set: { id: params.id, ...viewDefaults(world) } } }),
    }),
    projectRoute({
      method: "PUT",
      path: classPath,
      policy: "volume_extension:quota_classes:update",
      body: newLimitsBody("quota_class_set"),
      handle: (request) => updateDefaults(world, request as unknown as ApiRequest<{ readonly id: string }>),
    }),
  ];
}
