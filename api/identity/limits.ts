// Keystone v3 /limits (Identity API v3, "Unified Limits"): the limits of projects and domains that differ from the registered ones.
import { type Static, Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { boundAnnotation, limitName, registeredLimitName } from "../../domain/quota.ts";
import type { Limit } from "../../models/identity/limit.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Route, route } from "../http/route.ts";
import { collection, found } from "./collection.ts";
import { description, LimitValue, optionalRegion, ResourceName } from "./limit-fields.ts";
import { targetOf, viewLimit, visible } from "./limit-view.ts";
import { createAll, type LimitWorld, notFoundIn, withId } from "./limit-world.ts";

const id = Type.Optional(Type.Union([Type.String(), Type.Null()]));
const NewLimit = Type.Object(
  {
    project_id: id,
    domain_id: id,
    service_id: Type.String(),
    region_id: optionalRegion,
    resource_name: ResourceName,
    resource_limit: LimitValue,
    description,
  },
  { additionalProperties: false },
);
const createBody = Type.Object({ limits: Type.Array(NewLimit, { minItems: 1 }) }, { additionalProperties: false });
const updateBody = Type.Object(
  { limit: Type.Object({ resource_limit: Type.Optional(LimitValue), description }, { additionalProperties: false }) },
  { additionalProperties: false },
);

async function newLimit(limits: LimitWorld, input: Static<typeof NewLimit>): Promise<Limit> {
  const { project_id: projectId, domain_id: domainId, region_id: region } = input;
  if ((projectId ?? undefined) === undefined ? !domainId : Boolean(domainId)) {
    throw new KumulusError("Invalid", "Exactly one of project_id and domain_id must be given.");
  }
  const serviceType = limits.serviceType(input.service_id);
  if (serviceType === undefined) throw notFoundIn("service_id", "limit");
  if (region && !limits.hasRegion(region)) throw notFoundIn("region_id", "limit");
  const [kind, holder] = projectId
    ? (["project", await limits.world.tenants.byId(projectId)] as const)
    : (["domain", await limits.world.domains.byId(domainId ?? "")] as const);
  if (!holder) throw notFoundIn(`${kind}_id`, "limit");
  const registeredName = registeredLimitName(serviceType, input.resource_name, region ?? undefined);
  if (!limits.registered.get(registeredName)) {
    throw new KumulusError("Forbidden", "Unable to create a limit that has no corresponding registered limit.");
  }
  const { name, uid = "" } = holder.metadata;
  return withId<Limit>({
    apiVersion: "identity.kumulus.cloud/v1alpha1",
    kind: "Limit",
    metadata: { name: limitName({ kind, name }, registeredName), annotations: { [boundAnnotation]: uid } },
    spec: {
      registeredLimitRef: { name: registeredName },
      ...(kind === "project" ? { tenantRef: { name } } : { domainRef: { name } }),
      resourceLimit: input.resource_limit,
      ...(input.description && { description: input.description }),
    },
  });
}

/** All limits stand by themselves: no limit of a domain bounds those of its projects. */
const model = { name: "flat", description: "Limit enforcement and validation does not take project hierarchy into consideration." };

export function limitRoutes(limits: LimitWorld): Route[] {
  const path = "/v3/limits";
  const byId = async (id: string) => found(await limits.limits.byId(id), "limit for", id);
  const view = (limit: Limit, request: ApiRequest) => viewLimit(limits, limit, request);
  const filters = ["service_id", "region_id", "resource_name", "project_id", "domain_id"];
  return [
    route({
      method: "GET",
      path,
      policy: "identity:list_limits",
      handle(request) {
        const views = visible(limits, request).flatMap((limit) => view(limit, request));
        return { body: collection("limits", views, request, filters) };
      },
    }),
    route({ method: "GET", path: `${path}/model`, policy: "identity:get_limit_model", handle: () => ({ body: { model } }) }),
    route({
      method: "POST",
      path,
      policy: "identity:create_limits",
      status: 201,
      body: createBody,
      async handle(request) {
        const wanted = await Promise.all(request.body.limits.map((input) => newLimit(limits, input)));
        const made = await createAll(limits.limits, wanted, "limit");
        return { body: { limits: made.flatMap((limit) => viewLimit(limits, limit, request)) } };
      },
    }),
    route({
      method: "GET",
      path: `${path}/:id`,
      policy: "identity:authenticated",
      async handle(request) {
        const limit = await limits.limits.byId(request.params.id);
        request.require("identity:get_limit", targetOf(limits, limit));
        const [shown] = limit ? viewLimit(limits, limit, request) : [];
        return { body: { limit: found(shown, "limit for", request.params.id) } };
      },
    }),
    route({
      method: "PATCH",
      path: `${path}/:id`,
      policy: "identity:update_limit",
      body: updateBody,
      async handle(request) {
        const { resource_limit: value, description: text } = request.body.limit;
        const changed = await limits.limits.update(await byId(request.params.id), ({ spec }) => {
          if (value !== undefined) spec.resourceLimit = value;
          if (text === null) delete spec.description;
          else if (text !== undefined) spec.description = text;
        });
        const [shown] = viewLimit(limits, changed, request);
        return { body: { limit: found(shown, "limit for", request.params.id) } };
      },
    }),
    route({
      method: "DELETE",
      path: `${path}/:id`,
      policy: "identity:delete_limit",
      status: 204,
      async handle({ params }) {
        await limits.limits.delete(await byId(params.id));
        return {};
      },
    }),
  ];
}
