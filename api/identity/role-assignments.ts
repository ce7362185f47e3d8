// Keystone v3 /role_assignments: who has which role where; with `effective` what becomes of it for each user.
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { Role } from "../../models/identity/role.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import { assignmentView, type Entry } from "./assignment-view.ts";
import { flag, found, listLinks } from "./collection.ts";
import type { Grant, Target } from "./effective-roles.ts";
import { projectTarget } from "./projects.ts";
import type { IdentityWorld } from "./world.ts";

interface Query {
  user: string | undefined;
  group: string | undefined;
  role: string | undefined;
  project: string | undefined;
  domain: string | undefined;
  system: boolean;
  inherited: boolean;
  effective: boolean;
  subtree: boolean;
}

const invalid = (message: string) => new KumulusError("Invalid", message);

function queryOf(request: ApiRequest): Query {
  const value = (key: string) => lastValueOf(request.query, key) || undefined;
  const inherited = value("scope.OS-INHERIT:inherited_to");
  if (inherited !== undefined && inherited !== "projects") throw invalid("scope.OS-INHERIT:inherited_to can only be 'projects'.");
  return {
    user: value("user.id"),
    group: value("group.id"),
    role: value("role.id"),
    project: value("scope.project.id"),
    domain: value("scope.domain.id"),
    system: value("scope.system") !== undefined,
    inherited: inherited !== undefined,
    effective: flag(request, "effective"),
    subtree: flag(request, "include_subtree"),
  };
}

/** Combinations that can never have an answer. */
function requireSensible(query: Query): void {
  if (query.user !== undefined && query.group !== undefined) throw invalid("Specify a user or group, not both.");
  if ([query.project, query.domain, query.system || undefined].filter((scope) => scope !== undefined).length > 1) {
    throw invalid("Specify a domain, a project or the system, not several of them.");
  }
  if (query.effective && query.group !== undefined)
    throw invalid("Combining effective and group filter will always result in an empty list.");
  if (query.effective && query.inherited && query.domain !== undefined) {
    throw invalid("Combining effective, domain and inherited filters will always result in an empty list.");
  }
  if (query.subtree && query.project === undefined)
    throw invalid("scope.project.id must be specified if include_subtree is also specified.");
}

class Assignments {
  readonly #world: IdentityWorld;
  readonly #query: Query;
  /** Projects that the query asks for; undefined when it does not. */
  readonly #tenants: readonly Tenant[] | undefined;

  constructor(world: IdentityWorld, query: Query) {
    this.#world = world;
    this.#query = query;
    const tenant = query.project === undefined ? undefined : world.byId(world.tenants, query.project);
    this.#tenants = query.project === undefined ? undefined : tenant ? [tenant, ...(query.subtree ? world.descendantsOf(tenant) : [])] : [];
  }

