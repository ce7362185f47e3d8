// Keystone's grants: roles of users and groups on projects, domains and the system, and those that are inherited below (OS-INHERIT).

import { isCode, KumulusError } from "../../domain/errors.ts";
import { hashedName, idOf } from "../../domain/id.ts";
import { boundAnnotation } from "../../domain/identity/bound.ts";
import type { Role } from "../../models/identity/role.ts";
import type { RoleAssignment } from "../../models/identity/role-assignment.ts";
import type { PolicyTarget } from "../http/policy.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Method, type Route, route } from "../http/route.ts";
import { boundAnnotations } from "./bound-metadata.ts";
import { collection, found } from "./collection.ts";
import type { Actor, Target } from "./effective-roles.ts";
import { groupTarget } from "./groups.ts";
import { projectTarget } from "./projects.ts";
import { roleTarget, viewRole } from "./roles.ts";
import { userTarget } from "./user-target.ts";
import type { IdentityWorld } from "./world.ts";

/** One family of routes: who gets it, where, and whether it holds there or below. */
interface Family {
  who: "user" | "group";
  where: "project" | "domain" | "system";
  inherited: boolean;
}

const families: readonly Family[] = (["user", "group"] as const).flatMap((who) => [
  { who, where: "project", inherited: false },
  { who, where: "domain", inherited: false },
  { who, where: "system", inherited: false },
  { who, where: "project", inherited: true },
  { who, where: "domain", inherited: true },
]);

/** Up to `/roles`. */
function basePath({ who, where, inherited }: Family): string {
  const place = where === "system" ? "system" : `${where}s/:target`;
  return `/v3/${inherited ? "OS-INHERIT/" : ""}${place}/${who}s/:actor/roles`;
}

const ending = ({ inherited }: Family) => (inherited ? "/inherited_to_projects" : "");

interface Place {
  actor: Actor;
  target: Target;
}

/** The system's rules are others than those of projects and domains. */
const ruleOf = ({ who, where }: Family, verb: "list" | "check" | "create" | "revoke") => {
  if (where === "system") return verb === "list" ? `identity:list_system_grants_for_${who}` : `identity:${verb}_system_grant_for_${who}`;
  return verb === "list" ? "identity:list_grants" : `identity:${verb}_grant`;
};

async function actorOf(world: IdentityWorld, { who }: Family, id: string): Promise<Actor | undefined> {
  if (who === "user") {
    const user = await world.users.byId(id);
    return user && { user };
  }
  const group = await world.groups.byId(id);
  return group && { group };
}

async function targetOf(world: IdentityWorld, { where }: Family, id: string): Promise<Target | undefined> {
  if (where === "system") return { system: true };
  const tenant = where === "project" ? await world.tenants.byId(id) : undefined;
  if (tenant) return { tenant };
  // A domain is a project, too: roles on that are roles on the domain.
  const domain = await world.domains.byId(id);
  return domain && { domain };
}

function policyTarget(world: IdentityWorld, actor: Actor | undefined, target: Target | undefined, role: Role | undefined): PolicyTarget {
  return {
    ...(actor && ("user" in actor ? userTarget(world, actor.user) : groupTarget(world, actor.group))),
    ...(target && "tenant" in target && projectTarget(world, target.tenant)),
    ...(target && "domain" in target && { "target.domain.id": idOf(target.domain) }),
    ...(role && roleTarget(world, role)),
  };
}

/** A domain's role is given inside that domain only. */
function requireFitting(world: IdentityWorld, role: Role, target: Target): void {
  const own = role.spec.domainRef?.name;
  if (own === undefined || "system" in target) return;
  const domain = "tenant" in target ? world.domainOf(target.tenant)?.metadata.name : target.domain.metadata.name;
  if (domain === own) return;
  throw new KumulusError(
    "Forbidden",
    `Role ${idOf(role)} belongs to another domain than the project or domain on which it is to be given.`,
  );
}

