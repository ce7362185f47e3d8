// Keystone v3 /users/{user}/application_credentials. The secret is shown once, in the answer to the creation.
import { randomBytes } from "node:crypto";
import { type Static, Type } from "typebox";
import { isCode, KumulusError } from "../../domain/errors.ts";
import { displayNameOf, hashedName, idOf } from "../../domain/id.ts";
import { applicationCredentialReferences } from "../../domain/identity/bound.ts";
import type { ApplicationCredential } from "../../models/identity/application-credential.ts";
import type { Role } from "../../models/identity/role.ts";
import type { User } from "../../models/identity/user.ts";
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import { accessRuleView } from "./access-rule-view.ts";
import { accessRulesFor } from "./access-rules.ts";
import type { ApplicationSecrets } from "./application-secrets.ts";
import { boundMetadata } from "./bound-metadata.ts";
import { collection, found } from "./collection.ts";
import { requireUnrestricted } from "./delegated-token.ts";
import { type AuthWorld, applicationCredentialsOf, belongsTo } from "./delegations.ts";
import { readExpiry, viewExpiry } from "./expiry.ts";
import type { CheckedToken } from "./token-check.ts";
import type { Tokens } from "./tokens.ts";
import { named } from "./world.ts";

const apiVersion = "identity.kumulus.cloud/v1alpha1";
const nullable = <T extends ReturnType<typeof Type.String>>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const roleBody = Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) }, { minProperties: 1 });
const ruleBody = Type.Object(
  {
    id: Type.Optional(Type.String()),
    service: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    method: Type.Optional(Type.String({ pattern: "^(POST|GET|HEAD|PATCH|PUT|DELETE)$" })),
    path: Type.Optional(Type.String({ maxLength: 225, pattern: "^/" })),
  },
  { additionalProperties: false },
);

const createBody = Type.Object({
  application_credential: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 255 }),
    description: nullable(Type.String({ maxLength: 1024 })),
    secret: nullable(Type.String({ maxLength: 4096 })),
    expires_at: nullable(Type.String()),
    roles: Type.Optional(Type.Array(roleBody, { maxItems: 64 })),
    unrestricted: Type.Optional(Type.Boolean()),
    access_rules: Type.Optional(Type.Array(ruleBody, { maxItems: 64 })),
  }),
});
type CreateBody = Static<typeof createBody>["application_credential"];

/** Every field of an application credential (Identity API v3, "Show application credential details"). */
function view(world: AuthWorld, credential: ApplicationCredential, request: Pick<ApiRequest, "url">) {
  const { userRef, tenantRef, roleRefs, accessRuleRefs, description, expiresAt, unrestricted = false } = credential.spec;
  const user = world.users.get(userRef.name);
  const tenant = world.tenants.get(tenantRef.name);
  const userId = user ? idOf(user) : userRef.name;
  const rules = accessRuleRefs?.flatMap(({ name }) => world.accessRules.get(name) ?? []);
  const roles = roleRefs.flatMap(({ name }) => world.roles.get(name) ?? []);
  return {
    ...named(credential),
    description: description ?? null,
    user_id: userId,
    project_id: tenant ? idOf(tenant) : tenantRef.name,
    system: null,
    expires_at: viewExpiry(expiresAt, ""),
    unrestricted,
    roles: roles.map((role) => ({ ...named(role), domain_id: null })),
    ...(rules && { access_rules: rules.map(accessRuleView) }),
    links: { self: request.url(`/v3/users/${userId}/application_credentials/${idOf(credential)}`) },
  };
}

/** All of the token's roles unless the body names some of them. */
function wantedRoles({ roles }: CreateBody, token: CheckedToken): readonly Role[] {
  if (!roles || roles.length === 0) return token.roles;
  return roles.map(({ id, name }) => {
    const role = token.roles.find((each) => (id === undefined ? displayNameOf(each) === name : idOf(each) === id));
    if (role) return role;
    throw new KumulusError("Invalid", "Invalid application credential: Cannot create an application credential with unassigned role");
  });
}

const newSecret = () => randomBytes(64).toString("base64url");

export interface ApplicationCredentialDeps {
  readonly world: AuthWorld;
  readonly tokens: Tokens;
  readonly applicationSecrets: ApplicationSecrets;
}

