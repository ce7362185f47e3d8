// Keystone v3 /groups/{group}/users and /users/{user}/groups: who is in which group. Users keep the groups that they are in.
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { Group } from "../../models/identity/group.ts";
import type { User } from "../../models/identity/user.ts";
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import { collection, found } from "./collection.ts";
import { groupTarget, viewGroup } from "./groups.ts";
import { userTarget } from "./user-target.ts";
import { shownUser, type UsersDeps } from "./users.ts";
import type { IdentityWorld } from "./world.ts";

const policy = "identity:authenticated";
const path = "/v3/groups/:group/users/:user" as const;

const isMember = ({ spec }: User, { metadata }: Group) => (spec.groupRefs ?? []).some(({ name }) => name === metadata.name);

/** The two of a path; who may not act on them learns nothing about them. */
async function pair(world: IdentityWorld, request: ApiRequest<{ group: string; user: string }>, rule: string) {
  const [group, user] = [await world.groups.byId(request.params.group), await world.users.byId(request.params.user)];
  request.require(rule, { ...(group && groupTarget(world, group)), ...(user && userTarget(world, user)) });
  return { group: found(group, "group", request.params.group), user: found(user, "user", request.params.user) };
}

function requireMember(user: User, group: Group): void {
  if (isMember(user, group)) return;
  throw new KumulusError("NotFound", `User '${idOf(user)}' not found in group '${idOf(group)}'.`);
}

export function groupMemberRoutes(deps: UsersDeps) {
  const { world } = deps;
  return [
    route({
      method: "PUT",
      path,
      policy,
      status: 204,
      async handle(request) {
        const { group, user } = await pair(world, request, "identity:add_user_to_group");
        await world.users.update(user, (draft) => {
          if (!isMember(draft, group)) draft.spec.groupRefs = [...(draft.spec.groupRefs ?? []), { name: group.metadata.name }];
        });
        return {};
      },
    }),
    route({
      method: "GET",
      path,
      policy,
      status: 204,
      async handle(request) {
        const { group, user } = await pair(world, request, "identity:check_user_in_group");
        requireMember(user, group);
        return {};
      },
    }),
    route({
      method: "DELETE",
      path,
      policy,
      status: 204,
      async handle(request) {
        const { group, user } = await pair(world, request, "identity:remove_user_from_group");
        requireMember(user, group);
        await world.users.update(user, (draft) => {
          draft.spec.groupRefs = (draft.spec.groupRefs ?? []).filter(({ name }) => name !== group.metadata.name);
        });
        return {};
      },
    }),
    route({
      method: "GET",
      path: "/v3/groups/:id/users",
      policy,
      async handle(request) {
        const { id } = request.params;
        const group = await world.groups.byId(id);
        request.require("identity:list_users_in_group", group ? groupTarget(world, group) : {});
        const views = world.membersOf(found(group, "group", id)).map((user) => shownUser(deps, user, request));
        return { body: collection("users", views, request, ["name", "enabled", "domain_id"]) };
      },
    }),
    route({
      method: "GET",
      path: "/v3/users/:id/groups",
      policy,
      async handle(request) {
        const { id } = request.params;
        const user = await world.users.byId(id);
        request.require("identity:list_groups_for_user", user ? userTarget(world, user) : {});
        const groups = world.groupsOf(found(user, "user", id));
        const views = groups.map((group) => ({ ...viewGroup(world, group, request), membership_expires_at: null }));
        return { body: collection("groups", views, request, ["name"]) };
      },
    }),
  ];
}
