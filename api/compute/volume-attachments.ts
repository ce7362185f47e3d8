// Nova /servers/{id}/os-volume_attachments (Compute API, "Servers with volume attachments"). The server's spec is changed; its controller plugs.
import { Type } from "typebox";
import { nextDevice } from "../../domain/compute/devices.ts";
import { attachmentIDOf } from "../../domain/compute/names.ts";
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { Server, ServerVolume } from "../../models/compute/server.ts";
import type { Volume } from "../../models/volume/volume.ts";
import { limitOf } from "../http/paging.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Reply, type Route, route } from "../http/route.ts";
import { recordAction } from "./action-record.ts";
import { checkAttachable, type Reservations } from "./attachable.ts";
import { exact, Flag, isTrue, nullable, Tag, UUID } from "./fields.ts";
import { findServer, refuseLocked, requireState, targetOf } from "./server-lookup.ts";
import { type HeldVolume, heldVolumes } from "./server-parts.ts";
import { windows } from "./windows.ts";
import type { ComputeWorld } from "./world.ts";

const listPath = "/v2.1/servers/:server/os-volume_attachments";
const itemPath = "/v2.1/servers/:server/os-volume_attachments/:volume";
const Device = Type.Optional(nullable(Type.String({ pattern: "^/dev/x?[a-z]?d?[a-z]+[0-9]*$" })));
const attachable = ["active", "paused", "stopped", "resized", "shelved"];

interface Attach {
  volumeId: string;
  device?: string | null;
  tag?: string;
  delete_on_termination?: boolean | string;
}

const attachBody = (minor: number) =>
  exact({
    volumeAttachment: exact({
      volumeId: UUID,
      device: Device,
      ...(minor >= 49 ? { tag: Type.Optional(Tag) } : {}),
      ...(minor >= 79 ? { delete_on_termination: Type.Optional(Flag) } : {}),
    }),
  });

const updateBody = exact({
  volumeAttachment: exact({
    volumeId: UUID,
    delete_on_termination: Type.Optional(Flag),
    id: Type.Optional(UUID),
    serverId: Type.Optional(UUID),
    device: Device,
    tag: Type.Optional(nullable(Tag)),
  }),
});

/** One attachment. From 2.89 on it has an id of its own and no longer the volume's. `created`: the answer of the attachment itself keeps the older form. */
export function viewAttachment(server: Server, volume: Volume, held: HeldVolume, minor: number, created = false) {
  const [serverId, volumeId] = [idOf(server), idOf(volume)];
  const derived = attachmentIDOf(serverId, volumeId);
  return {
    ...(minor < 89 || created ? { id: volumeId } : { attachment_id: held.attachmentID ?? derived, bdm_uuid: derived }),
    volumeId,
    serverId,
    device: held.device ?? null,
    ...(minor < 70 ? {} : { tag: held.tag ?? null }),
    ...(minor < 79 ? {} : { delete_on_termination: held.deleteOnTermination }),
  };
}

export function volumeAttachmentRoutes(world: ComputeWorld, reservations: Reservations): Route[] {
  return [
    route({
      method: "GET",
      path: listPath,
      policy: "os_compute_api:os-volumes-attachments:index",
      handle: async (request) => {
        const server = await findServer(world, request, request.params.server);
        const limit = limitOf(lastValueOf(request.query, "limit")) ?? 1000;
        const offset = limitOf(lastValueOf(request.query, "offset")) ?? 0;
        const held = heldVolumes(server).slice(offset, offset + limit);
        return { body: { volumeAttachments: held.flatMap((entry) => viewHeld(world, server, entry, request.microversion)) } };
      },
    }),
    route({
      method: "GET",
      path: itemPath,
      policy: "os_compute_api:os-volumes-attachments:show",
      handle: async (request) => {
        const server = await findServer(world, request, request.params.server);
        const { volume, held } = attached(world, server, request.params.volume);
        return { body: { volumeAttachment: viewAttachment(server, volume, held, request.microversion) } };
      },
    }),
    ...windows([1, 49, 79], (minor) => ({
      method: "POST",
      path: listPath,
      policy: "os_compute_api:os-volumes-attachments:create",
      body: attachBody(minor),
      handle: (request: ApiRequest) =>
        attach(world, reservations, request, (request.body as { volumeAttachment: Attach }).volumeAttachment),
    })),
    route({
      method: "PUT",
      path: itemPath,
      policy: "os_compute_api:os-volumes-attachments:update",
      status: 202,
      body: updateBody,
      handle: (request) => update(world, request, request.params, request.body.volumeAttachment),
    }),
    route({
      method: "DELETE",
      path: itemPath,
      policy: "os_compute_api:os-volumes-attachments:delete",
      status: 202,
      handle: (request) => detach(world, request, request.params),
    }),
  ];
}

