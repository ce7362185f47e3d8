// Nova /servers/{id}/os-instance-actions (Compute API, "Servers actions"): ServerActions, and the creation itself, newest first.
import { createdBy, requestOf } from "../../domain/created-by.ts";
import { KumulusError } from "../../domain/errors.ts";
import { createdAt, idOf } from "../../domain/id.ts";
import type { Server } from "../../models/compute/server.ts";
import type { ServerAction, ServerActionSpec } from "../../models/compute/server-action.ts";
import { limitOf, pageOf, pageURL } from "../http/paging.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Reply, type Route, route } from "../http/route.ts";
import type { Viewer } from "./links.ts";
import { findServer, viewerOf } from "./server-lookup.ts";
import { hostID } from "./server-parts.ts";
import { isoMicros } from "./time.ts";
import { type ComputeWorld, cacheKey } from "./world.ts";

interface Entry {
  action: string;
  requestID: string;
  userID: string;
  projectID: string;
  start: string;
  finish: string | undefined;
  failed: boolean;
  message: string | undefined;
  event: string;
}

const names: Record<ServerActionSpec["action"], [action: string, event: string]> = {
  Create: ["create", "compute__do_build_and_run_instance"],
  Start: ["start", "compute_start_instance"],
  Stop: ["stop", "compute_stop_instance"],
  Reboot: ["reboot", "compute_reboot_instance"],
  Delete: ["delete", "compute_terminate_instance"],
  AttachVolume: ["attach_volume", "compute_attach_volume"],
  DetachVolume: ["detach_volume", "compute_detach_volume"],
  AttachInterface: ["attach_interface", "compute_attach_interface"],
  DetachInterface: ["detach_interface", "compute_detach_interface"],
};

export function instanceActionRoutes(world: ComputeWorld): Route[] {
  return [
    route({
      method: "GET",
      path: "/v2.1/servers/:id/os-instance-actions",
      policy: "os_compute_api:os-instance-actions:list",
      handle: async (request) => list(world, request, await findServer(world, request, request.params.id)),
    }),
    route({
      method: "GET",
      path: "/v2.1/servers/:id/os-instance-actions/:request",
      policy: "os_compute_api:os-instance-actions:show",
      handle: async (request) => {
        const server = await findServer(world, request, request.params.id);
        const entry = entriesOf(world, server).find(({ requestID }) => requestID === request.params.request);
        if (!entry) throw new KumulusError("NotFound", `Action ${request.params.request.slice(0, 100)} not found`);
        return { body: { instanceAction: viewEntryWithEvents(world, server, entry, viewerOf(request)) } };
      },
    }),
  ];
}

function entriesOf(world: ComputeWorld, server: Server): Entry[] {
  const { metadata } = server;
  const actions = world.actions
    .byIndex("server", cacheKey(metadata.namespace, metadata.name))
    .map((action) => entryOf(world, server, action));
  return [creation(world, server), ...actions].sort((a, b) => (a.start < b.start ? 1 : a.start > b.start ? -1 : 0));
}

/** No object records it: the Server itself does. */
function creation(world: ComputeWorld, server: Server): Entry {
  const { metadata, status } = server;
  const failed = status?.phase === "ERROR" && status.launchedAt === undefined;
  const [action, event] = names.Create;
  return {
    action,
    event,
    requestID: requestOf(server) || `req-${idOf(server)}`,
    userID: createdBy(server),
    projectID: world.projectOf(metadata.namespace),
    start: createdAt(server),
    finish: status?.launchedAt ?? (failed ? status.fault?.created : undefined),
    failed,
    message: failed ? "Error" : undefined,
  };
}

function entryOf(world: ComputeWorld, server: Server, record: ServerAction): Entry {
  const { spec, status } = record;
  const [action, event] = names[spec.action];
  const user = spec.userRef && world.users.get(spec.userRef.name);
  const tenant = spec.tenantRef && world.tenants.get(spec.tenantRef.name);
  const failed = status?.phase === "Failed";
  return {
    action,
    event,
    requestID: spec.requestID ?? `req-${idOf(record)}`,
    userID: user ? idOf(user) : "",
    projectID: tenant ? idOf(tenant) : world.projectOf(server.metadata.namespace),
    start: createdAt(record),
    finish: status?.finishedAt,
    failed,
    message: failed ? "Error" : undefined,
  };
}

function list(world: ComputeWorld, request: ApiRequest<unknown>, server: Server): Reply {
  const { microversion, query } = request;
  const viewer = viewerOf(request);
  const view = (entry: Entry) => viewEntry(server, entry, viewer);
  const entries = entriesOf(world, server);
  if (microversion < 58) return { body: { instanceActions: entries.map(view) } };
  const [since, before] = [
    timeOf(query["changes-since"], "changes-since"),
    timeOf(microversion < 66 ? undefined : query["changes-before"], "changes-before"),
  ];
  const fits = entries.filter((entry) => {
    const time = Date.parse(entry.finish ?? entry.start);
    return (since === undefined || time >= since) && (before === undefined || time <= before);
  });
  const id = ({ requestID }: Entry) => requestID;
  const page = pageOf(fits, { limit: limitOf(lastValueOf(query, "limit")), marker: lastValueOf(query, "marker"), id });
  const links = page.next === undefined ? {} : { links: [{ rel: "next", href: pageURL(request, page.next) }] };
  return { body: { instanceActions: page.items.map(view), ...links } };
}

function timeOf(text: string | readonly string[] | undefined, field: string): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(String(text));
  if (Number.isNaN(time)) throw new KumulusError("Invalid", `Invalid filter field: ${field}.`);
  return time;
}

function viewEntry(server: Server, entry: Entry, { minor }: Viewer) {
  return {
    action: entry.action,
    instance_uuid: idOf(server),
    request_id: entry.requestID,
    user_id: entry.userID,
    project_id: entry.projectID,
    start_time: isoMicros(entry.start),
    message: entry.message ?? null,
    ...(minor < 58 ? {} : { updated_at: isoMicros(entry.finish ?? entry.start) }),
  };
}

/** Events are for administrators, and from 2.51 on for everybody, without what only administrators may see. */
function viewEntryWithEvents(world: ComputeWorld, server: Server, entry: Entry, viewer: Viewer) {
  const base = viewEntry(server, entry, viewer);
  if (!viewer.admin && viewer.minor < 51) return base;
  const { node } = server.status ?? {};
  const event = {
    event: entry.event,
    start_time: isoMicros(entry.start),
    finish_time: entry.finish === undefined ? null : isoMicros(entry.finish),
    result: entry.finish === undefined ? null : entry.failed ? "Error" : "Success",
    ...(viewer.admin ? { traceback: null } : {}),
    ...(viewer.minor < 62
      ? {}
      : { hostId: hostID(world.projectOf(server.metadata.namespace), node), ...(viewer.admin ? { host: node ?? "" } : {}) }),
    ...(viewer.minor < 84 ? {} : { details: null }),
  };
  return { ...base, events: [event] };
}
