// Nova /servers/{id}/metadata (Compute API, "Server metadata").
import { Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import type { Server } from "../../models/compute/server.ts";
import { type Route, route } from "../http/route.ts";
import { exact, Metadata } from "./fields.ts";
import { findServer, refuseLocked } from "./server-lookup.ts";
import { refuseMetadata } from "./usage.ts";
import type { ComputeWorld } from "./world.ts";

const listPath = "/v2.1/servers/:id/metadata";
const itemPath = "/v2.1/servers/:id/metadata/:key";
const policy = (verb: string) => `os_compute_api:server-metadata:${verb}`;
const Meta = exact({ meta: Type.Intersect([Metadata], { minProperties: 1, maxProperties: 1 }) });

/** Replaces or merges; OverQuota (403) past the project's limit. */
async function set(
  world: ComputeWorld,
  server: Server,
  metadata: Record<string, string>,
  replaces: boolean,
): Promise<Record<string, string>> {
  const [tenant] = world.tenants.byIndex("namespace", server.metadata.namespace ?? "");
  const changed = await world.servers.update(server, ({ spec }) => {
    spec.metadata = replaces ? metadata : { ...spec.metadata, ...metadata };
    refuseMetadata(world, tenant, spec.metadata);
  });
  return changed.spec.metadata ?? {};
}

const noKey = () => new KumulusError("NotFound", "Metadata item was not found");

export function serverMetadataRoutes(world: ComputeWorld): Route[] {
  const unlocked = async (request: Parameters<typeof findServer>[1], id: string) => {
    const server = await findServer(world, request, id);
    refuseLocked(server, request.auth);
    return server;
  };
  return [
    route({
      method: "GET",
      path: listPath,
      policy: policy("index"),
      handle: async (request) => ({ body: { metadata: (await findServer(world, request, request.params.id)).spec.metadata ?? {} } }),
    }),
    route({
      method: "POST",
      path: listPath,
      policy: policy("create"),
      body: exact({ metadata: Metadata }),
      handle: async (request) => ({
        body: { metadata: await set(world, await unlocked(request, request.params.id), request.body.metadata, false) },
      }),
    }),
    route({
      method: "PUT",
      path: listPath,
      policy: policy("update_all"),
      body: exact({ metadata: Metadata }),
      handle: async (request) => ({
        body: { metadata: await set(world, await unlocked(request, request.params.id), request.body.metadata, true) },
      }),
    }),
    route({
      method: "GET",
      path: itemPath,
      policy: policy("show"),
      handle: async (request) => {
        const value = (await findServer(world, request, request.params.id)).spec.metadata?.[request.params.key];
        if (value === undefined) throw noKey();
        return { body: { meta: { [request.params.key]: value } } };
      },
    }),
    route({
      method: "PUT",
      path: itemPath,
      policy: policy("update"),
      body: Meta,
      handle: async (request) => {
        const server = await unlocked(request, request.params.id);
        if (!(request.params.key in request.body.meta)) throw new KumulusError("Invalid", "Request body and URI mismatch");
        await set(world, server, request.body.meta, false);
        return { body: request.body };
      },
    }),
    route({
      method: "DELETE",
      path: itemPath,
      policy: policy("delete"),
      status: 204,
      handle: async (request) => {
        await world.servers.update(await unlocked(request, request.params.id), ({ spec }) => {
          if (spec.metadata?.[request.params.key] === undefined) throw noKey();
          delete spec.metadata[request.params.key];
        });
        return {};
      },
    }),
  ];
}
