// Keystone v3 /users: list, show, create, update, delete, and the change of one's own password.
import { KumulusError } from "../../domain/errors.ts";
import { idOf, newMetadata } from "../../domain/id.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { User } from "../../models/identity/user.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import { publicRule, type Reply, type Route, route } from "../http/route.ts";
import { candidates } from "./candidates.ts";
import { collection, found } from "./collection.ts";
import type { Passwords } from "./password.ts";
import { passwordSecretName } from "./password-secrets.ts";
import { unauthorized } from "./tokens.ts";
import { changedSpec, changePasswordBody, createUserBody, type UserBody, updateUserBody } from "./user-schema.ts";
import { userTarget } from "./user-target.ts";
import { isWanted, viewUser } from "./user-view.ts";
import type { IdentityWorld } from "./world.ts";

export interface UsersDeps {
  readonly world: IdentityWorld;
  readonly passwords: Passwords;
}

/** The domain of a body without one, for a token without one (Keystone's default_domain_id). */
const defaultDomainID = "default";
const filters = ["name", "domain_id", "enabled"];

type Request = Pick<ApiRequest, "url">;
/** As it is shown to whoever may see it. */
export const shownUser = ({ world, passwords }: UsersDeps, user: User, request: Request) =>
  viewUser(world, user, request, user.spec.enabled !== false && !passwords.isInactive(user));

const targetOf = (world: IdentityWorld, user: User | undefined) => (user ? userTarget(world, user) : {});

/** The user that the path names, for whom the rule lets; who may not know gets 403 whether it is there or not. */
async function required(world: IdentityWorld, request: Pick<ApiRequest, "require">, id: string, rule: string): Promise<User> {
  const user = await world.users.byId(id);
  request.require(rule, targetOf(world, user));
  return found(user, "user", id);
}

function list(deps: UsersDeps, request: ApiRequest<unknown>): Reply {
  const { query, auth } = request;
  const domainId = lastValueOf(query, "domain_id") ?? auth.domainId;
  request.require("identity:list_users", { "target.domain_id": domainId });
  for (const key of ["idp_id", "protocol_id", "unique_id"]) {
    if (query[key] !== undefined) return { body: collection("users", [], request as ApiRequest, []) };
  }
  const fits = isWanted(query);
  const views = candidates(deps.world, deps.world.users, request).map((user) => shownUser(deps, user, request));
  const mine = domainId === undefined ? views : views.filter((each) => each.domain_id === domainId);
  return { body: collection("users", mine.filter(fits), request as ApiRequest, filters) };
}

function requireFree(world: IdentityWorld, name: string, domain: Domain): void {
  if (!world.userByName(name, domain)) return;
  throw new KumulusError("Conflict", `Conflict occurred attempting to store user - there is one named ${name} in domain ${idOf(domain)}.`);
}

/** Name of the Tenant. NotFound (404). */
async function tenantOf(world: IdentityWorld, id: string | null | undefined): Promise<string | undefined> {
  if (id === undefined || id === null) return undefined;
  return found(await world.tenants.byId(id), "project", id).metadata.name;
}

/** `taken`: names of users that are being made right now. */
async function create(deps: UsersDeps, request: ApiRequest<unknown, unknown, { user: UserBody }>, taken: Set<string>): Promise<Reply> {
  const { world, passwords } = deps;
  const { user: body } = request.body;
  const { name = "" } = body;
  const domainId = body.domain_id ?? request.auth.domainId ?? defaultDomainID;
  request.require("identity:create_user", { "target.user.domain_id": domainId });
  const domain = found(await world.domains.byId(domainId), "domain", domainId);
  const tenant = await tenantOf(world, body.default_project_id);
  const { password } = body;
  if (typeof password === "string") passwords.requireFit(password);
  requireFree(world, name, domain);
  const key = `${domainId}/${name.toLowerCase()}`;
  if (taken.has(key)) throw new KumulusError("Conflict", `Conflict occurred attempting to store user - ${name} is being made.`);
  taken.add(key);
  try {
    const metadata = newMetadata(name);
    const secret = typeof password === "string" && { passwordSecretRef: { name: passwordSecretName(metadata.name), key: "hash" } };
    const spec = { enabled: true, domainRef: { name: domain.metadata.name }, ...secret };
    const user = await world.users.create({
      apiVersion: "identity.kumulus.cloud/v1alpha1",
      kind: "User",
      metadata,
      spec: changedSpec(spec, body, tenant),
    });
    if (typeof password !== "string") return { body: { user: shownUser(deps, user, request) } };
    const complete = await passwords.reset(user, password).catch(async (error: unknown) => {
      // A user without the password that it was asked for is worse than none: the client tries again.
      await world.users.delete(user);
      throw error;
    });
    return { body: { user: shownUser(deps, complete, request) } };
  } finally {
    taken.delete(key);
  }
}

function requireSame(world: IdentityWorld, user: User, body: UserBody & { id?: unknown }): void {
  const domain = world.domainOf(user);
  if (body.domain_id !== undefined && domain && body.domain_id !== idOf(domain))
    throw new KumulusError("Invalid", "Cannot change Domain ID");
  if (body.id !== undefined && body.id !== idOf(user)) throw new KumulusError("Invalid", "Cannot change user ID");
}

async function update(deps: UsersDeps, request: ApiRequest<{ id: string }, unknown, { user: UserBody }>): Promise<Reply> {
  const { world, passwords } = deps;
  const { user: body } = request.body;
  const user = await required(world, request, request.params.id, "identity:update_user");
  requireSame(world, user, body);
  const { name, password } = body;
  const domain = world.domainOf(user);
  if (name !== undefined && domain && world.userByName(name, domain) !== world.users.get(user.metadata.name))
    requireFree(world, name, domain);
  if (typeof password === "string") passwords.requireFit(password);
  const tenant = await tenantOf(world, body.default_project_id);
  let changed = await world.users.update(user, (draft) => {
    draft.spec = changedSpec(draft.spec, body, tenant);
  });
  if (body.enabled === true) changed = await passwords.revive(changed);
  if (typeof password === "string") changed = await passwords.reset(changed, password);
  return { body: { user: shownUser(deps, changed, request) } };
}

export function userRoutes(deps: UsersDeps): Route[] {
  const { world, passwords } = deps;
  const taken = new Set<string>();
  const policy = "identity:authenticated";
  return [
    route({ method: "GET", path: "/v3/users", policy, handle: (request) => list(deps, request) }),
    route({
      method: "GET",
      path: "/v3/users/:id",
      policy,
      async handle(request) {
        const user = await required(world, request, request.params.id, "identity:get_user");
        return { body: { user: shownUser(deps, user, request) } };
      },
    }),
    route({
      method: "POST",
      path: "/v3/users",
      policy,
      status: 201,
      body: createUserBody,
      handle: (request) => create(deps, request, taken),
    }),
    route({ method: "PATCH", path: "/v3/users/:id", policy, body: updateUserBody, handle: (request) => update(deps, request) }),
    route({
      method: "DELETE",
      path: "/v3/users/:id",
      policy,
      status: 204,
      async handle(request) {
        await world.users.delete(await required(world, request, request.params.id, "identity:delete_user"));
        return {};
      },
    }),
    // Without a token: whose password has expired can get none.
    route({
      method: "POST",
      path: "/v3/users/:id/password",
      policy: publicRule,
      status: 204,
      body: changePasswordBody,
      async handle(request) {
        const { original_password: original, password } = request.body.user;
        if (await passwords.change(await world.users.byId(request.params.id), original, password)) return {};
        throw unauthorized();
      },
    }),
  ];
}
