// Keystone v3 /roles and /role_assignments: reading.
import { idOf } from "../../domain/id.ts";
import type { Role } from "../../models/identity/role.ts";
import type { RoleAssignment } from "../../models/identity/role-assignment.ts";
import { withImpliedRoles } from "../http/policy.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import { collection, found } from "./collection.ts";
import { type IdentityWorld, named } from "./world.ts";

/** Every field of a role (Identity API v3, "Show role details"). */
export function viewRole(world: IdentityWorld, role: Role, request: Pick<ApiRequest, "url">) {
  const domain = role.spec.domainRef && world.domains.get(role.spec.domainRef.name);
  return {
    ...named(role),
    domain_id: domain ? idOf(domain) : null,
    description: role.spec.description ?? null,
    options: {},
    links: { self: request.url(`/v3/roles/${idOf(role)}`) },
  };
}

/** Ids, and names with the domain where `names` asks for them. */
function reference(world: IdentityWorld, object: Parameters<typeof named>[0] & { spec: { domainRef?: { name: string } } }, names: boolean) {
  if (!names) return { id: idOf(object) };
  const domain = object.spec.domainRef && world.domains.get(object.spec.domainRef.name);
  return { ...named(object), ...(domain && { domain: named(domain) }) };
}

function scopeView(world: IdentityWorld, { spec }: RoleAssignment, names: boolean): object | undefined {
  if (spec.system) return { system: { all: true } };
  const tenant = spec.tenantRef && world.tenants.get(spec.tenantRef.name);
  if (tenant) return { project: reference(world, tenant, names) };
  const domain = spec.domainRef && world.domains.get(spec.domainRef.name);
  return domain && { domain: names ? named(domain) : { id: idOf(domain) } };
}

/** One entry of "List role assignments" per role: the assigned one, and with `effective` those that it implies. */
function viewAssignments(
  world: IdentityWorld,
  assignment: RoleAssignment,
  request: ApiRequest,
  options: { names: boolean; effective: boolean },
) {
  const user = world.users.get(assignment.spec.userRef.name);
  const scope = scopeView(world, assignment, options.names);
  if (!user || !scope) return [];
  const { name } = assignment.spec.roleRef;
  const roles = (options.effective ? withImpliedRoles([name]) : [name]).flatMap((each) => world.roles.get(each) ?? []);
  return roles.map((role) => ({
    role: options.names ? named(role) : { id: idOf(role) },
    user: reference(world, user, options.names),
    scope: { ...scope, ...(assignment.spec.inherited && { "OS-INHERIT:inherited_to": "projects" }) },
    links: { assignment: request.url(`/v3/role_assignments/${assignment.metadata.name}`) },
  }));
}

type AssignmentView = ReturnType<typeof viewAssignments>[number];

function fits(view: AssignmentView, request: ApiRequest): boolean {
  const scope = view.scope as { project?: { id: string }; domain?: { id: string }; system?: object };
  const wanted: [string, string | undefined][] = [
    ["user.id", view.user.id],
    ["role.id", view.role.id],
    ["scope.project.id", scope.project?.id],
    ["scope.domain.id", scope.domain?.id],
  ];
  const system = lastValueOf(request.query, "scope.system");
  if (request.query["group.id"] !== undefined || (system !== undefined && !scope.system)) return false;
  return wanted.every(([key, value]) => request.query[key] === undefined || request.query[key] === value);
}

/** A flag in a query: there, and not an explicit no. */
const flag = (request: ApiRequest, key: string) => {
  const value = lastValueOf(request.query, key);
  return value !== undefined && !["0", "false", "False"].includes(value);
};

export function roleRoutes(world: IdentityWorld) {
  return [
    route({
      method: "GET",
      path: "/v3/roles",
      policy: "identity:list_roles",
      handle: (request) => {
        const cloudWide = request.query.domain_id === undefined;
        const views = world.roles.list().map((role) => viewRole(world, role, request));
        const shown = cloudWide ? views.filter(({ domain_id }) => domain_id === null) : views;
        return { body: collection("roles", shown, request, ["name", "domain_id"]) };
      },
    }),
    route({
      method: "GET",
      path: "/v3/roles/:id",
      policy: "identity:get_role",
      async handle(request) {
        const { id } = request.params;
        return { body: { role: viewRole(world, found(await world.roles.byId(id), "role", id), request) } };
      },
    }),
    route({
      method: "GET",
      path: "/v3/role_assignments",
      policy: "identity:list_role_assignments",
      handle: (request) => {
        const options = { names: flag(request, "include_names"), effective: flag(request, "effective") };
        const views = world.assignments.list().flatMap((assignment) => viewAssignments(world, assignment, request, options));
        const self = request.url(`/v3/role_assignments${request.rawQuery ? `?${request.rawQuery}` : ""}`);
        return { body: { role_assignments: views.filter((view) => fits(view, request)), links: { next: null, self, previous: null } } };
      },
    }),
  ];
}