function viewHeld(world: ComputeWorld, server: Server, held: HeldVolume, minor: number): object[] {
  const volume = world.volumes.get(held.name, server.metadata.namespace);
  return volume ? [viewAttachment(server, volume, held, minor)] : [];
}

/** NotFound (404) for a volume that the server does not have. */
function attached(world: ComputeWorld, server: Server, volumeID: string): { volume: Volume; held: HeldVolume } {
  const volume = world.volumes.byIndex("id", volumeID).find(({ metadata }) => metadata.namespace === server.metadata.namespace);
  const held = volume && heldVolumes(server).find(({ name }) => name === volume.metadata.name);
  if (volume && held) return { volume, held };
  throw new KumulusError("NotFound", `volume_id not found: ${volumeID.slice(0, 100)}`);
}

async function attach(world: ComputeWorld, reservations: Reservations, request: ApiRequest, body: Attach): Promise<Reply> {
  const server = await findServer(world, request, request.params.server ?? "");
  const volume = await world.volumes.byId(body.volumeId);
  if (!volume || volume.metadata.namespace !== server.metadata.namespace) {
    throw new KumulusError("NotFound", `Volume ${body.volumeId} could not be found.`);
  }
  refuseLocked(server, request.auth);
  requireState(world, server, "attach_volume", attachable, { busyToo: true });
  checkAttachable(world, volume);
  const taken = new Set(heldVolumes(server).flatMap(({ device }) => device ?? []));
  if (body.device && taken.has(body.device)) throw new KumulusError("Conflict", `The supplied device path (${body.device}) is in use.`);
  const entry: ServerVolume = {
    name: volume.metadata.name,
    deleteOnTermination: isTrue(body.delete_on_termination),
    ...(body.device ? { device: body.device } : {}),
    ...(body.tag === undefined ? {} : { tag: body.tag }),
  };
  const changed = await reservations.during([volume], () =>
    world.servers.update(server, ({ spec }) => {
      spec.volumes = [...(spec.volumes ?? []).filter(({ name }) => name !== entry.name), entry];
    }),
  );
  await recordAction(world, request, server, { action: "AttachVolume" });
  const held = heldVolumes(changed).find(({ name }) => name === entry.name);
  const shown = { ...(held as HeldVolume), device: entry.device ?? nextDevice("sd", taken) };
  return { body: { volumeAttachment: viewAttachment(changed, volume, shown, request.microversion, true) } };
}

type Params = { readonly server: string; readonly volume: string };

/** Only what happens to the volume at the server's end can change; another volume in its place can not be swapped in. */
async function update(
  world: ComputeWorld,
  request: Pick<ApiRequest, "auth" | "permit" | "require" | "microversion">,
  params: Params,
  body: { volumeId: string; delete_on_termination?: boolean | string },
): Promise<Reply> {
  const server = await findServer(world, request, params.server);
  const { volume } = attached(world, server, params.volume);
  if (body.volumeId !== params.volume) request.require("os_compute_api:os-volumes-attachments:swap", targetOf(world, server));
  if (body.volumeId !== params.volume || request.microversion < 85) {
    throw new KumulusError("NotImplemented", "Swapping volumes is not supported.");
  }
  await world.servers.update(server, ({ spec }) => {
    const entry = spec.volumes?.find(({ name }) => name === volume.metadata.name);
    if (entry && body.delete_on_termination !== undefined) entry.deleteOnTermination = isTrue(body.delete_on_termination);
  });
  return {};
}

async function detach(world: ComputeWorld, request: Pick<ApiRequest, "id" | "auth" | "permit">, params: Params): Promise<Reply> {
  const server = await findServer(world, request, params.server);
  refuseLocked(server, request.auth);
  const { volume, held } = attached(world, server, params.volume);
  if (held.bootIndex === 0) throw new KumulusError("Forbidden", "Cannot detach a root device volume");
  requireState(world, server, "detach_volume", attachable, { busyToo: true });
  const leaving = !server.spec.volumes?.some(({ name }) => name === volume.metadata.name);
  if (leaving) throw new KumulusError("Invalid", `Invalid volume: Volume ${idOf(volume)} is being detached already.`);
  await world.servers.update(server, ({ spec }) => {
    spec.volumes = (spec.volumes ?? []).filter(({ name }) => name !== volume.metadata.name);
  });
  await recordAction(world, request, server, { action: "DetachVolume" });
  return {};
}
