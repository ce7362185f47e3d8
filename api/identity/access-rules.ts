// Keystone v3 /users/{user}/access_rules, and the rules that a new application credential brings with it.
import { isCode, KumulusError } from "../../domain/errors.ts";
import { hashedName, idOf } from "../../domain/id.ts";
import { accessRuleReferences } from "../../domain/identity/bound.ts";
import type { AccessRule, AccessRuleSpec } from "../../models/identity/access-rule.ts";
import type { User } from "../../models/identity/user.ts";
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import { accessRuleView } from "./access-rule-view.ts";
import { boundMetadata } from "./bound-metadata.ts";
import { collection, found } from "./collection.ts";
import { requireUnrestricted } from "./delegated-token.ts";
import { type AuthWorld, belongsTo, byRule, byUser, isBoundRule } from "./delegations.ts";
import type { Tokens } from "./tokens.ts";

const apiVersion = "identity.kumulus.cloud/v1alpha1";

export interface RuleBody {
  id?: string;
  service?: string;
  method?: string;
  path?: string;
}

const rulesOf = (world: AuthWorld, user: User) =>
  world.accessRules.byIndex(byUser, user.metadata.name).filter((rule) => isBoundRule(world, rule));

async function ruleOf(world: AuthWorld, user: User, id: string): Promise<AccessRule> {
  const rule = await world.accessRules.byId(id);
  const own = rule && rule.spec.userRef.name === user.metadata.name && isBoundRule(world, rule) ? rule : undefined;
  return found(own, "Access Rule", id);
}

/** One rule of a kind is enough for a user: the name says what it is. */
async function ensure(world: AuthWorld, user: User, { service, method, path }: Omit<AccessRuleSpec, "userRef">): Promise<AccessRule> {
  const name = hashedName(service, method, path, idOf(user));
  const known = world.accessRules.get(name);
  if (known && isBoundRule(world, known)) return known;
  const spec = { userRef: { name: user.metadata.name }, service, method, path };
  const rule: AccessRule = { apiVersion, kind: "AccessRule", metadata: { name }, spec };
  rule.metadata = boundMetadata(world, accessRuleReferences(rule), name, name);
  try {
    return await world.accessRules.create(rule);
  } catch (error) {
    if (!isCode(error, "Conflict")) throw error;
    return world.accessRules.refresh(rule);
  }
}

/** The user's rules that the body names or describes, made where they are not there yet. */
export function accessRulesFor(world: AuthWorld, user: User, bodies: readonly RuleBody[]): Promise<AccessRule[]> {
  return Promise.all(
    bodies.map(({ id, service, method, path }) => {
      if (id !== undefined) return ruleOf(world, user, id);
      if (service === undefined || method === undefined || path === undefined) {
        throw new KumulusError("Invalid", "Invalid input for field 'access_rules': a rule needs service, method and path, or its id.");
      }
      return ensure(world, user, { service, method: method as AccessRuleSpec["method"], path });
    }),
  );
}

const view = (user: string, rule: AccessRule, request: Pick<ApiRequest, "url">) => ({
  ...accessRuleView(rule),
  links: { self: request.url(`/v3/users/${user}/access_rules/${idOf(rule)}`) },
});

export function accessRuleRoutes(world: AuthWorld, tokens: Tokens) {
  const policy = "identity:authenticated";
  /** The policy comes first: nobody learns here who is there. */
  const userFor = async (request: ApiRequest, rule: string, id: string): Promise<User> => {
    request.require(rule, { "target.user.id": id });
    requireUnrestricted(await tokens.inspect(request.token));
    return found(await world.users.byId(id), "user", id);
  };
  return [
    route({
      method: "GET",
      path: "/v3/users/:user/access_rules",
      policy,
      async handle(request) {
        const user = await userFor(request, "identity:list_access_rules", request.params.user);
        const views = rulesOf(world, user).map((rule) => view(request.params.user, rule, request));
        return { body: collection("access_rules", views, request, ["service", "method", "path"]) };
      },
    }),
    route({
      method: "GET",
      path: "/v3/users/:user/access_rules/:id",
      policy,
      async handle(request) {
        const user = await userFor(request, "identity:get_access_rule", request.params.user);
        return { body: { access_rule: view(request.params.user, await ruleOf(world, user, request.params.id), request) } };
      },
    }),
    route({
      method: "DELETE",
      path: "/v3/users/:user/access_rules/:id",
      policy,
      status: 204,
      async handle(request) {
        const user = await userFor(request, "identity:delete_access_rule", request.params.user);
        const rule = await ruleOf(world, user, request.params.id);
        const uses = world.applicationCredentials.byIndex(byRule, rule.metadata.name);
        if (uses.some((each) => belongsTo(world, each, user))) {
          throw new KumulusError("Forbidden", "The access rule is used by an application credential.");
        }
        await world.accessRules.delete(rule);
        return {};
      },
    }),
  ];
}