async function create(
  { world, tokens, applicationSecrets }: ApplicationCredentialDeps,
  user: User,
  token: CheckedToken,
  body: CreateBody,
): Promise<{ credential: ApplicationCredential; secret: string }> {
  const { tenant } = token;
  if (!tenant) throw new KumulusError("Forbidden", "An application credential needs a token that is scoped to a project.");
  const expiresAt = readExpiry(body.expires_at, tokens.now());
  const roles = wantedRoles(body, token);
  const rules = body.access_rules?.length ? await accessRulesFor(world, user, body.access_rules) : undefined;
  // The name is the lock: of two with one name the API server takes one.
  const name = hashedName(body.name, idOf(user));
  const credential: ApplicationCredential = {
    apiVersion,
    kind: "ApplicationCredential",
    metadata: { name },
    spec: {
      displayName: body.name,
      ...(body.description && { description: body.description }),
      userRef: { name: user.metadata.name },
      tenantRef: { name: tenant.metadata.name },
      roleRefs: roles.map(({ metadata }) => ({ name: metadata.name })),
      ...(rules && { accessRuleRefs: rules.map(({ metadata }) => ({ name: metadata.name })) }),
      ...(expiresAt !== undefined && { expiresAt }),
      unrestricted: body.unrestricted ?? false,
      secretRef: { name: `application-credential-${name}-${randomBytes(4).toString("hex")}` },
    },
  };
  credential.metadata = boundMetadata(world, applicationCredentialReferences(credential), name, name);
  const made = await world.applicationCredentials.create(credential).catch((error: unknown) => {
    if (!isCode(error, "Conflict")) throw error;
    throw new KumulusError("Conflict", "Conflict occurred attempting to store application_credential - Duplicate entry.");
  });
  const secret = body.secret || newSecret();
  try {
    await applicationSecrets.create(made, secret);
  } catch (error) {
    await world.applicationCredentials.delete(made);
    throw error;
  }
  return { credential: made, secret };
}

export function applicationCredentialRoutes(deps: ApplicationCredentialDeps) {
  const { world, tokens } = deps;
  const policy = "identity:authenticated";
  const permitted = (request: ApiRequest, rule: string, id: string) => request.require(rule, { user_id: id, "target.user.id": id });
  const credentialOf = async (userId: string, id: string): Promise<ApplicationCredential> => {
    const credential = await world.applicationCredentials.byId(id);
    const user = world.byId(world.users, userId);
    const own = credential && user && belongsTo(world, credential, user);
    return found(own ? credential : undefined, "Application Credential", id);
  };
  return [
    route({
      method: "GET",
      path: "/v3/users/:user/application_credentials",
      policy,
      async handle(request) {
        permitted(request, "identity:list_application_credentials", request.params.user);
        const user = found(await world.users.byId(request.params.user), "user", request.params.user);
        const views = applicationCredentialsOf(world, user).map((each) => view(world, each, request));
        return { body: collection("application_credentials", views, request, ["name"]) };
      },
    }),
    route({
      method: "POST",
      path: "/v3/users/:user/application_credentials",
      policy,
      status: 201,
      body: createBody,
      async handle(request) {
        permitted(request, "identity:create_application_credential", request.params.user);
        const token = await tokens.inspect(request.token);
        requireUnrestricted(token);
        const { credential, secret } = await create(deps, token.user, token, request.body.application_credential);
        return { body: { application_credential: { ...view(world, credential, request), secret } } };
      },
    }),
    route({
      method: "GET",
      path: "/v3/users/:user/application_credentials/:id",
      policy,
      async handle(request) {
        permitted(request, "identity:get_application_credential", request.params.user);
        const credential = await credentialOf(request.params.user, request.params.id);
        return { body: { application_credential: view(world, credential, request) } };
      },
    }),
    route({
      method: "DELETE",
      path: "/v3/users/:user/application_credentials/:id",
      policy,
      status: 204,
      async handle(request) {
        permitted(request, "identity:delete_application_credential", request.params.user);
        requireUnrestricted(await tokens.inspect(request.token));
        await world.applicationCredentials.delete(await credentialOf(request.params.user, request.params.id));
        return {};
      },
    }),
  ];
}
