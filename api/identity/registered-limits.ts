// Keystone v3 /registered_limits (Identity API v3, "Unified Limits"): the limits of projects that have none of their own.
import { type Static, Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { idLabel, idOf } from "../../domain/id.ts";
import { registeredLimit } from "../../domain/quota.ts";
import type { RegisteredLimit } from "../../models/identity/registered-limit.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Route, route } from "../http/route.ts";
import { collection, found } from "./collection.ts";
import { description, LimitValue, optionalRegion, ResourceName } from "./limit-fields.ts";
import { createAll, type LimitWorld, notFoundIn, withId } from "./limit-world.ts";

const fields = {
  service_id: Type.String(),
  region_id: optionalRegion,
  resource_name: ResourceName,
  default_limit: LimitValue,
  description,
};
const Fields = Type.Object(fields, { additionalProperties: false });
const createBody = Type.Object({ registered_limits: Type.Array(Fields, { minItems: 1 }) }, { additionalProperties: false });
const updateBody = Type.Object(
  { registered_limit: Type.Partial(Fields, { additionalProperties: false }) },
  { additionalProperties: false },
);

export function viewRegistered(limits: LimitWorld, registered: RegisteredLimit, request: Pick<ApiRequest, "url">) {
  const { serviceType, region, resourceName, defaultLimit, description: text } = registered.spec;
  const id = idOf(registered);
  return {
    id,
    service_id: limits.serviceId(serviceType),
    region_id: region ?? null,
    resource_name: resourceName,
    default_limit: defaultLimit,
    description: text ?? null,
    links: { self: request.url(`/v3/registered_limits/${id}`) },
  };
}

type Input = Partial<Static<typeof Fields>>;

/** What a body says of a limit, over what it was. */
function specOf(limits: LimitWorld, input: Input, before: Partial<RegisteredLimit["spec"]>): RegisteredLimit["spec"] {
  const serviceType = input.service_id === undefined ? before.serviceType : limits.serviceType(input.service_id);
  if (serviceType === undefined) throw notFoundIn("service_id", "registered_limit");
  if (input.region_id && !limits.hasRegion(input.region_id)) throw notFoundIn("region_id", "registered_limit");
  const region = input.region_id === undefined ? before.region : (input.region_id ?? undefined);
  const text = input.description === undefined ? before.description : (input.description ?? undefined);
  return {
    serviceType,
    resourceName: input.resource_name ?? before.resourceName ?? "",
    defaultLimit: input.default_limit ?? before.defaultLimit ?? 0,
    ...(region !== undefined && { region }),
    ...(text !== undefined && { description: text }),
  };
}

/** Forbidden (403) where projects or domains differ from it. */
function requireUnused(limits: LimitWorld, registered: RegisteredLimit): void {
  if (limits.limitsOf(registered).length === 0) return;
  const message = `Unable to update or delete registered limit ${idOf(registered)} because there are project limits associated with it.`;
  throw new KumulusError("Forbidden", message);
}

async function update(limits: LimitWorld, registered: RegisteredLimit, input: Input): Promise<RegisteredLimit> {
  const spec = specOf(limits, input, registered.spec);
  const wanted = registeredLimit(spec);
  const isRenamed = wanted.metadata.name !== registered.metadata.name;
  if (isRenamed || input.region_id !== undefined || input.service_id !== undefined || input.resource_name !== undefined)
    requireUnused(limits, registered);
  if (!isRenamed) {
    return await limits.registered.update(registered, (draft) => {
      draft.spec = spec;
    });
  }
  // Its name says what is limited: another one takes over its id.
  const labels = { [idLabel]: idOf(registered) };
  const [made] = await createAll(limits.registered, [{ ...wanted, metadata: { ...wanted.metadata, labels } }], "registered_limit");
  await limits.registered.delete(registered);
  return made ?? registered;
}

export function registeredLimitRoutes(limits: LimitWorld): Route[] {
  const byId = async (id: string) => found(await limits.registered.byId(id), "registered limit for", id);
  const view = (registered: RegisteredLimit, request: Pick<ApiRequest, "url">) => viewRegistered(limits, registered, request);
  const path = "/v3/registered_limits";
  return [
    route({
      method: "GET",
      path,
      policy: "identity:list_registered_limits",
      handle(request) {
        const views = limits.registered.list().map((each) => view(each, request));
        return { body: collection("registered_limits", views, request, ["service_id", "region_id", "resource_name"]) };
      },
    }),
    route({
      method: "POST",
      path,
      policy: "identity:create_registered_limits",
      status: 201,
      body: createBody,
      async handle(request) {
        const wanted = request.body.registered_limits.map((input) => withId(registeredLimit(specOf(limits, input, {}))));
        const made = await createAll(limits.registered, wanted, "registered_limit");
        return { body: { registered_limits: made.map((each) => view(each, request)) } };
      },
    }),
    route({
      method: "GET",
      path: `${path}/:id`,
      policy: "identity:get_registered_limit",
      handle: async (request) => ({ body: { registered_limit: view(await byId(request.params.id), request) } }),
    }),
    route({
      method: "PATCH",
      path: `${path}/:id`,
      policy: "identity:update_registered_limit",
      body: updateBody,
      async handle(request) {
        const changed = await update(limits, await byId(request.params.id), request.body.registered_limit);
        return { body: { registered_limit: view(changed, request) } };
      },
    }),
    route({
      method: "DELETE",
      path: `${path}/:id`,
      policy: "identity:delete_registered_limit",
      status: 204,
      async handle({ params }) {
        const registered = await byId(params.id);
        requireUnused(limits, registered);
        await limits.registered.delete(registered);
        return {};
      },
    }),
  ];
}
