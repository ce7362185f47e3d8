// Keystone v3 /projects/{project}/tags.
import { Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import { found, listLinks } from "./collection.ts";
import { requireChangeable } from "./input.ts";
import { projectTarget } from "./projects.ts";
import { tagList } from "./tags.ts";
import type { IdentityWorld } from "./world.ts";

const policy = "identity:authenticated";
const path = "/v3/projects/:id/tags" as const;
const one = `${path}/:tag` as const;
const tagsBody = Type.Object({ tags: tagList }, { additionalProperties: false });
const maxTags = 80;

function requireTag(tags: readonly string[], tag: string): void {
  if (!tags.includes(tag)) throw new KumulusError("NotFound", `Could not find project tag: ${tag}.`);
}

function added(tags: readonly string[], tag: string): string[] {
  if (!/^[^,/]{1,255}$/.test(tag)) throw new KumulusError("Invalid", "A tag has 1 to 255 characters and neither a comma nor a slash.");
  if (tags.includes(tag)) return [...tags];
  if (tags.length >= maxTags) throw new KumulusError("Invalid", `A project has at most ${maxTags} tags.`);
  return [...tags, tag];
}

export function projectTagRoutes(world: IdentityWorld) {
  async function project(request: ApiRequest<{ id: string }>, rule: string): Promise<Tenant> {
    const tenant = await world.tenants.byId(request.params.id);
    request.require(`identity:${rule}`, tenant ? projectTarget(world, tenant) : {});
    return found(tenant, "project", request.params.id);
  }

  async function write(request: ApiRequest<{ id: string }>, rule: string, change: (tags: readonly string[]) => string[]) {
    const tenant = await project(request, rule);
    requireChangeable("project", tenant, {});
    return world.tenants.update(tenant, (draft) => {
      draft.spec.tags = change(draft.spec.tags ?? []);
    });
  }

  return [
    route({
      method: "GET",
      path,
      policy,
      async handle(request) {
        const { spec } = await project(request, "list_project_tags");
        return { body: { tags: spec.tags ?? [], links: listLinks(request) } };
      },
    }),
    route({
      method: "PUT",
      path,
      policy,
      body: tagsBody,
      async handle(request) {
        const { spec } = await write(request, "update_project_tags", () => request.body.tags);
        return { body: { tags: spec.tags ?? [], links: listLinks(request) } };
      },
    }),
    route({
      method: "DELETE",
      path,
      policy,
      status: 204,
      async handle(request) {
        await write(request, "delete_project_tags", () => []);
        return {};
      },
    }),
    route({
      method: "GET",
      path: one,
      policy,
      status: 204,
      async handle(request) {
        requireTag((await project(request, "get_project_tag")).spec.tags ?? [], request.params.tag);
        return {};
      },
    }),
    route({
      method: "PUT",
      path: one,
      policy,
      status: 201,
      async handle(request) {
        const { tag } = request.params;
        await write(request, "create_project_tag", (tags) => added(tags, tag));
        return { headers: { Location: request.url(request.path) } };
      },
    }),
    route({
      method: "DELETE",
      path: one,
      policy,
      status: 204,
      async handle(request) {
        const { tag } = request.params;
        await write(request, "delete_project_tag", (tags) => {
          requireTag(tags, tag);
          return tags.filter((each) => each !== tag);
        });
        return {};
      },
    }),
  ];
}
