// The Image controller: readiness by phase, golden disks that nobody needs any more, and the stored bytes at the end.

import { DataVolume } from "../../clients/cdi/kinds.ts";
import { finalizers } from "../../domain/finalizers.ts";
import { imageAnnotation } from "../../domain/image/golden.ts";
import { right } from "../../domain/rights.ts";
import { Server } from "../../models/compute/server.ts";
import { Image } from "../../models/image/image.ts";
import type { KubeObject } from "../../models/kind.ts";
import { Volume } from "../../models/volume/volume.ts";
import type { ConditionInput, Context, Result } from "../../operator/contract.ts";
import { defineController, index, watch } from "../../operator/controller/define-controller.ts";

/** The part of the image store that the controller needs; a location is `<store>:<key>`. */
export interface ImageRemover {
  delete(location: string): Promise<void>;
}

export interface ImageDependencies {
  imageStore: ImageRemover;
  /** How long a golden disk stays after its last user; 1 h when absent. */
  goldenIdleMs?: number;
  /** A monotonic clock in ms. */
  elapsedMs: () => number;
}

const hourMs = 60 * 60 * 1000;
const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`;
const keyOfObject = ({ metadata }: KubeObject) => keyOf(metadata.namespace, metadata.name);

/** Ready by Glance's status; the API moves the status on, since it alone sees the bytes. */
export function readyOfImage({ spec, status }: Image): ConditionInput {
  const no = (reason: string, message: string): ConditionInput => ({ type: "Ready", status: "False", reason, message });
  switch (status?.phase ?? "queued") {
    case "active":
      return { type: "Ready", status: "True", reason: "Active", message: "The image can be used" };
    case "queued":
      return spec.source?.url
        ? no("NotImplemented", "Import from a URL is not there yet: upload the bytes")
        : no("Queued", "Waiting for the bytes");
    case "deactivated":
      return no("Deactivated", "The image is deactivated: its bytes are locked");
    case "killed":
      return no("Killed", "The upload failed");
    default:
      return no("Transferring", "The bytes are on their way");
  }
}

function imageRefKey({ spec, metadata }: Server | Volume): string[] {
  return spec.imageRef ? [keyOf(spec.imageRef.namespace ?? metadata.namespace, spec.imageRef.name)] : [];
}

function imageOf({ spec, metadata }: Server | Volume) {
  if (!spec.imageRef) return [];
  const namespace = spec.imageRef.namespace ?? metadata.namespace;
  return [{ name: spec.imageRef.name, ...(namespace && { namespace }) }];
}

export function imageController({ imageStore, goldenIdleMs = hourMs, elapsedMs }: ImageDependencies) {
  /** Since when each golden disk (by uid) has had no user. Only in memory: after a restart the time begins anew, which is harmless. */
  const idleSince = new Map<string, number>();

  async function collectGolden(image: Image, ctx: Context): Promise<Result> {
    const goldens = ctx.byIndex(DataVolume, "image", keyOfObject(image));
    const used = [...ctx.byIndex(Server, "image", keyOfObject(image)), ...ctx.byIndex(Volume, "image", keyOfObject(image))].length > 0;
    let wakeAfterMs = Number.POSITIVE_INFINITY;
    for (const golden of goldens) {
      const { uid = "", name, namespace, deletionTimestamp } = golden.metadata;
      if (used || deletionTimestamp) {
        idleSince.delete(uid);
        continue;
      }
      const since = idleSince.get(uid) ?? elapsedMs();
      idleSince.set(uid, since);
      const left = since + goldenIdleMs - elapsedMs();
      if (left > 0) wakeAfterMs = Math.min(wakeAfterMs, left);
      else await ctx.delete(DataVolume, { name, ...(namespace && { namespace }) }, { uid });
    }
    return Number.isFinite(wakeAfterMs) ? { requeueAfterMs: wakeAfterMs } : {};
  }

  return defineController<Image>({
    kind: Image,
    finalizer: finalizers.image,
    owns: [DataVolume],
    watches: [watch(Server, imageOf), watch(Volume, imageOf)],
    indexes: [
      index(Server, "image", imageRefKey),
      index(Volume, "image", imageRefKey),
      index(DataVolume, "image", ({ metadata }) =>
        metadata.annotations?.[imageAnnotation] ? [keyOf(metadata.namespace, metadata.annotations[imageAnnotation])] : [],
      ),
    ],

    rights: [right(DataVolume, "delete")],

    async reconcile(image, ctx) {
      if (!image.status?.phase) return beginQueued(image, ctx);
      await ctx.applyStatus(Image, image, { conditions: [readyOfImage(image)] });
      return collectGolden(image, ctx);
    },

    async finalize(image, ctx): Promise<"done" | Result> {
      const goldens = ctx.byIndex(DataVolume, "image", keyOfObject(image));
      for (const { metadata } of goldens) {
        idleSince.delete(metadata.uid ?? "");
        await ctx.delete(DataVolume, metadata, metadata.uid === undefined ? {} : { uid: metadata.uid });
      }
      if (ctx.byIndex(DataVolume, "image", keyOfObject(image)).length > 0) return {};
      if (image.status?.location) await imageStore.delete(image.status.location);
      return "done";
    },
  });
}

/** The version guards it: an upload that began meanwhile has written a phase of its own, and must keep it. */
async function beginQueued({ metadata }: Image, ctx: Context): Promise<Result> {
  const { name, namespace, resourceVersion } = metadata;
  const key = { name, ...(namespace && { namespace }) };
  await ctx.client.patch(Image, key, { metadata: { resourceVersion }, status: { phase: "queued" } }, { subresource: "status" });
  return {};
}
