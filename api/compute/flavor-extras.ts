// Nova /flavors/{id}/os-extra_specs and os-flavor-access (Compute API, "Flavors extra-specs", "Flavors access").
import { Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { Flavor } from "../../models/compute/flavor.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import { type Reply, type Route, route } from "../http/route.ts";
import { exact } from "./fields.ts";
import { requireFlavor } from "./flavors.ts";
import { flavorIDOf } from "./server-parts.ts";
import type { ComputeWorld } from "./world.ts";

const specsPath = "/v2.1/flavors/:id/os-extra_specs";
const specPath = "/v2.1/flavors/:id/os-extra_specs/:key";
const Specs = Type.Record(
  Type.String({ pattern: "^[a-zA-Z0-9-_:. ]{1,255}$" }),
  Type.Union([Type.String({ maxLength: 255 }), Type.Number()]),
  { additionalProperties: false },
);

export function extraSpecRoutes(world: ComputeWorld): Route[] {
  const noSpec = (flavor: Flavor, key: string) =>
    new KumulusError("NotFound", `Flavor ${flavorIDOf(flavor)} has no extra specs with key ${key.slice(0, 255)}.`);
  const set = (flavor: Flavor, specs: Record<string, string | number>) => {
    const texts = Object.fromEntries(Object.entries(specs).map(([key, value]) => [key, String(value)]));
    return world.flavors.patch(flavor, { spec: { extraSpecs: texts } });
  };
  return [
    route({
      method: "GET",
      path: specsPath,
      policy: "os_compute_api:os-flavor-extra-specs:index",
      handle: async ({ params, auth }) => ({ body: { extra_specs: (await requireFlavor(world, params.id, auth)).spec.extraSpecs ?? {} } }),
    }),
    route({
      method: "POST",
      path: specsPath,
      policy: "os_compute_api:os-flavor-extra-specs:create",
      body: exact({ extra_specs: Specs }),
      handle: async ({ params, auth, body }) => {
        await set(await requireFlavor(world, params.id, auth), body.extra_specs);
        return { body };
      },
    }),
    route({
      method: "GET",
      path: specPath,
      policy: "os_compute_api:os-flavor-extra-specs:show",
      handle: async ({ params, auth }) => {
        const flavor = await requireFlavor(world, params.id, auth);
        const value = flavor.spec.extraSpecs?.[params.key];
        if (value === undefined) throw noSpec(flavor, params.key);
        return { body: { [params.key]: value } };
      },
    }),
    route({
      method: "PUT",
      path: specPath,
      policy: "os_compute_api:os-flavor-extra-specs:update",
      body: Specs,
      handle: async ({ params, auth, body }) => {
        const keys = Object.keys(body);
        if (keys.length !== 1 || keys[0] !== params.key) throw new KumulusError("Invalid", "Request body and URI mismatch");
        await set(await requireFlavor(world, params.id, auth), body);
        return { body };
      },
    }),
    route({
      method: "DELETE",
      path: specPath,
      policy: "os_compute_api:os-flavor-extra-specs:delete",
      handle: async ({ params, auth }) => {
        const flavor = await requireFlavor(world, params.id, auth);
        if (flavor.spec.extraSpecs?.[params.key] === undefined) throw noSpec(flavor, params.key);
        await world.flavors.patch(flavor, { spec: { extraSpecs: { [params.key]: null } } });
        return {};
      },
    }),
  ];
}

const actionPath = "/v2.1/flavors/:id/action";
const TenantBody = exact({ tenant: Type.String({ minLength: 1, maxLength: 255 }) });

export function flavorAccessRoutes(world: ComputeWorld): Route[] {
  return [
    route({
      method: "GET",
      path: "/v2.1/flavors/:id/os-flavor-access",
      policy: "os_compute_api:os-flavor-access",
      handle: async ({ params, auth }) => {
        const flavor = await requireFlavor(world, params.id, auth);
        if (flavor.spec.isPublic !== false) throw new KumulusError("NotFound", "Access list not available for public flavors.");
        return viewAccess(world, flavor);
      },
    }),
    route({
      method: "POST",
      path: actionPath,
      policy: "os_compute_api:os-flavor-access:add_tenant_access",
      action: "addTenantAccess",
      body: exact({ addTenantAccess: TenantBody }),
      handle: async ({ params, auth, body }) => {
        const flavor = await requireFlavor(world, params.id, auth);
        const { name } = (await requireTenant(world, body.addTenantAccess.tenant)).metadata;
        if (flavor.spec.isPublic !== false) throw new KumulusError("Conflict", "Can not add access to a public flavor.");
        if (flavor.spec.tenantRefs?.some((ref) => ref.name === name)) {
          throw new KumulusError(
            "Conflict",
            `Flavor access already exists for flavor ${params.id} and project ${body.addTenantAccess.tenant} combination.`,
          );
        }
        const changed = await world.flavors.update(flavor, ({ spec }) => {
          spec.tenantRefs = [...(spec.tenantRefs ?? []), { name }];
        });
        return viewAccess(world, changed);
      },
    }),
    route({
      method: "POST",
      path: actionPath,
      policy: "os_compute_api:os-flavor-access:remove_tenant_access",
      action: "removeTenantAccess",
      body: exact({ removeTenantAccess: TenantBody }),
      handle: async ({ params, auth, body }) => {
        const flavor = await requireFlavor(world, params.id, auth);
        const { name } = (await requireTenant(world, body.removeTenantAccess.tenant)).metadata;
        if (!flavor.spec.tenantRefs?.some((ref) => ref.name === name)) {
          throw new KumulusError("NotFound", `Flavor access not found for ${params.id} / ${body.removeTenantAccess.tenant} combination.`);
        }
        const changed = await world.flavors.update(flavor, ({ spec }) => {
          spec.tenantRefs = (spec.tenantRefs ?? []).filter((ref) => ref.name !== name);
        });
        return viewAccess(world, changed);
      },
    }),
  ];
}

async function requireTenant(world: ComputeWorld, id: string): Promise<Tenant> {
  const tenant = await world.tenants.byId(id);
  if (tenant) return tenant;
  throw new KumulusError("Invalid", `Project ID ${id} is not a valid project.`);
}

function viewAccess(world: ComputeWorld, flavor: Flavor): Reply {
  const access = (flavor.spec.tenantRefs ?? []).flatMap(({ name }) => {
    const tenant = world.tenants.get(name);
    return tenant ? [{ flavor_id: flavorIDOf(flavor), tenant_id: idOf(tenant) }] : [];
  });
  return { body: { flavor_access: access } };
}
