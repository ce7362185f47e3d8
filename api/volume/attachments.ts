// Cinder v3 /attachments, from 3.27 on (Block Storage API v3, "Attachments"): what servers hold. They are made through Nova, so here they are only read.
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { Volume, VolumeAttachment } from "../../models/volume/volume.ts";
import { isTrue } from "../compute/fields.ts";
import { isoMicros } from "../compute/time.ts";
import { limitOf, pageLinks, pageOf } from "../http/paging.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Reply, Route } from "../http/route.ts";
import { projectRoute } from "./volume-lookup.ts";
import { attachmentID } from "./volume-view.ts";
import type { VolumeWorld } from "./world.ts";

const since = 27;

interface Held {
  id: string;
  volume: Volume;
  attachment: VolumeAttachment;
}

export function attachmentRoutes(world: VolumeWorld): Route[] {
  return [
    projectRoute({
      method: "GET",
      path: "/attachments",
      since,
      policy: "volume:get_all_attachments",
      handle: (request) => list(world, request, (held) => viewBrief(world, held)),
    }),
    projectRoute({
      method: "GET",
      path: "/attachments/detail",
      since,
      policy: "volume:get_all_attachments",
      handle: (request) => list(world, request, (held) => viewAttachment(world, held)),
    }),
    projectRoute({
      method: "GET",
      path: "/attachments/:id",
      since,
      policy: "volume:get_attachment",
      handle: (request) => {
        const { id } = request.params;
        const held = allHeld(world, request.auth.isAdmin ? world.volumes.list() : world.volumes.list(request.project.namespace)).find(
          (one) => one.id === id,
        );
        if (!held)
          throw new KumulusError("NotFound", `Volume attachment could not be found with filter: attachment_id = ${id.slice(0, 100)}.`);
        return { body: { attachment: viewAttachment(world, held) } };
      },
    }),
  ];
}

function allHeld(world: VolumeWorld, volumes: readonly Volume[]): Held[] {
  return volumes.flatMap((volume) =>
    (volume.status?.attachments ?? []).map((attachment) => ({ id: attachmentID(world, volume, attachment), volume, attachment })),
  );
}

function list(world: VolumeWorld, request: ApiRequest<unknown>, view: (held: Held) => object): Reply {
  const { query, auth, project } = request;
  const all = auth.isAdmin && isTrue(lastValueOf(query, "all_tenants"));
  const [volumeID, instance] = [lastValueOf(query, "volume_id"), lastValueOf(query, "instance_id") ?? lastValueOf(query, "instance_uuid")];
  const held = allHeld(world, all ? world.volumes.list() : world.volumes.list(project.namespace)).filter(
    (one) => (volumeID === undefined || idOf(one.volume) === volumeID) && (instance === undefined || instanceOf(world, one) === instance),
  );
  const page = pageOf(held, { limit: limitOf(lastValueOf(query, "limit")), marker: lastValueOf(query, "marker"), id: ({ id }) => id });
  return { body: { attachments: page.items.map(view), ...pageLinks(request, "attachments", page) } };
}

function instanceOf(world: VolumeWorld, { volume, attachment }: Held): string | null {
  const server = world.servers.get(attachment.server, volume.metadata.namespace);
  return server ? idOf(server) : null;
}

function viewBrief(world: VolumeWorld, held: Held) {
  const { id, volume, attachment } = held;
  return {
    id,
    status: attachment.attachedAt === undefined ? "attaching" : "attached",
    instance: instanceOf(world, held),
    volume_id: idOf(volume),
  };
}

function viewAttachment(world: VolumeWorld, held: Held) {
  const { attachment, volume } = held;
  return {
    ...viewBrief(world, held),
    attached_at: attachment.attachedAt === undefined ? "" : isoMicros(attachment.attachedAt),
    detached_at: "",
    attach_mode: volume.spec.readOnly ? "ro" : "rw",
    connection_info: {},
  };
}
