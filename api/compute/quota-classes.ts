// Nova /os-quota-class-sets (Compute API, "Quota class sets"): the class `default` holds the limits of projects that have none of their own.
import { KumulusError } from "../../domain/errors.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Route, route } from "../http/route.ts";
import { exact } from "./fields.ts";
import { NewLimit, newLimits } from "./quota-input.ts";
import { classSetMinors, classSetWords } from "./quota-words.ts";
import { windows } from "./windows.ts";
import type { ComputeWorld } from "./world.ts";

const path = "/v2.1/os-quota-class-sets/:id";

const viewDefaults = (world: ComputeWorld, minor: number) =>
  Object.fromEntries(Object.entries(classSetWords(minor)).map(([word, key]) => [word, world.limits.defaultOf(key)]));

async function update(world: ComputeWorld, request: ApiRequest) {
  const { id = "" } = request.params;
  if (id !== "default") throw new KumulusError("NotImplemented", "The only quota class is default.");
  const { quota_class_set: values } = request.body as { quota_class_set: Record<string, string | number> };
  await world.limits.setDefaults(newLimits(values, classSetWords(request.microversion)));
  return { body: { quota_class_set: viewDefaults(world, request.microversion) } };
}

export const quotaClassRoutes = (world: ComputeWorld): Route[] => [
  route({
    method: "GET",
    path,
    policy: "os_compute_api:os-quota-class-sets:show",
    handle: ({ params, microversion }) => ({ body: { quota_class_set: { id: params.id, ...viewDefaults(world, microversion) } } }),
  }),
  ...windows(classSetMinors, (minor) => ({
    method: "PUT",
    path,
    policy: "os_compute_api:os-quota-class-sets:update",
    body: exact({ quota_class_set: exact(Object.fromEntries(Object.keys(classSetWords(minor)).map((word) => [word, NewLimit]))) }),
    handle: (request: ApiRequest) => update(world, request),
  })),
];
