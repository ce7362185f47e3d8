// Cinder v3 /volumes: list, show, create, update, delete, summary (Block Storage API v3, "Volumes").
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { Volume } from "../../models/volume/volume.ts";
import { windows } from "../compute/windows.ts";
import { limitOf, pageLinks, pageOf } from "../http/paging.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Reply, Route } from "../http/route.ts";
import { createVolume } from "./volume-create.ts";
import { listVolumes } from "./volume-list.ts";
import { findVolume, projectRoute } from "./volume-lookup.ts";
import { type CreateVolume, createBody, texts, type UpdateVolume, updateBody } from "./volume-schema.ts";
import { shownStatus } from "./volume-state.ts";
import { type Viewer, viewerOf, viewVolume, viewVolumeBrief, viewVolumeSummary } from "./volume-view.ts";
import type { VolumeWorld } from "./world.ts";

export function volumeRoutes(world: VolumeWorld): Route[] {
  return [
    projectRoute({
      method: "GET",
      path: "/volumes",
      policy: "volume:get_all",
      handle: (request) => list(world, request, viewVolumeBrief),
    }),
    projectRoute({
      method: "GET",
      path: "/volumes/detail",
      policy: "volume:get_all",
      handle: (request) => list(world, request, (volume, viewer) => viewVolume(world, volume, viewer)),
    }),
    projectRoute({
      method: "GET",
      path: "/volumes/summary",
      policy: "volume:get_all",
      since: 12,
      handle: (request) => summary(world, request),
    }),
    projectRoute({
      method: "GET",
      path: "/volumes/:id",
      policy: "volume:get",
      handle: async (request) => ({
        body: { volume: viewVolume(world, await findVolume(world, request, request.params.id), viewerOf(request)) },
      }),
    }),
    ...windows([0, 53], (minor) =>
      projectRoute({
        method: "POST",
        path: "/volumes",
        policy: "volume:create",
        status: 202,
        body: createBody(minor),
        handle: async (request) => {
          const volume = await createVolume(world, request, request.body.volume as CreateVolume);
          return { body: { volume: viewVolumeSummary(world, volume, viewerOf(request)) } };
        },
      }),
    ),
    ...windows([0, 53], (minor) =>
      projectRoute({
        method: "PUT",
        path: "/volumes/:id",
        policy: "volume:update",
        body: updateBody(minor),
        handle: async (request) => {
          const volume = await findVolume(world, request, request.params.id);
          const changed = await update(world, volume, request.body.volume as UpdateVolume);
          return { body: { volume: viewVolumeSummary(world, changed, viewerOf(request)) } };
        },
      }),
    ),
    projectRoute({
      method: "DELETE",
      path: "/volumes/:id",
      policy: "volume:delete",
      status: 202,
      handle: async (request) => {
        await remove(world, await findVolume(world, request, request.params.id));
        return {};
      },
    }),
  ];
}

type ListRequest = ApiRequest<unknown>;

function list(world: VolumeWorld, request: ListRequest, view: (volume: Volume, viewer: Viewer) => object): Reply {
  const { query, microversion } = request;
  const all = listVolumes(world, request);
  const offset = limitOf(lastValueOf(query, "offset")) ?? 0;
  const page = pageOf<Volume>(all.slice(offset), {
    limit: limitOf(lastValueOf(query, "limit")),
    marker: lastValueOf(query, "marker"),
    id: idOf,
  });
  const viewer = viewerOf(request);
  const count = microversion >= 45 && lastValueOf(query, "with_count")?.toLowerCase() === "true" ? { count: all.length } : {};
  return { body: { volumes: page.items.map((volume) => view(volume, viewer)), ...pageLinks(request, "volumes", page), ...count } };
}

function summary(world: VolumeWorld, request: ListRequest): Reply {
  const volumes = listVolumes(world, request);
  const metadata: Record<string, string[]> = {};
  for (const [key, value] of volumes.flatMap(({ spec }) => Object.entries(spec.metadata ?? {}))) {
    metadata[key] = [...new Set([...(metadata[key] ?? []), value])];
  }
  const total = { total_count: volumes.length, total_size: volumes.reduce((sum, { spec }) => sum + spec.sizeGiB, 0) };
  return { body: { "volume-summary": { ...total, ...(request.microversion < 36 ? {} : { metadata }) } } };
}

function update(world: VolumeWorld, volume: Volume, body: UpdateVolume): Promise<Volume> {
  const name = body.name ?? body.display_name;
  const description = body.description === undefined ? body.display_description : body.description;
  return world.volumes.update(volume, ({ spec }) => {
    if (name !== undefined && name !== null) spec.displayName = name;
    if (description === null) delete spec.description;
    else if (description !== undefined) spec.description = description;
    if (body.metadata) spec.metadata = { ...spec.metadata, ...texts(body.metadata) };
  });
}

const deletable: ReadonlySet<string> = new Set(["available", "error", "error_deleting"]);

async function remove(world: VolumeWorld, volume: Volume): Promise<void> {
  const status = shownStatus(volume, world.holders(volume));
  if (status === "deleting") return;
  if (!deletable.has(status)) {
    throw new KumulusError(
      "Invalid",
      `Invalid volume: Volume status must be available or error or error_deleting and must not be attached, but the current status is ${status}.`,
    );
  }
  await world.volumes.delete(volume);
}