  entries(): Entry[] {
    const { effective, inherited } = this.#query;
    const grants = this.#candidates().filter((grant) => effective || !inherited || grant.inherited);
    const entries = grants.flatMap((grant) => (effective ? this.#effective(grant) : [{ grant, ...grant }]));
    return unique(entries.filter((entry) => this.#fits(entry)));
  }

  /** The shortest list that has all of the answer. */
  #candidates(): readonly Grant[] {
    const world = this.#world;
    const { user: userId, group: groupId, role: roleId, domain: domainId, system, effective } = this.#query;
    const user = userId === undefined ? undefined : world.byId(world.users, userId);
    if (user)
      return [...world.grantsOf({ user }), ...(effective ? world.groupsOf(user).flatMap((group) => world.grantsOf({ group })) : [])];
    const group = groupId === undefined ? undefined : world.byId(world.groups, groupId);
    if (group) return world.grantsOf({ group });
    if (userId !== undefined || groupId !== undefined) return [];
    if (this.#tenants) return this.#tenants.flatMap((tenant) => this.#reaching(tenant));
    const domain = domainId === undefined ? undefined : world.byId(world.domains, domainId);
    if (domain) return world.grantsOn({ domain });
    if (system) return world.grantsOn({ system: true });
    const role = roleId === undefined || effective ? undefined : world.byId(world.roles, roleId);
    if (role) return world.grantsOfRole(role);
    return world.assignments.list().flatMap((assignment) => world.grantOf(assignment) ?? []);
  }

  #reaching(tenant: Tenant): readonly Grant[] {
    const world = this.#world;
    const own = world.grantsOn({ tenant });
    if (!this.#query.effective) return own;
    const domain = world.domainOf(tenant);
    const above = [...world.ancestorsOf(tenant).map((each) => ({ tenant: each })), ...(domain ? [{ domain }] : [])];
    return [...own, ...above.flatMap((place) => world.grantsOn(place).filter(({ inherited }) => inherited))];
  }

  /** Where a grant holds in the end. */
  #places({ target, inherited }: Grant): readonly Target[] {
    const world = this.#world;
    if (!inherited) return [target];
    if ("system" in target) return [];
    const below = "tenant" in target ? world.descendantsOf(target.tenant) : world.tenants.byIndex("domain", target.domain.metadata.name);
    const wanted = this.#tenants && new Set(this.#tenants.map(({ metadata }) => metadata.name));
    return below.filter(({ metadata }) => wanted?.has(metadata.name) ?? true).map((tenant) => ({ tenant }));
  }

  /** One entry for each user, place and role that a grant comes to. */
  #effective(grant: Grant): Entry[] {
    const world = this.#world;
    const { actor } = grant;
    const users = "user" in actor ? [actor.user] : world.membersOf(actor.group);
    const through = "group" in actor ? { membership: actor.group } : {};
    const roles = world.withImplied([grant.role]);
    return this.#places(grant).flatMap((target) =>
      users.flatMap((user) => roles.map((role) => ({ grant, role, actor: { user }, target, ...through, ...priorOf(grant.role, role) }))),
    );
  }

  #fits({ role, actor, target }: Entry): boolean {
    const { user, group, role: roleId, domain, system } = this.#query;
    const tenants = this.#tenants;
    return (
      (user === undefined || ("user" in actor && idOf(actor.user) === user)) &&
      (group === undefined || ("group" in actor && idOf(actor.group) === group)) &&
      (roleId === undefined || idOf(role) === roleId) &&
      (!tenants || ("tenant" in target && tenants.some(({ metadata }) => metadata.name === target.tenant.metadata.name))) &&
      (domain === undefined || ("domain" in target && idOf(target.domain) === domain)) &&
      (!system || "system" in target)
    );
  }
}

const priorOf = (given: Role, role: Role) => (given.metadata.name === role.metadata.name ? {} : { prior: given });

const keyOf = ({ role, actor, target, grant }: Entry) =>
  [
    role.metadata.name,
    "user" in actor ? actor.user.metadata.name : `group ${actor.group.metadata.name}`,
    "tenant" in target ? target.tenant.metadata.name : "domain" in target ? `domain ${target.domain.metadata.name}` : "system",
    grant.inherited && grant.target === target,
  ].join("\0");

const unique = (entries: readonly Entry[]): Entry[] => [...new Map(entries.map((entry) => [keyOf(entry), entry])).values()];

/** Whoever may not see all sees those of the token's domain. */
function isOfDomain(world: IdentityWorld, { target }: Entry, domainId: string | undefined): boolean {
  if ("system" in target) return false;
  const domain = "domain" in target ? target.domain : world.domainOf(target.tenant);
  return domain !== undefined && idOf(domain) === domainId;
}

function requireListing(world: IdentityWorld, query: Query, request: ApiRequest): (entry: Entry) => boolean {
  if (query.subtree && query.project !== undefined) {
    const tenant = world.byId(world.tenants, query.project);
    request.require("identity:list_role_assignments_for_tree", tenant ? projectTarget(world, tenant) : {});
    found(tenant, "project", query.project);
    return () => true;
  }
  if (request.allows("identity:list_role_assignments")) return () => true;
  const { domainId } = request.auth;
  request.require("identity:list_role_assignments", { "target.domain_id": domainId });
  return (entry) => isOfDomain(world, entry, domainId);
}

export function roleAssignmentRoutes(world: IdentityWorld) {
  return [
    route({
      method: "GET",
      path: "/v3/role_assignments",
      policy: "identity:authenticated",
      handle(request) {
        const query = queryOf(request);
        const isShown = requireListing(world, query, request);
        requireSensible(query);
        const names = flag(request, "include_names");
        const entries = new Assignments(world, query).entries().filter(isShown);
        return {
          body: { role_assignments: entries.map((entry) => assignmentView(world, entry, request, names)), links: listLinks(request) },
        };
      },
    }),
  ];
}
