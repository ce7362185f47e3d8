// The five routes of a Keystone resource: list, create, show, update, delete; each resource says what is its own.
import { type Static, type TObject, Type } from "typebox";
import type { KubeObject } from "../../models/kind.ts";
import type { PolicyTarget } from "../http/policy.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Route, route } from "../http/route.ts";
import type { Store } from "../http/store.ts";
import { collection, found } from "./collection.ts";

/** Objects by their OpenStack ids, and how they are written. A Store is one. */
export type Source<T extends KubeObject> = Pick<Store<T>, "byId" | "create" | "update" | "delete">;

export interface IdentityResource<T extends KubeObject, C extends TObject, U extends TObject> {
  /** As in `identity:get_group` and in bodies. */
  readonly singular: string;
  readonly plural: string;
  /** "/v3/groups". */
  readonly path: string;
  /** For people, where it is not `singular`. */
  readonly title?: string;
  readonly source: Source<T>;
  /** What is inside `{ group: { … } }`. Attributes that Keystone does not know are let through, as it does. */
  readonly createFields: C;
  readonly updateFields: U;
  /** Query keys that compare with the view's field of that name. */
  readonly filters: readonly string[];
  /** What a list begins with: by an index where the query allows it. */
  list(request: ApiRequest): readonly T[];
  view(object: T, request: ApiRequest): { id: string; name?: string };
  /** What policies may ask of an object. */
  target(object: T): PolicyTarget;
  /** The same of one that is yet to be made, before anything is looked up. */
  createTarget?(input: Static<C>, request: ApiRequest): PolicyTarget;
  /** What a token that may not see all may list; nothing when absent. */
  listTarget?(request: ApiRequest): PolicyTarget;
  /** Which of them it is then. */
  isListed?(object: T, request: ApiRequest): boolean;
  make(input: Static<C>, request: ApiRequest): T | Promise<T>;
  change(input: Static<U>, object: T, request: ApiRequest): ((draft: T) => void) | Promise<(draft: T) => void>;
  /** Throws where it may not go. */
  beforeDelete?(object: T, request: ApiRequest): void | Promise<void>;
  afterDelete?(object: T): Promise<void>;
}

const holder = "identity:authenticated";

/** The object behind an id if the token may do that: who may not learns nothing about which ids there are. */
export async function allowed<T extends KubeObject>(
  { source, singular, title, target }: Pick<IdentityResource<T, TObject, TObject>, "source" | "singular" | "title" | "target">,
  request: ApiRequest,
  id: string,
  rule: string,
): Promise<T> {
  const object = await source.byId(id);
  request.require(rule, object ? target(object) : {});
  return found(object, title ?? singular, id);
}

/** All, or with less than that right only those of the token's domain. */
function listed<T extends KubeObject>(resource: IdentityResource<T, TObject, TObject>, request: ApiRequest): readonly T[] {
  const rule = `identity:list_${resource.plural}`;
  const objects = resource.list(request);
  if (request.allows(rule)) return objects;
  request.require(rule, resource.listTarget?.(request) ?? {});
  return objects.filter((object) => resource.isListed?.(object, request) ?? true);
}

export function resourceRoutes<T extends KubeObject, C extends TObject, U extends TObject>(resource: IdentityResource<T, C, U>): Route[] {
  const { singular, plural, path, source } = resource;
  const one = `${path}/:id` as const;
  const untyped = resource as unknown as IdentityResource<T, TObject, TObject>;
  const bodyOf = (fields: TObject) => Type.Object({ [singular]: fields });
  /** The schema has seen that it is there. */
  const inputOf = <S extends TObject>(body: unknown) => (body as Record<string, unknown>)[singular] as Static<S>;
  const view = (object: T, request: ApiRequest) => ({ [singular]: resource.view(object, request) });
  return [
    route({
      method: "GET",
      path,
      policy: holder,
      handle: (request) => {
        const views = listed(untyped, request).map((object) => resource.view(object, request));
        return { body: collection(plural, views, request, resource.filters) };
      },
    }),
    route({
      method: "POST",
      path,
      policy: holder,
      status: 201,
      body: bodyOf(resource.createFields),
      async handle(request) {
        const input = inputOf<C>(request.body);
        request.require(`identity:create_${singular}`, resource.createTarget?.(input, request) ?? {});
        return { body: view(await source.create(await resource.make(input, request)), request) };
      },
    }),
    route({
      method: "GET",
      path: one,
      policy: holder,
      async handle(request) {
        return { body: view(await allowed(untyped, request, request.params.id ?? "", `identity:get_${singular}`), request) };
      },
    }),
    route({
      method: "PATCH",
      path: one,
      policy: holder,
      body: bodyOf(resource.updateFields),
      async handle(request) {
        const object = await allowed(untyped, request, request.params.id ?? "", `identity:update_${singular}`);
        return { body: view(await source.update(object, await resource.change(inputOf<U>(request.body), object, request)), request) };
      },
    }),
    route({
      method: "DELETE",
      path: one,
      policy: holder,
      status: 204,
      async handle(request) {
        const object = await allowed(untyped, request, request.params.id ?? "", `identity:delete_${singular}`);
        await resource.beforeDelete?.(object, request);
        await source.delete(object);
        await resource.afterDelete?.(object);
        return {};
      },
    }),
  ];
}