function newAssignment({ actor, target }: Place, role: Role, inherited: boolean): RoleAssignment {
  const who = "user" in actor ? { userRef: actor.user } : { groupRef: actor.group };
  const where = "tenant" in target ? { tenantRef: target.tenant } : "domain" in target ? { domainRef: target.domain } : {};
  const named = { roleRef: role, ...who, ...where };
  const refs = Object.fromEntries(Object.entries(named).map(([field, { metadata }]) => [field, { name: metadata.name }]));
  const names = Object.values(named).map(({ metadata }) => metadata.name);
  const kind = `${"user" in actor ? "user" : "group"}-${"tenant" in target ? "project" : "domain" in target ? "domain" : "system"}`;
  return {
    apiVersion: "identity.kumulus.cloud/v1alpha1",
    kind: "RoleAssignment",
    metadata: {
      name: hashedName(...names, kind, ...(inherited ? ["inherited"] : [])),
      annotations: boundAnnotations(Object.values(named)),
    },
    spec: {
      ...(refs as unknown as RoleAssignment["spec"]),
      ...("system" in target && { system: true }),
      ...(inherited && { inherited: true }),
    },
  };
}

type GrantRequest = ApiRequest<Readonly<Record<string, string>>>;

class Grants {
  readonly #world: IdentityWorld;
  readonly #family: Family;

  constructor(world: IdentityWorld, family: Family) {
    this.#world = world;
    this.#family = family;
  }

  async #place(request: GrantRequest, verb: "list" | "check" | "create" | "revoke") {
    const { actor: actorId = "", target: targetId = "", role: roleId } = request.params;
    const actor = await actorOf(this.#world, this.#family, actorId);
    const target = await targetOf(this.#world, this.#family, targetId);
    const role = roleId === undefined ? undefined : await this.#world.roles.byId(roleId);
    request.require(ruleOf(this.#family, verb), policyTarget(this.#world, actor, target, role));
    if (roleId !== undefined) found(role, "role", roleId);
    return {
      actor: found(actor, this.#family.who, actorId),
      target: found(target, this.#family.where, targetId),
      role: role as Role,
    };
  }

  #grants({ actor, target }: Place, role: Role) {
    const grants = this.#world.grantsBetween(actor, target, this.#family.inherited);
    return grants.filter((grant) => grant.role.metadata.name === role.metadata.name);
  }

  #existing(place: Place & { role: Role }) {
    const grants = this.#grants(place, place.role);
    if (grants.length > 0) return grants;
    throw new KumulusError("NotFound", `Could not find role assignment with role: ${idOf(place.role)} for this user or group there.`);
  }

  async list(request: GrantRequest) {
    const { actor, target } = await this.#place(request, "list");
    const roles = new Map(
      this.#world.grantsBetween(actor, target, this.#family.inherited).map(({ role }) => [role.metadata.name, role] as const),
    );
    const views = [...roles.values()].map((role) => viewRole(this.#world, role, request));
    return { body: collection("roles", views, request, ["name"]) };
  }

  async check(request: GrantRequest) {
    this.#existing(await this.#place(request, "check"));
    return {};
  }

  async give(request: GrantRequest) {
    const place = await this.#place(request, "create");
    requireFitting(this.#world, place.role, place.target);
    if (this.#grants(place, place.role).length === 0) await this.#create(newAssignment(place, place.role, this.#family.inherited));
    return {};
  }

  /** One of this name that stands for objects which are gone makes room. */
  async #create(assignment: RoleAssignment): Promise<void> {
    const { assignments } = this.#world;
    try {
      await assignments.create(assignment);
    } catch (error) {
      if (!isCode(error, "Conflict")) throw error;
      const there = await assignments.refresh(assignment);
      if (there.metadata.annotations?.[boundAnnotation] === assignment.metadata.annotations?.[boundAnnotation]) return;
      await assignments.delete(there);
      await assignments.create(assignment);
    }
  }

  async revoke(request: GrantRequest) {
    const grants = this.#existing(await this.#place(request, "revoke"));
    for (const { assignment } of grants) await this.#world.assignments.delete(assignment);
    return {};
  }
}

export function grantRoutes(world: IdentityWorld): Route[] {
  return families.flatMap((family) => {
    const grants = new Grants(world, family);
    const path = `${basePath(family)}/:role${ending(family)}`;
    const on = (method: Method, handle: (request: GrantRequest) => Promise<object>) =>
      route({ method, path, policy: "identity:authenticated", status: 204, handle });
    return [
      route({
        method: "GET",
        path: `${basePath(family)}${ending(family)}`,
        policy: "identity:authenticated",
        handle: (request: GrantRequest) => grants.list(request),
      }),
      on("PUT", (request) => grants.give(request)),
      on("GET", (request) => grants.check(request)),
      on("DELETE", (request) => grants.revoke(request)),
    ];
  });
}
