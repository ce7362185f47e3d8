// Nova /servers/{id}/tags, from 2.26 on (Compute API, "Server tags").
import { Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import { type Route, route } from "../http/route.ts";
import { exact, Tag } from "./fields.ts";
import { findServer } from "./server-lookup.ts";
import type { ComputeWorld } from "./world.ts";

const listPath = "/v2.1/servers/:id/tags";
const itemPath = "/v2.1/servers/:id/tags/:tag";
const maxTags = 50;
const maxLength = 60;
const policy = (verb: string) => `os_compute_api:os-server-tags:${verb}`;

const invalid = (message: string) => new KumulusError("Invalid", message);

function checkTag(tag: string): void {
  if (tag.length > maxLength) throw invalid(`Tag '${tag.slice(0, maxLength)}…' is too long. Maximum length of a tag is ${maxLength}`);
  if (/[,/]/.test(tag)) throw invalid(`Tag '${tag}' is invalid. It must be a string without characters '/' and ','.`);
}

export function serverTagRoutes(world: ComputeWorld): Route[] {
  const since = 26;
  return [
    route({
      method: "GET",
      path: listPath,
      since,
      policy: policy("index"),
      handle: async (request) => ({ body: { tags: (await findServer(world, request, request.params.id)).spec.tags ?? [] } }),
    }),
    route({
      method: "PUT",
      path: listPath,
      since,
      policy: policy("update_all"),
      body: exact({ tags: Type.Array(Tag, { maxItems: maxTags }) }),
      handle: async (request) => {
        const server = await findServer(world, request, request.params.id);
        const tags = [...new Set(request.body.tags)];
        await world.servers.patch(server, { spec: { tags } });
        return { body: { tags } };
      },
    }),
    route({
      method: "DELETE",
      path: listPath,
      since,
      policy: policy("delete_all"),
      status: 204,
      handle: async (request) => {
        await world.servers.patch(await findServer(world, request, request.params.id), { spec: { tags: [] } });
        return {};
      },
    }),
    route({
      method: "GET",
      path: itemPath,
      since,
      policy: policy("show"),
      status: 204,
      handle: async (request) => {
        const server = await findServer(world, request, request.params.id);
        if (!server.spec.tags?.includes(request.params.tag)) throw noTag(idOf(server), request.params.tag);
        return {};
      },
    }),
    route({
      method: "PUT",
      path: itemPath,
      since,
      policy: policy("update"),
      status: 201,
      handle: async (request) => {
        const { id, tag } = request.params;
        checkTag(tag);
        const server = await findServer(world, request, id);
        const headers = { Location: request.url(`/v2.1/servers/${id}/tags/${encodeURIComponent(tag)}`) };
        if (server.spec.tags?.includes(tag)) return { status: 204, headers };
        await world.servers.update(server, ({ spec }) => {
          spec.tags = [...new Set([...(spec.tags ?? []), tag])];
          if (spec.tags.length > maxTags) throw invalid(`The number of tags exceeded the per-server limit ${maxTags}`);
        });
        return { headers };
      },
    }),
    route({
      method: "DELETE",
      path: itemPath,
      since,
      policy: policy("delete"),
      status: 204,
      handle: async (request) => {
        const server = await findServer(world, request, request.params.id);
        await world.servers.update(server, ({ spec }) => {
          if (!spec.tags?.includes(request.params.tag)) throw noTag(idOf(server), request.params.tag);
          spec.tags = spec.tags.filter((tag) => tag !== request.params.tag);
        });
        return {};
      },
    }),
  ];
}

const noTag = (id: string, tag: string) => new KumulusError("NotFound", `Server ${id} has no tag '${tag.slice(0, maxLength)}'`);
