// Nova /os-quota-sets (Compute API, "Quota sets"): a view of the project's Limits.
import { Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import type { LimitKey } from "../../domain/quota.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Reply, type Route, route } from "../http/route.ts";
import { exact, Flag, isTrue } from "./fields.ts";
import { NewLimit, newLimits } from "./quota-input.ts";
import { computeLimits, quotaSetMinors, quotaSetWords } from "./quota-words.ts";
import { usageOf } from "./usage.ts";
import { windows } from "./windows.ts";
import type { ComputeWorld } from "./world.ts";

const path = "/v2.1/os-quota-sets/:project";

type Values = Record<string, number>;

/** One value for each word that the microversion shows. */
const viewed = (minor: number, value: (key: LimitKey) => number): Values =>
  Object.fromEntries(Object.entries(quotaSetWords(minor)).map(([word, key]) => [word, value(key)]));

const viewLimits = (world: ComputeWorld, tenant: Tenant | undefined, minor: number): Values =>
  viewed(minor, (key) => world.limits.of(tenant, key));

const updateBody = (minor: number) =>
  exact({
    quota_set: exact({
      ...Object.fromEntries(Object.keys(quotaSetWords(minor)).map((word) => [word, NewLimit])),
      force: Type.Optional(Flag),
    }),
  });

export function quotaSetRoutes(world: ComputeWorld): Route[] {
  return [
    route({
      method: "GET",
      path,
      policy: "os_compute_api:os-quota-sets:show",
      handle: async (request) => {
        const tenant = await tenantOf(world, request, request.params.project);
        return { body: { quota_set: { id: request.params.project, ...viewLimits(world, tenant, request.microversion) } } };
      },
    }),
    route({
      method: "GET",
      path: `${path}/defaults`,
      policy: "os_compute_api:os-quota-sets:defaults",
      handle: ({ params, microversion }) => ({
        body: { quota_set: { id: params.project, ...viewed(microversion, (key) => world.limits.defaultOf(key)) } },
      }),
    }),
    route({
      method: "GET",
      path: `${path}/detail`,
      policy: "os_compute_api:os-quota-sets:detail",
      handle: async (request) => detail(world, request, request.params.project),
    }),
    ...windows(quotaSetMinors, (minor) => ({
      method: "PUT",
      path,
      policy: "os_compute_api:os-quota-sets:update",
      body: updateBody(minor),
      handle: (request: ApiRequest) => update(world, request, (request.body as { quota_set: UpdateBody }).quota_set),
    })),
    route({
      method: "DELETE",
      path,
      policy: "os_compute_api:os-quota-sets:delete",
      status: 202,
      handle: async (request) => {
        const tenant = await tenantOf(world, request, request.params.project);
        if (tenant) await world.limits.reset(tenant, computeLimits);
        return {};
      },
    }),
  ];
}

/** Other projects' limits are for administrators; as in Nova, a project that is not there has the defaults. */
async function tenantOf(world: ComputeWorld, request: Pick<ApiRequest, "project" | "require">, id: string): Promise<Tenant | undefined> {
  if (id !== request.project.id) request.require("os_compute_api:os-quota-sets:other_project");
  return await world.tenants.byId(id);
}

/** What is counted, by Nova's words. */
function countedOf(world: ComputeWorld, tenant: Tenant | undefined): Values {
  const used = usageOf(world, tenant);
  return {
    instances: used.instances,
    cores: used.cores,
    ram: used.ramMiB,
    security_groups: used.securityGroups,
    floating_ips: used.floatingIPs,
  };
}

async function detail(world: ComputeWorld, request: Pick<ApiRequest, "project" | "require" | "microversion">, id: string): Promise<Reply> {
  const tenant = await tenantOf(world, request, id);
  const counted = countedOf(world, tenant);
  const limits = Object.entries(viewLimits(world, tenant, request.microversion));
  const shown = limits.map(([word, limit]) => [word, { limit, in_use: counted[word] ?? 0, reserved: 0 }]);
  return { body: { quota_set: { id, ...Object.fromEntries(shown) } } };
}

type UpdateBody = Readonly<Record<string, number | string | boolean>>;

/** Invalid (400) for a limit below what is there, unless that is meant. */
function refuseBelowUsage(body: UpdateBody, counted: Values): void {
  if (isTrue(body.force as string | boolean | undefined)) return;
  for (const [word, value] of Object.entries(body)) {
    const [limit, used] = [Number(value), counted[word] ?? 0];
    if (word === "force" || limit < 0 || limit >= used) continue;
    const sentence = `Quota limit ${limit} for ${word} must be greater than or equal to already used and reserved ${used}.`;
    throw new KumulusError("Invalid", sentence);
  }
}

async function update(world: ComputeWorld, request: ApiRequest, body: UpdateBody): Promise<Reply> {
  const { project: id = "" } = request.params;
  const tenant = await world.tenants.byId(id);
  if (!tenant) throw new KumulusError("Invalid", `Project ID ${id.slice(0, 100)} is not a valid project.`);
  refuseBelowUsage(body, countedOf(world, tenant));
  await world.limits.set(tenant, newLimits(body, quotaSetWords(request.microversion)));
  return { body: { quota_set: viewLimits(world, tenant, request.microversion) } };
}
