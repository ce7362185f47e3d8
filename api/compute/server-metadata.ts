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
  const unlocked = async (auth: Parameters<typeof findServer>[1], id: string) => {
    const server = await findServer(world, auth, id);
    refuseLocked(server, auth);
    return server;
  };
  return [
    route({
      method: "GET",
      path: listPath,
      policy: policy("index"),
      handle: async ({ auth, params }) => ({ body: { metadata: (await findServer(world, auth, params.id)).spec.metadata ?? {} } }),
    }),
    route({
      method: "POST",
      path: listPath,
      policy: policy("create"),
      body: exact({ metadata: Metadata }),
      handle: async ({ auth, params, body }) => ({
        body: { metadata: await set(world, await unlocked(auth, params.id), body.metadata, false) },
      }),
    }),
    route({
      method: "PUT",
      path: listPath,
      policy: policy("update_all"),
      body: exact({ metadata: Metadata }),
      handle: async ({ auth, params, body }) => ({
        body: { metadata: await set(world, await unlocked(auth, params.id), body.metadata, true) },
      }),
    }),
    route({
      method: "GET",
      path: itemPath,
      policy: policy("show"),
      handle: async ({ auth, params }) => {
        const value = (await findServer(world, auth, params.id)).spec.metadata?.[params.key];
        if (value === undefined) throw noKey();
        return { body: { meta: { [params.key]: value } } };
      },
    }),
    route({
      method: "PUT",
      path: itemPath,
      policy: policy("update"),
      body: Meta,
      handle: async ({ auth, params, body }) => {
        const server = await unlocked(auth, params.id);
        if (!(params.key in body.meta)) throw new KumulusError("Invalid", "Request body and URI mismatch");
        await set(world, server, body.meta, false);
        return { body };
      },
    }),
    route({
      method: "DELETE",
      path: itemPath,
      policy: policy("delete"),
      status: 204,
      handle: async ({ auth, params }) => {
        await world.servers.update(await unlocked(auth, params.id), ({ spec }) => {
          if (spec.metadata?.[params.key] === undefined) throw noKey();
          delete spec.metadata[params.key];
        });
        return {};
      },
    }),
  ];
}
