// Keystone v3 /roles/{prior}/implies and /role_inferences: which roles come with which.

import { isCode, KumulusError } from "../../domain/errors.ts";
import { hashedName, idOf } from "../../domain/id.ts";
import type { ImpliedRole } from "../../models/identity/implied-role.ts";
import type { Role } from "../../models/identity/role.ts";
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import { boundAnnotations } from "./bound-metadata.ts";
import { found } from "./collection.ts";
import { type IdentityWorld, named } from "./world.ts";

const path = "/v3/roles/:prior/implies" as const;
const one = `${path}/:implied` as const;

interface Rule {
  prior: Role;
  implied: Role;
}

const reference = (role: Role, request: ApiRequest) => ({ ...named(role), links: { self: request.url(`/v3/roles/${idOf(role)}`) } });
const ruleLink = ({ prior, implied }: Rule, request: ApiRequest) => request.url(`/v3/roles/${idOf(prior)}/implies/${idOf(implied)}`);

function viewRule(rule: Rule, request: ApiRequest) {
  return {
    role_inference: { prior_role: reference(rule.prior, request), implies: reference(rule.implied, request) },
    links: { self: ruleLink(rule, request) },
  };
}

function viewInference(world: IdentityWorld, prior: Role, request: ApiRequest) {
  return { prior_role: reference(prior, request), implies: world.impliedBy(prior).map((role) => reference(role, request)) };
}

/** A role of the whole cloud must not depend on what one domain makes of its own. */
function requirePossible({ prior, implied }: Rule): void {
  if (prior.metadata.uid === implied.metadata.uid) throw new KumulusError("Forbidden", `${idOf(prior)} cannot imply itself.`);
  if (prior.spec.domainRef || !implied.spec.domainRef) return;
  throw new KumulusError("Forbidden", `${idOf(implied)} cannot be an implied role: it belongs to a domain, and ${idOf(prior)} does not.`);
}

function newRule({ prior, implied }: Rule): ImpliedRole {
  const [priorName, impliedName] = [prior.metadata.name, implied.metadata.name];
  return {
    apiVersion: "identity.kumulus.cloud/v1alpha1",
    kind: "ImpliedRole",
    metadata: {
      name: hashedName(priorName, "implies", impliedName),
      annotations: boundAnnotations([prior, implied]),
    },
    spec: { priorRoleRef: { name: priorName }, impliedRoleRef: { name: impliedName } },
  };
}

export function impliedRoleRoutes(world: IdentityWorld) {
  async function ruleOf(request: ApiRequest<{ prior: string; implied: string }>): Promise<Rule> {
    const { prior, implied } = request.params;
    return { prior: found(await world.roles.byId(prior), "role", prior), implied: found(await world.roles.byId(implied), "role", implied) };
  }

  const objectsOf = ({ prior, implied }: Rule) =>
    world.impliedRoles.byIndex("prior", prior.metadata.name).filter(({ spec }) => spec.impliedRoleRef.name === implied.metadata.name);

  async function existing(request: ApiRequest<{ prior: string; implied: string }>): Promise<Rule> {
    const rule = await ruleOf(request);
    if (world.impliedBy(rule.prior).includes(rule.implied)) return rule;
    throw new KumulusError("NotFound", `${idOf(rule.prior)} does not imply ${idOf(rule.implied)}.`);
  }

  return [
    route({
      method: "PUT",
      path: one,
      policy: "identity:create_implied_role",
      status: 201,
      async handle(request) {
        const rule = await ruleOf(request);
        requirePossible(rule);
        if (!world.impliedBy(rule.prior).includes(rule.implied)) {
          await world.impliedRoles.create(newRule(rule)).catch((error: unknown) => {
            if (!isCode(error, "Conflict")) throw error;
          });
        }
        return { body: viewRule(rule, request) };
      },
    }),
    route({
      method: "GET",
      path: one,
      policy: "identity:get_implied_role",
      async handle(request) {
        return { body: viewRule(await existing(request), request) };
      },
    }),
    route({
      method: "HEAD",
      path: one,
      policy: "identity:check_implied_role",
      status: 204,
      async handle(request) {
        await existing(request);
        return {};
      },
    }),
    route({
      method: "DELETE",
      path: one,
      policy: "identity:delete_implied_role",
      status: 204,
      async handle(request) {
        for (const object of objectsOf(await existing(request))) await world.impliedRoles.delete(object);
        return {};
      },
    }),
    route({
      method: "GET",
      path,
      policy: "identity:list_implied_roles",
      async handle(request) {
        const { prior: id } = request.params;
        const prior = found(await world.roles.byId(id), "role", id);
        return { body: { role_inference: viewInference(world, prior, request), links: { self: request.url(request.path) } } };
      },
    }),
    route({
      method: "GET",
      path: "/v3/role_inferences",
      policy: "identity:list_role_inference_rules",
      handle(request) {
        const priors = world.roles.list().filter((role) => world.impliedBy(role).length > 0);
        const views = priors.map((prior) => viewInference(world, prior, request));
        return { body: { role_inferences: views, links: { self: request.url(request.path) } } };
      },
    }),
  ];
}
