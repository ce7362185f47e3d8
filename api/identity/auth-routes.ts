// Keystone v3 /auth: tokens, and what the holder of a token may scope to.
import { Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { ApiRequest } from "../http/request.ts";
import { publicRule, route } from "../http/route.ts";
import type { Catalog } from "./catalog.ts";
import { viewDomain } from "./domains.ts";
import { holdsOn } from "./effective-roles.ts";
import { type LoginDeps, login } from "./login.ts";
import { loginBody } from "./login-schema.ts";
import { projectsOf, viewProject } from "./projects.ts";
import type { CheckedToken } from "./token-check.ts";
import { type IdentityWorld, isEnabled } from "./world.ts";

const nocatalog = Type.Object({ nocatalog: Type.Optional(Type.Unknown()), allow_expired: Type.Optional(Type.Unknown()) });

export interface AuthRoutesDeps extends LoginDeps {
  readonly catalog: Catalog;
}

const accessRulesVersion = 1;

/** A service that does not say that it keeps access rules must not take a token that has some (Openstack-Identity-Access-Rules). */
function requireRulesKnown({ headers }: Pick<ApiRequest, "headers">, { accessRules }: CheckedToken): void {
  const known = Number(headers["openstack-identity-access-rules"] ?? 0);
  if (accessRules && !(known >= accessRulesVersion))
    throw new KumulusError("NotFound", "Could not find the token that X-Subject-Token names.");
}

/** The token that X-Subject-Token names, for its own holder or for whoever `rule` allows. NotFound (404) for a dead one. */
async function subject(
  deps: AuthRoutesDeps,
  request: ApiRequest<Readonly<Record<never, never>>, unknown>,
  rule: string,
): Promise<{ token: string; checked: CheckedToken }> {
  const token = request.headers["x-subject-token"];
  if (typeof token !== "string" || token === "") throw new KumulusError("Invalid", "The header X-Subject-Token is missing.");
  if (token === request.token) return { token, checked: await deps.tokens.inspect(token) };
  const checked = await deps.tokens.inspect(token).catch((error: unknown) => {
    if (!(error instanceof KumulusError) || error.code !== "Unauthorized") throw error;
    return undefined;
  });
  // As in Keystone a dead token is looked for before anybody's right to ask is judged.
  if (checked && idOf(checked.user) !== request.auth.userId) request.require(rule);
  if (!checked) throw new KumulusError("NotFound", "Could not find the token that X-Subject-Token names.");
  return { token, checked };
}

function tokenRoutes(deps: AuthRoutesDeps) {
  return [
    route({
      method: "POST",
      path: "/v3/auth/tokens",
      policy: publicRule,
      status: 201,
      query: nocatalog,
      body: loginBody,
      handle: (request) => login(deps, request, request.body),
    }),
    route({
      method: "GET",
      path: "/v3/auth/tokens",
      policy: "identity:authenticated",
      query: nocatalog,
      async handle(request) {
        const { token, checked } = await subject(deps, request, "identity:validate_token");
        requireRulesKnown(request, checked);
        return deps.present(request, checked, token);
      },
    }),
    route({
      method: "HEAD",
      path: "/v3/auth/tokens",
      policy: "identity:authenticated",
      async handle(request) {
        const { token } = await subject(deps, request, "identity:check_token");
        return { headers: { "X-Subject-Token": token, Vary: "X-Auth-Token" } };
      },
    }),
    route({
      method: "DELETE",
      path: "/v3/auth/tokens",
      policy: "identity:authenticated",
      status: 204,
      async handle(request) {
        const { checked } = await subject(deps, request, "identity:revoke_token");
        await deps.tokens.revoke(checked);
        return {};
      },
    }),
  ];
}

function domainsOf(world: IdentityWorld, userId: string) {
  const user = world.byId(world.users, userId);
  return user ? world.domainsOf(user).filter(isEnabled) : [];
}

function isOnSystem(world: IdentityWorld, userId: string): boolean {
  const user = world.byId(world.users, userId);
  return user !== undefined && world.assignmentsOf(user).some((assignment) => holdsOn(assignment, { system: true }));
}

function scopeRoutes({ world, catalog }: AuthRoutesDeps) {
  const policy = "identity:authenticated";
  const links = (request: ApiRequest, path: string) => ({ next: null, self: request.url(path), previous: null });
  return [
    route({
      method: "GET",
      path: "/v3/auth/catalog",
      policy,
      handle: (request) => ({
        body: { catalog: catalog.view(request.origin, request.auth.project?.id), links: links(request, "/v3/auth/catalog") },
      }),
    }),
    route({
      method: "GET",
      path: "/v3/auth/projects",
      policy,
      handle: (request) => ({
        body: {
          projects: projectsOf(world, request.auth.userId).map((tenant) => viewProject(world, tenant, request)),
          links: links(request, "/v3/auth/projects"),
        },
      }),
    }),
    route({
      method: "GET",
      path: "/v3/auth/domains",
      policy,
      handle: (request) => ({
        body: {
          domains: domainsOf(world, request.auth.userId).map((domain) => viewDomain(domain, request)),
          links: links(request, "/v3/auth/domains"),
        },
      }),
    }),
    route({
      method: "GET",
      path: "/v3/auth/system",
      policy,
      handle: (request) => ({
        body: { system: isOnSystem(world, request.auth.userId) ? [{ all: true }] : [], links: links(request, "/v3/auth/system") },
      }),
    }),
  ];
}

export const authRoutes = (deps: AuthRoutesDeps) => [...tokenRoutes(deps), ...scopeRoutes(deps)];
