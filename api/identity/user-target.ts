// What policies may ask of a user.
import { idOf } from "../../domain/id.ts";
import type { User } from "../../models/identity/user.ts";
import type { IdentityWorld } from "./world.ts";

export function userTarget(world: IdentityWorld, user: User) {
  const domain = world.domainOf(user);
  return { "target.user.id": idOf(user), "target.user.domain_id": domain && idOf(domain) };
}
