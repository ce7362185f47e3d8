// The routes that all Neutron resources have alike: list, show, create (one or many), update, delete. A resource says only what is its own.
import { type Static, type TObject, Type } from "typebox";
import { isCode, KumulusError } from "../../domain/errors.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { Auth } from "../http/auth.ts";
import { filtered, withFields } from "../http/filtering.ts";
import { limitOf, pageLinks, pageOf } from "../http/paging.ts";
import type { PolicyTarget } from "../http/policy.ts";
import { lastValueOf, valuesOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import { type RawQuery, type Route, route } from "../http/route.ts";
import { sorted, sortOrder } from "../http/sorting.ts";
import type { Store } from "../http/store.ts";
import { asTarget, type Guarded, requireAttributes } from "./attribute-rules.ts";
import type { World } from "./world.ts";

type View = Record<string, unknown>;

export interface Resource<T extends KubeObject, C extends TObject = TObject, U extends TObject = TObject> {
  /** Key of one in bodies, such as `security_group`; also names the policy rules. */
  readonly singular: string;
  readonly plural: string;
  /** Path segment, such as `security-groups`. */
  readonly path: string;
  /** Sentence and Neutron's exception name for an id that is not there. */
  readonly missing: { readonly reason: string; readonly message: (id: string) => string };
  readonly store: Store<T>;
  readonly create: C;
  readonly update: U;
  /** What of another project's a token may see besides its own. */
  shown?(object: T, auth: Auth): boolean;
  /** Attributes with policy rules of their own. */
  readonly guarded?: Guarded;
  /** What rules may ask about an object besides its project. */
  about?(object: T): PolicyTarget;
  /** The same about one that is to be made. */
  aboutNew?(input: Static<C>, request: ApiRequest): Promise<PolicyTarget>;
  view(object: T, request: ApiRequest): View;
  /** Fewer candidates than all, by an index, where the query allows it. */
  narrow?(query: RawQuery): readonly T[] | undefined;
  make(input: Static<C>, namespace: string, request: ApiRequest): T | Promise<T>;
  /** Waits for what a controller decides; on failure takes back what was made and throws. */
  settle?(made: T): Promise<T>;
  change(input: Static<U>, object: T, request: ApiRequest): ((draft: T) => void) | Promise<(draft: T) => void>;
  /** Throws where it must stay; deletes what goes with it. */
  beforeDelete?(object: T, request: ApiRequest): void | Promise<void>;
  afterDelete?(object: T): Promise<void>;
}

/** What it takes to find an object by id. */
export type Findable<T extends KubeObject> = Pick<Resource<T>, "store" | "missing" | "shown">;

const isGone = (object: KubeObject | undefined) => object === undefined || object.metadata.deletionTimestamp !== undefined;
const owns = (auth: Auth, object: KubeObject) => auth.isAdmin || object.metadata.namespace === auth.project?.namespace;

/** The object by id among what the token may see. NotFound with the resource's own words. */
export async function fetch<T extends KubeObject>(
  resource: Pick<Resource<T>, "store" | "missing" | "shown">,
  auth: Auth,
  id: string,
): Promise<T> {
  const object = await resource.store.byId(id);
  if (object && !isGone(object) && (owns(auth, object) || resource.shown?.(object, auth))) return object;
  throw new KumulusError("NotFound", resource.missing.message(id), { reason: resource.missing.reason });
}

const ownedBy = (project: string): PolicyTarget => ({ project_id: project, tenant_id: project });

/** An object under the names that rules give to what they are asked about. */
function targetOf<T extends KubeObject>(world: World, resource: Resource<T>, object: T): PolicyTarget {
  return { ...resource.about?.(object), ...ownedBy(world.projectOf(object.metadata.namespace)) };
}

/** Namespace of a new object: the token's project, or the one that an administrator names. */
async function namespaceFor(world: World, request: ApiRequest, input: { tenant_id?: string; project_id?: string }): Promise<string> {
  const project = input.project_id ?? input.tenant_id;
  if (!project || project === request.auth.project?.id) return request.project.namespace;
  if (!request.auth.isAdmin)
    throw new KumulusError(
      "Invalid",
      "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin privileges",
      { reason: "HTTPBadRequest" },
    );
  const tenant = await world.tenants.byId(project);
  const namespace = tenant && (await namespaceOfNew(world, tenant));
  if (!namespace) throw new KumulusError("NotFound", `Project ${project} could not be found.`, { reason: "ProjectNotFound" });
  return namespace;
}

/** A project that was made a moment ago has no namespace yet; undefined when it went meanwhile. */
async function namespaceOfNew({ tenants }: World, tenant: Tenant): Promise<string | undefined> {
  if (tenant.status?.namespace !== undefined) return tenant.status.namespace;
  return (await tenants.waitFor(tenant, (now) => now === undefined || now.status?.namespace !== undefined))?.status?.namespace;
}

function tagFilter(query: RawQuery): (view: View) => boolean {
  const words = (name: string) => valuesOf(query, name).flatMap((value) => value.split(","));
  const [all, any, notAll, notAny] = ["tags", "tags-any", "not-tags", "not-tags-any"].map(words) as [
    string[],
    string[],
    string[],
    string[],
  ];
  return ({ tags }) => {
    const own = new Set(tags as string[]);
    if (!all.every((tag) => own.has(tag))) return false;
    if (any.length > 0 && !any.some((tag) => own.has(tag))) return false;
    if (notAll.length > 0 && notAll.every((tag) => own.has(tag))) return false;
    return !(notAny.length > 0 && notAny.some((tag) => own.has(tag)));
  };
}

/** Sorts, filters, pages and trims views as the query asks. */
export function listBody(plural: string, views: View[], request: ApiRequest) {
  const { query } = request;
  const keys = Object.keys(views[0] ?? {}).filter((name) => name !== "tags");
  const wanted = filtered(views, query, keys).filter(tagFilter(query));
  const order = sortOrder(query, { allowed: [...keys, "id"], fallback: [], descending: false });
  const inOrder = sorted(
    wanted,
    order,
    (view, name) => view[name] as string,
    (view) => String(view.id),
  );
  const page = pageOf(inOrder, {
    limit: limitOf(lastValueOf(query, "limit")),
    marker: lastValueOf(query, "marker"),
    id: (view) => String(view.id),
  });
  return { [plural]: page.items.map((view) => withFields(view, query)), ...pageLinks(request, plural, page) };
}

async function createOne<T extends KubeObject>(world: World, resource: Resource<T>, input: View, request: ApiRequest): Promise<View> {
  const namespace = await namespaceFor(world, request, input);
  const target = { ...asTarget(input), ...(await resource.aboutNew?.(input, request)), ...ownedBy(world.projectOf(namespace)) };
  requireAttributes(request, { verb: "create", singular: resource.singular, guarded: resource.guarded ?? {} }, input, target);
  const made = await resource.store.create(await resource.make(input, namespace, request));
  return resource.view(resource.settle ? await resource.settle(made) : made, request);
}

/** A change that the controllers refuse for good is taken back. */
async function updateOne<T extends KubeObject>({ store, settle }: Resource<T>, object: T, change: (draft: T) => void): Promise<T> {
  const updated = await store.update(object, change);
  try {
    return settle ? await settle(updated) : updated;
  } catch (error) {
    if (!isCode(error, "Unavailable"))
      await store.update(updated, (draft) => void Object.assign(draft, { spec: (object as { spec?: unknown }).spec }));
    throw error;
  }
}

function readRoutes<T extends KubeObject>(world: World, resource: Resource<T>): Route[] {
  const { singular, plural, path, store } = resource;
  const visible = (request: ApiRequest) => {
    const candidates = resource.narrow?.(request.query) ?? store.list();
    const { auth } = request;
    const shown = candidates.filter((object) => !isGone(object) && (owns(auth, object) || resource.shown?.(object, auth)));
    return shown.filter((object) => request.allows(request.rule, targetOf(world, resource, object)));
  };
  return [
    route({
      method: "GET",
      path: `/v2.0/${path}`,
      policy: `get_${singular}`,
      handle: (request) => ({
        body: listBody(
          plural,
          visible(request as ApiRequest).map((object) => resource.view(object, request as ApiRequest)),
          request as ApiRequest,
        ),
      }),
    }),
    route({
      method: "GET",
      path: `/v2.0/${path}/:id` as `/v2.0/x/:id`,
      policy: `get_${singular}`,
      handle: async (request) => {
        const object = await fetch(resource, request.auth, request.params.id);
        request.permit(targetOf(world, resource, object));
        return { body: { [singular]: withFields(resource.view(object, request as ApiRequest), request.query) } };
      },
    }),
  ];
}

function writeRoutes<T extends KubeObject>(world: World, resource: Resource<T>): Route[] {
  const { singular, plural, path, store } = resource;
  const one = `/v2.0/${path}/:id` as "/v2.0/x/:id";
  const createBody = Type.Object(
    { [singular]: Type.Optional(resource.create), [plural]: Type.Optional(Type.Array(resource.create, { minItems: 1 })) },
    { additionalProperties: false, minProperties: 1, maxProperties: 1 },
  );
  return [
    route({
      method: "POST",
      path: `/v2.0/${path}`,
      policy: `create_${singular}`,
      status: 201,
      body: createBody,
      handle: async (request) => {
        const body = request.body as Record<string, View | View[]>;
        const single = body[singular] as View | undefined;
        if (single) return { body: { [singular]: await createOne(world, resource, single, request as ApiRequest) } };
        const made: View[] = [];
        for (const input of body[plural] as View[]) made.push(await createOne(world, resource, input, request as ApiRequest));
        return { body: { [plural]: made } };
      },
    }),
    route({
      method: "PUT",
      path: one,
      policy: `update_${singular}`,
      body: Type.Object({ [singular]: resource.update }, { additionalProperties: false }),
      handle: async (request) => {
        const object = await fetch(resource, request.auth, request.params.id);
        const input = (request.body as Record<string, View>)[singular] ?? {};
        const target = { ...asTarget(input), ...targetOf(world, resource, object) };
        requireAttributes(request, { verb: "update", singular, guarded: resource.guarded ?? {} }, input, target);
        const updated = await updateOne(resource, object, await resource.change(input, object, request as ApiRequest));
        return { body: { [singular]: resource.view(updated, request as ApiRequest) } };
      },
    }),
    route({
      method: "DELETE",
      path: one,
      policy: `delete_${singular}`,
      status: 204,
      handle: async (request) => {
        const object = await fetch(resource, request.auth, request.params.id);
        request.permit(targetOf(world, resource, object));
        await resource.beforeDelete?.(object, request as ApiRequest);
        await store.delete(object);
        await resource.afterDelete?.(object);
        return {};
      },
    }),
  ];
}

/** All routes of one resource. */
export function resourceRoutes<T extends KubeObject, C extends TObject, U extends TObject>(
  world: World,
  resource: Resource<T, C, U>,
): Route[] {
  const plain = resource as unknown as Resource<T>;
  return [...readRoutes(world, plain), ...writeRoutes(world, plain)];
}
