// The wire form of one entry of "List role assignments" (Identity API v3).
import { idOf } from "../../domain/id.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { Group } from "../../models/identity/group.ts";
import type { Role } from "../../models/identity/role.ts";
import type { KubeObject } from "../../models/kind.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Actor, Grant, Target } from "./effective-roles.ts";
import { type IdentityWorld, named } from "./world.ts";

/** One role of somebody somewhere, and the grant that it comes from. */
export interface Entry {
  grant: Grant;
  role: Role;
  actor: Actor;
  target: Target;
  /** The group through which a user has it. */
  membership?: Group;
  /** The role with which this one comes. */
  prior?: Role;
}

type Named = KubeObject & { spec: { displayName?: string; domainRef?: { name: string } } };

function viewer(world: IdentityWorld, names: boolean) {
  return (object: Named) => {
    if (!names) return { id: idOf(object) };
    const domain = object.spec.domainRef && world.domains.get(object.spec.domainRef.name);
    return { ...named(object), ...(domain && { domain: named(domain) }) };
  };
}

function scopeOf(target: Target, view: (object: Named) => object, names: boolean) {
  if ("tenant" in target) return { project: view(target.tenant) };
  if ("domain" in target) return { domain: names ? named(target.domain) : { id: idOf(target.domain) } };
  return { system: { all: true } };
}

const placePath = (target: Target) => {
  if ("tenant" in target) return `projects/${idOf(target.tenant)}`;
  return "domain" in target ? `domains/${idOf((target as { domain: Domain }).domain)}` : "system";
};
const actorPath = (actor: Actor) => ("user" in actor ? `users/${idOf(actor.user)}` : `groups/${idOf(actor.group)}`);

/** The grant's own route. */
function grantPath({ role, actor, target, inherited }: Grant): string {
  const path = `${placePath(target)}/${actorPath(actor)}/roles/${idOf(role)}`;
  return inherited ? `/v3/OS-INHERIT/${path}/inherited_to_projects` : `/v3/${path}`;
}

function linksOf({ grant, role, actor, membership, prior }: Entry, request: ApiRequest) {
  return {
    assignment: request.url(grantPath(grant)),
    ...(membership && "user" in actor && { membership: request.url(`/v3/groups/${idOf(membership)}/users/${idOf(actor.user)}`) }),
    ...(prior && { prior_role: request.url(`/v3/prior_role/${idOf(prior)}/implies/${idOf(role)}`) }),
  };
}

export function assignmentView(world: IdentityWorld, entry: Entry, request: ApiRequest, names: boolean) {
  const { grant, role, actor, target } = entry;
  const view = viewer(world, names);
  const isInheritedItself = grant.inherited && grant.target === target;
  return {
    role: view(role),
    ...("user" in actor ? { user: view(actor.user) } : { group: view(actor.group) }),
    scope: { ...scopeOf(target, view, names), ...(isInheritedItself && { "OS-INHERIT:inherited_to": "projects" }) },
    links: linksOf(entry, request),
  };
}
