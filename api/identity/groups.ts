// Keystone v3 /groups.
import { type Static, Type } from "typebox";
import { finalizers } from "../../domain/finalizers.ts";
import { displayNameOf, idOf, newMetadata } from "../../domain/id.ts";
import type { Group } from "../../models/identity/group.ts";
import type { ApiRequest } from "../http/request.ts";
import { candidates } from "./candidates.ts";
import { defined, description, domainFor, domainIdFor, id, nameOf, nullable, patched, requireFree } from "./input.ts";
import { type IdentityResource, resourceRoutes } from "./resource.ts";
import { type IdentityWorld, named } from "./world.ts";

const createFields = Type.Object({ name: nameOf(64), description, domain_id: Type.Optional(nullable(id)) });
const updateFields = Type.Object({ name: Type.Optional(nameOf(64)), description });

/** Every field of a group (Identity API v3, "Show group details"). */
export function viewGroup(world: IdentityWorld, group: Group, request: Pick<ApiRequest, "url">) {
  const domain = world.domainOf(group);
  return {
    ...named(group),
    domain_id: domain ? idOf(domain) : group.spec.domainRef.name,
    description: group.spec.description ?? "",
    links: { self: request.url(`/v3/groups/${idOf(group)}`) },
  };
}

export function groupTarget(world: IdentityWorld, group: Group) {
  const domain = world.domainOf(group);
  return { "target.group.id": idOf(group), "target.group.domain_id": domain && idOf(domain) };
}

function rename(world: IdentityWorld, group: Group, input: Static<typeof updateFields>): void {
  const domain = world.domainOf(group);
  if (input.name !== undefined && domain) requireFree("group", input.name, world.groupByName(input.name, domain), group);
}

function groups(world: IdentityWorld): IdentityResource<Group, typeof createFields, typeof updateFields> {
  const ownDomain = (request: ApiRequest) => ({ "target.group.domain_id": request.auth.domainId });
  return {
    singular: "group",
    plural: "groups",
    path: "/v3/groups",
    source: world.groups,
    createFields,
    updateFields,
    filters: ["name", "domain_id"],
    list: (request) => candidates(world, world.groups, request),
    view: (group, request) => viewGroup(world, group, request),
    target: (group) => groupTarget(world, group),
    createTarget: (input, request) => ({ "target.group.domain_id": domainIdFor(request, input.domain_id) }),
    listTarget: ownDomain,
    isListed: (group, request) => groupTarget(world, group)["target.group.domain_id"] === request.auth.domainId,
    async make(input, request) {
      const domain = await domainFor(world, request, input.domain_id);
      requireFree("group", input.name, world.groupByName(input.name, domain));
      return {
        apiVersion: "identity.kumulus.cloud/v1alpha1",
        kind: "Group",
        metadata: newMetadata(input.name, undefined, finalizers.group),
        spec: defined({
          displayName: input.name,
          description: input.description ?? undefined,
          domainRef: { name: domain.metadata.name },
        }),
      };
    },
    change(input, group) {
      rename(world, group, input);
      return (draft) => {
        draft.spec = patched(draft.spec, { displayName: input.name ?? displayNameOf(draft), description: input.description });
      };
    },
  };
}

export const groupRoutes = (world: IdentityWorld) => resourceRoutes(groups(world));
