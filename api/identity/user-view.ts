// The wire form of a user (Identity API v3, "Show user details"), and the filters of the list.
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { User } from "../../models/identity/user.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import type { RawQuery } from "../http/route.ts";
import { passwordExpiry } from "./token-view.ts";
import { viewOptions } from "./user-options.ts";
import { type IdentityWorld, named } from "./world.ts";

/** Every field that a client may read. `isEnabled`: false also for a user that has been inactive for too long. */
export function viewUser(world: IdentityWorld, user: User, request: Pick<ApiRequest, "url">, isEnabled: boolean) {
  const { description, email, defaultTenantRef, domainRef, options, extra } = user.spec;
  const domain = world.domainOf(user);
  const tenant = defaultTenantRef && world.tenants.get(defaultTenantRef.name);
  return {
    ...extra,
    ...named(user),
    domain_id: domain ? idOf(domain) : domainRef.name,
    enabled: isEnabled,
    options: viewOptions(options),
    password_expires_at: passwordExpiry(user),
    ...(description !== undefined && { description }),
    ...(email !== undefined && { email }),
    ...(tenant && { default_project_id: idOf(tenant) }),
    links: { self: request.url(`/v3/users/${idOf(user)}`) },
  };
}

export type UserView = ReturnType<typeof viewUser>;

const orders: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
  eq: (a, b) => a === b,
  neq: (a, b) => a !== b,
};

/** `password_expires_at=lt:2026-11-24T00:00:00Z`; without an order it means equal. Invalid (400). */
function expiryFilter(text: string): (view: UserView) => boolean {
  const [, order = "eq", time = ""] = /^(?:([a-z]+):)?(\d{4}-\d\d-\d\dT[\d:.]+Z?)$/.exec(text) ?? [];
  const compare = orders[order];
  const wanted = Date.parse(time.endsWith("Z") ? time : `${time}Z`);
  if (!compare || Number.isNaN(wanted))
    throw new KumulusError("Invalid", "password_expires_at has to be <order>:<time>, as lt:2026-01-31T12:00:00Z.");
  return ({ password_expires_at: at }) => at !== null && compare(Date.parse(at), wanted);
}

/** The filter of the list that is for users alone. */
export function isWanted(query: RawQuery): (view: UserView) => boolean {
  const expiry = lastValueOf(query, "password_expires_at");
  return expiry === undefined ? () => true : expiryFilter(expiry);
}
