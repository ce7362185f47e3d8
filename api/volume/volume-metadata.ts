// Cinder v3 /volumes/{id}/metadata (Block Storage API v3, "Volumes", metadata).
import { KumulusError } from "../../domain/errors.ts";
import type { Volume } from "../../models/volume/volume.ts";
import type { Route } from "../http/route.ts";
import { findVolume, projectRoute } from "./volume-lookup.ts";
import { MetaBody, MetadataBody, texts } from "./volume-schema.ts";
import type { VolumeWorld } from "./world.ts";

const listPath = "/volumes/:id/metadata";
const itemPath = "/volumes/:id/metadata/:key";

export function volumeMetadataRoutes(world: VolumeWorld): Route[] {
  const set = async (volume: Volume, metadata: Record<string, string>, replaces: boolean) => {
    const changed = await world.volumes.update(volume, ({ spec }) => {
      spec.metadata = replaces ? metadata : { ...spec.metadata, ...metadata };
    });
    return { body: { metadata: changed.spec.metadata ?? {} } };
  };
  const noKey = (key: string) => new KumulusError("NotFound", `Volume has no metadata with key ${key.slice(0, 255)}.`);
  return [
    projectRoute({
      method: "GET",
      path: listPath,
      policy: "volume:get_volume_metadata",
      handle: async (request) => ({ body: { metadata: (await findVolume(world, request, request.params.id)).spec.metadata ?? {} } }),
    }),
    projectRoute({
      method: "POST",
      path: listPath,
      policy: "volume:create_volume_metadata",
      body: MetadataBody,
      handle: async (request) => set(await findVolume(world, request, request.params.id), texts(request.body.metadata), false),
    }),
    projectRoute({
      method: "PUT",
      path: listPath,
      policy: "volume:update_volume_metadata",
      body: MetadataBody,
      handle: async (request) => set(await findVolume(world, request, request.params.id), texts(request.body.metadata), true),
    }),
    projectRoute({
      method: "GET",
      path: itemPath,
      policy: "volume:get_volume_metadata",
      handle: async (request) => {
        const value = (await findVolume(world, request, request.params.id)).spec.metadata?.[request.params.key];
        if (value === undefined) throw noKey(request.params.key);
        return { body: { meta: { [request.params.key]: value } } };
      },
    }),
    projectRoute({
      method: "PUT",
      path: itemPath,
      policy: "volume:update_volume_metadata",
      body: MetaBody,
      handle: async (request) => {
        const volume = await findVolume(world, request, request.params.id);
        const meta = texts(request.body.meta);
        if (Object.keys(meta).length !== 1 || meta[request.params.key] === undefined) {
          throw new KumulusError("Invalid", "Request body and URI mismatch: the body must have the one key of the URL.");
        }
        await set(volume, meta, false);
        return { body: { meta } };
      },
    }),
    projectRoute({
      method: "DELETE",
      path: itemPath,
      policy: "volume:delete_volume_metadata",
      handle: async (request) => {
        await world.volumes.update(await findVolume(world, request, request.params.id), ({ spec }) => {
          if (spec.metadata?.[request.params.key] === undefined) throw noKey(request.params.key);
          delete spec.metadata[request.params.key];
        });
        return {};
      },
    }),
  ];
}
