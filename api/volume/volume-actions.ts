// Cinder v3 /volumes/{id}/action (Block Storage API v3, "Volume actions"): extend, bootable and read-only flags. Servers attach through Nova.
import { Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { Volume } from "../../models/volume/volume.ts";
import { exact, Flag, isTrue } from "../compute/fields.ts";
import type { Reply, Route } from "../http/route.ts";
import { missingRule } from "./missing.ts";
import { findVolume, projectRoute } from "./volume-lookup.ts";
import { shownStatus } from "./volume-state.ts";
import { readOnlySet } from "./volume-view.ts";
import type { VolumeWorld } from "./world.ts";

const path = "/volumes/:id/action";

/** Those that Cinder has and this cloud has not yet, or that only Nova's own code may use. */
const missing = [
  "os-attach",
  "os-detach",
  "os-reserve",
  "os-unreserve",
  "os-begin_detaching",
  "os-roll_detaching",
  "os-initialize_connection",
  "os-terminate_connection",
  "os-volume_upload_image",
  "os-set_image_metadata",
  "os-unset_image_metadata",
  "os-show_image_metadata",
  "os-retype",
  "os-force_delete",
  "os-force_detach",
  "os-reset_status",
  "os-migrate_volume",
  "os-migrate_volume_completion",
  "os-reimage",
  "os-unmanage",
  "os-extend_volume_completion",
  "revert",
];

export function volumeActionRoutes(world: VolumeWorld): Route[] {
  return [
    projectRoute({
      method: "POST",
      path,
      policy: "volume:extend",
      status: 202,
      action: "os-extend",
      body: exact({
        "os-extend": exact({ new_size: Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: "^[0-9]{1,9}$" })]) }),
      }),
      handle: async (request) =>
        extend(
          world,
          await findVolume(world, request, request.params.id),
          Number(request.body["os-extend"].new_size),
          request.microversion >= 42,
        ),
    }),
    projectRoute({
      method: "POST",
      path,
      policy: "volume_extension:volume_actions:set_bootable",
      action: "os-set_bootable",
      body: exact({ "os-set_bootable": exact({ bootable: Flag }) }),
      handle: async (request) => {
        const bootable = isTrue(request.body["os-set_bootable"].bootable);
        await world.volumes.patch(await findVolume(world, request, request.params.id), { spec: { bootable } });
        return {};
      },
    }),
    projectRoute({
      method: "POST",
      path,
      policy: "volume:update_readonly_flag",
      status: 202,
      action: "os-update_readonly_flag",
      body: exact({ "os-update_readonly_flag": exact({ readonly: Flag }) }),
      handle: async (request) => {
        const volume = await findVolume(world, request, request.params.id);
        requireAvailable(world, volume, "update its readonly flag");
        const readOnly = isTrue(request.body["os-update_readonly_flag"].readonly);
        await world.volumes.patch(volume, { metadata: { annotations: { [readOnlySet]: "true" } }, spec: { readOnly } });
        return {};
      },
    }),
    ...missing.map((action) =>
      projectRoute({
        method: "POST",
        path,
        policy: missingRule,
        action,
        body: Type.Object({}),
        handle: async (request): Promise<Reply> => {
          await findVolume(world, request, request.params.id);
          throw new KumulusError("NotImplemented", `${action} is not implemented by this cloud.`);
        },
      }),
    ),
  ];
}

function requireAvailable(world: VolumeWorld, volume: Volume, what: string, others: readonly string[] = []): void {
  const status = shownStatus(volume, world.holders(volume));
  if (status === "available" || others.includes(status)) return;
  throw new KumulusError("Invalid", `Invalid volume: Volume ${idOf(volume)} status must be 'available' to ${what}, currently ${status}.`);
}

async function extend(world: VolumeWorld, volume: Volume, sizeGiB: number, evenInUse: boolean): Promise<Reply> {
  requireAvailable(world, volume, "extend", evenInUse ? ["in-use"] : []);
  const current = volume.spec.sizeGiB;
  if (sizeGiB <= current) {
    throw new KumulusError(
      "Invalid",
      `Invalid input received: New size for extend must be greater than current size. (current: ${current}, extended: ${sizeGiB}).`,
    );
  }
  await world.volumes.patch(volume, { spec: { sizeGiB } });
  return {};
}
