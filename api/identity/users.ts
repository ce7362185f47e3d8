// Keystone v3 /users: reading.
import { idOf } from "../../domain/id.ts";
import type { User } from "../../models/identity/user.ts";
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import { collection, found } from "./collection.ts";
import { type IdentityWorld, named } from "./world.ts";

/** Every field of a user (Identity API v3, "Show user details"). */
export function viewUser(world: IdentityWorld, user: User, request: Pick<ApiRequest, "url">) {
  const { description, email, enabled, defaultTenantRef, domainRef } = user.spec;
  const domain = world.domainOf(user);
  const tenant = defaultTenantRef && world.tenants.get(defaultTenantRef.name);
  return {
    ...named(user),
    domain_id: domain ? idOf(domain) : domainRef.name,
    enabled: enabled !== false,
    options: {},
    password_expires_at: null,
    ...(description !== undefined && { description }),
    ...(email !== undefined && { email }),
    ...(tenant && { default_project_id: idOf(tenant) }),
    links: { self: request.url(`/v3/users/${idOf(user)}`) },
  };
}

export function userRoutes(world: IdentityWorld) {
  return [
    route({
      method: "GET",
      path: "/v3/users",
      policy: "identity:list_users",
      handle: (request) => ({
        body: collection(
          "users",
          world.users.list().map((user) => viewUser(world, user, request)),
          request,
          ["name", "domain_id", "enabled"],
        ),
      }),
    }),
    route({
      method: "GET",
      path: "/v3/users/:id",
      policy: "identity:authenticated",
      async handle(request) {
        const { id } = request.params;
        if (request.auth.userId !== id) request.require("identity:get_user");
        return { body: { user: viewUser(world, found(await world.users.byId(id), "user", id), request) } };
      },
    }),
  ];
}
