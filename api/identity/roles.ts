// Keystone v3 /roles: those of the whole cloud, and those of one domain.
import { type Static, Type } from "typebox";
import { displayNameOf, idOf, newMetadata } from "../../domain/id.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { Role } from "../../models/identity/role.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import { found } from "./collection.ts";
import {
  defined,
  description,
  id,
  nameOf,
  nullable,
  options,
  patched,
  requireChangeable,
  requireDeletable,
  requireFree,
  viewOptions,
} from "./input.ts";
import { type IdentityResource, resourceRoutes } from "./resource.ts";
import { domainIndex, type IdentityWorld, named, plainNameIndex } from "./world.ts";

const createFields = Type.Object({ name: nameOf(255), description, options, domain_id: Type.Optional(nullable(id)) });
const updateFields = Type.Object({ name: Type.Optional(nameOf(255)), description, options });

const domainOfRole = (world: IdentityWorld, { spec }: Role): Domain | undefined => spec.domainRef && world.domains.get(spec.domainRef.name);

/** Every field of a role (Identity API v3, "Show role details"). */
export function viewRole(world: IdentityWorld, role: Role, request: Pick<ApiRequest, "url">) {
  const domain = domainOfRole(world, role);
  return {
    ...named(role),
    domain_id: domain ? idOf(domain) : null,
    description: role.spec.description ?? null,
    options: viewOptions(role),
    links: { self: request.url(`/v3/roles/${idOf(role)}`) },
  };
}

export function roleTarget(world: IdentityWorld, role: Role) {
  const domain = domainOfRole(world, role);
  return { "target.role.id": idOf(role), "target.role.name": displayNameOf(role), "target.role.domain_id": domain && idOf(domain) };
}

/** Without a `domain_id` those of the whole cloud, else those of the domain. */
function listed(world: IdentityWorld, request: ApiRequest): readonly Role[] {
  const { roles } = world;
  const [name, domainId] = [lastValueOf(request.query, "name"), lastValueOf(request.query, "domain_id")];
  const domain = domainId === undefined ? undefined : world.byId(world.domains, domainId);
  if (domain) return roles.byIndex(domainIndex, domain.metadata.name);
  if (domainId !== undefined && domainId !== "") return [];
  const all = name === undefined ? roles.list() : roles.byIndex(plainNameIndex, name.toLowerCase());
  return all.filter(({ spec }) => spec.domainRef === undefined);
}

function roleChange(world: IdentityWorld, input: Static<typeof updateFields>, role: Role): (draft: Role) => void {
  requireChangeable("role", role, input);
  if (input.name !== undefined) requireFree("role", input.name, world.roleByName(input.name, domainOfRole(world, role)), role);
  return (draft) => {
    draft.spec = patched(draft.spec, {
      displayName: input.name ?? displayNameOf(draft),
      description: input.description,
      immutable: input.options?.immutable,
    });
  };
}

function roles(world: IdentityWorld): IdentityResource<Role, typeof createFields, typeof updateFields> {
  return {
    singular: "role",
    plural: "roles",
    path: "/v3/roles",
    source: world.roles,
    createFields,
    updateFields,
    filters: ["name"],
    list: (request) => listed(world, request),
    view: (role, request) => viewRole(world, role, request),
    target: (role) => roleTarget(world, role),
    listTarget: (request) => ({ "target.domain_id": request.auth.domainId }),
    async make(input) {
      const domain = input.domain_id ? found(await world.domains.byId(input.domain_id), "domain", input.domain_id) : undefined;
      requireFree("role", input.name, world.roleByName(input.name, domain));
      return {
        apiVersion: "identity.kumulus.cloud/v1alpha1",
        kind: "Role",
        metadata: newMetadata(input.name),
        spec: defined({
          displayName: input.name,
          description: input.description ?? undefined,
          domainRef: domain && { name: domain.metadata.name },
          immutable: input.options?.immutable ?? undefined,
        }),
      };
    },
    change: (input, role) => roleChange(world, input, role),
    beforeDelete: (role) => requireDeletable("role", role),
  };
}

export const roleRoutes = (world: IdentityWorld) => resourceRoutes(roles(world));
