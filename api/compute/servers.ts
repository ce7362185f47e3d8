// Nova /servers: list, show, create, update, delete (Compute API, "Servers").
import { idOf } from "../../domain/id.ts";
import { canonicalAddress } from "../../domain/net/address.ts";
import type { Server } from "../../models/compute/server.ts";
import { limitOf, pageLinks, pageOf } from "../http/paging.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Reply, type Route, route } from "../http/route.ts";
import type { Reservations } from "./attachable.ts";
import { isTrue } from "./fields.ts";
import { links, type Viewer } from "./links.ts";
import { existing } from "./server-block-devices.ts";
import { createServers } from "./server-create.ts";
import { listServers } from "./server-list.ts";
import { findServer, refuseLocked, viewerOf } from "./server-lookup.ts";
import { checkRequest } from "./server-request.ts";
import { type CreateServer, createBody, createSince, type UpdateServer, updateBody, updateSince } from "./server-schema.ts";
import { viewServer, viewServerBrief, viewServerDetail, viewUpdatedServer } from "./server-view.ts";
import { windows } from "./windows.ts";
import type { ComputeWorld } from "./world.ts";

interface CreateRequest {
  server: CreateServer;
  "os:scheduler_hints"?: Record<string, unknown>;
  "OS-SCH-HNT:scheduler_hints"?: Record<string, unknown>;
}

export function serverRoutes(world: ComputeWorld, reservations: Reservations): Route[] {
  return [
    route({
      method: "GET",
      path: "/v2.1/servers",
      policy: "os_compute_api:servers:index",
      handle: (request) => list(world, request, viewServerBrief),
    }),
    route({
      method: "GET",
      path: "/v2.1/servers/detail",
      policy: "os_compute_api:servers:detail",
      handle: (request) => list(world, request, (server, viewer) => viewServerDetail(world, server, viewer)),
    }),
    route({
      method: "GET",
      path: "/v2.1/servers/:id",
      policy: "os_compute_api:servers:show",
      handle: async (request) => {
        const server = await findServer(world, request, request.params.id);
        return { body: { server: viewServer(world, server, viewerOf(request)) } };
      },
    }),
    ...windows(createSince, (minor) => ({
      method: "POST",
      path: "/v2.1/servers",
      policy: "os_compute_api:servers:create",
      status: 202,
      body: createBody(minor),
      handle: (request: ApiRequest) => create(world, reservations, request, request.body as CreateRequest),
    })),
    ...windows(updateSince, (minor) => ({
      method: "PUT",
      path: "/v2.1/servers/:id",
      policy: "os_compute_api:servers:update",
      body: updateBody(minor),
      handle: (request: ApiRequest) => update(world, request, (request.body as { server: UpdateServer }).server),
    })),
    route({
      method: "DELETE",
      path: "/v2.1/servers/:id",
      policy: "os_compute_api:servers:delete",
      status: 204,
      handle: async (request) => {
        const server = await findServer(world, request, request.params.id);
        refuseLocked(server, request.auth);
        if (server.metadata.deletionTimestamp === undefined) await world.servers.delete(server);
        return {};
      },
    }),
  ];
}

function list(world: ComputeWorld, request: ApiRequest<unknown>, view: (server: Server, viewer: Viewer) => object): Reply {
  const limit = limitOf(lastValueOf(request.query, "limit"));
  const marker = lastValueOf(request.query, "marker");
  const page = pageOf<Server>(listServers(world, request), { limit, marker, id: idOf });
  const viewer = viewerOf(request);
  return { body: { servers: page.items.map((server) => view(server, viewer)), ...pageLinks(request, "servers", page) } };
}

async function create(world: ComputeWorld, reservations: Reservations, request: ApiRequest, asked: CreateRequest): Promise<Reply> {
  const { server: body } = asked;
  const hints = asked["os:scheduler_hints"] ?? asked["OS-SCH-HNT:scheduler_hints"] ?? {};
  const checked = await checkRequest(world, body, request, hints);
  const made = await reservations.during(existing(checked.disks), () => createServers({ world, request, body, checked }));
  if (isTrue(body.return_reservation_id)) return { body: { reservation_id: made.reservationID } };
  const id = idOf(made.servers[0] as Server);
  const base = request.url("/v2.1");
  const server = {
    id,
    links: links(base, "servers", id),
    "OS-DCF:diskConfig": body["OS-DCF:diskConfig"] ?? "MANUAL",
    security_groups: (body.security_groups ?? [{ name: "default" }]).map(({ name = "default" }) => ({ name })),
    adminPass: made.adminPass,
  };
  return { body: { server }, headers: { Location: `${base}/servers/${id}` } };
}

async function update(world: ComputeWorld, request: ApiRequest, body: UpdateServer): Promise<Reply> {
  const { id = "" } = request.params;
  const server = await findServer(world, request, id);
  const changed = await world.servers.update(server, ({ spec }) => {
    if (body.name !== undefined) spec.displayName = body.name;
    if (body["OS-DCF:diskConfig"] !== undefined) spec.diskConfig = body["OS-DCF:diskConfig"];
    if (body.accessIPv4 !== undefined) spec.accessIPv4 = body.accessIPv4;
    if (body.accessIPv6 !== undefined) spec.accessIPv6 = canonicalAddress(body.accessIPv6) ?? body.accessIPv6;
    if (body.hostname !== undefined) spec.hostname = body.hostname;
    if (typeof body.description === "string") spec.description = body.description;
    else if (body.description === null) delete spec.description;
  });
  return { body: { server: viewUpdatedServer(world, changed, viewerOf(request)) } };
}
