// The golden disk of an image on a volume type: when it must be made, made again, or waited for.

import { DataVolume } from "../../clients/cdi/kinds.ts";
import { isCode } from "../../domain/errors.ts";
import {
  goldenName,
  imageAnnotation,
  imageKeySecret,
  imageURLExpiry,
  imageURLLifetimeMs,
  signedImageURL,
  volumeTypeAnnotation,
} from "../../domain/image/golden.ts";
import { imageDiskGiB } from "../../domain/image/min-disk.ts";
import { inSystem, type Right, right } from "../../domain/rights.ts";
import type { Image } from "../../models/image/image.ts";
import type { VolumeType } from "../../models/volume/volume-type.ts";
import type { Context } from "../../operator/contract.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import type { SharedKey } from "../../operator/shared-key.ts";
import { dataVolumeSpec, progressOf } from "../volume/data-volume.ts";

export interface GoldenDependencies {
  /** Where CDI reaches the API, such as http://kumulus-api:8774. */
  imageBaseURL: string;
  /** Gives the key that signs image URLs. */
  imageKey: SharedKey;
  now: () => Date;
}

/** Of every controller that makes golden disks. */
export const goldenRights: readonly Right[] = [
  right(DataVolume, "create", "delete"),
  inSystem(right(Secret, "create")),
  inSystem(right(Secret, "get"), imageKeySecret.name),
];

export type GoldenState =
  | { step: "ready"; name: string }
  | { step: "create" | "recreate" }
  /** `wakeAfterMs`: when the URL will have expired, which no event tells. */
  | { step: "wait"; wakeAfterMs: number }
  | { step: "failed"; message: string };

/** An import that CDI has tried this often does not come right by itself. */
const mostTries = 5;

/** Whether the golden disk can be cloned, and what to do if not. An import whose URL has expired can only be made anew. */
export function goldenState(golden: DataVolume | undefined, nowMs: number): GoldenState {
  if (!golden) return { step: "create" };
  if (golden.metadata.deletionTimestamp) return { step: "wait", wakeAfterMs: imageURLLifetimeMs };
  const progress = progressOf(golden);
  if (progress.step === "ready") return { step: "ready", name: golden.metadata.name };
  if (progress.step === "failed") return { step: "failed", message: progress.message };
  const expiry = imageURLExpiry(golden.spec.source?.http?.url ?? "") ?? Number.POSITIVE_INFINITY;
  if (golden.status?.phase !== "Succeeded" && expiry <= nowMs) return { step: "recreate" };
  if (progress.step === "retrying" && progress.tries >= mostTries) return { step: "failed", message: progress.message };
  return { step: "wait", wakeAfterMs: Math.min(Math.max(expiry - nowMs, 0) + 1000, imageURLLifetimeMs) };
}

/** The golden DataVolume; `url` is where CDI fetches the bytes. */
export function goldenDataVolume(image: Image, type: VolumeType, url: string): DataVolume {
  return {
    apiVersion: "cdi.kubevirt.io/v1beta1",
    kind: "DataVolume",
    metadata: {
      name: goldenName(image, type.metadata.name),
      ...(image.metadata.namespace === undefined ? {} : { namespace: image.metadata.namespace }),
      annotations: {
        [imageAnnotation]: image.metadata.name,
        [volumeTypeAnnotation]: type.metadata.name,
        // A golden disk waits for no guest: without this, classes with WaitForFirstConsumer would never fill it.
        "cdi.kubevirt.io/storage.bind.immediate.requested": "true",
      },
    },
    spec: dataVolumeSpec(type, imageDiskGiB(image), { http: { url } }),
  };
}

/** Makes the golden disk when it must be made (again), owned by the image. Another reconcile may have been first: that is fine. */
export async function makeGolden(
  ctx: Context,
  dependencies: GoldenDependencies,
  { image, type, golden, step }: { image: Image; type: VolumeType; golden: DataVolume | undefined; step: "create" | "recreate" },
): Promise<void> {
  if (step === "recreate" && golden) {
    // The event of its end wakes everybody who waits, and then it is made anew.
    const { name, namespace = "", uid = "" } = golden.metadata;
    await ctx.delete(DataVolume, { name, namespace }, { uid });
    return;
  }
  const expires = Math.floor((dependencies.now().getTime() + imageURLLifetimeMs) / 1000);
  const key = await dependencies.imageKey(ctx.client);
  const url = signedImageURL(dependencies.imageBaseURL, image.metadata.namespace ?? "", image.metadata.name, key, expires);
  try {
    await ctx.create(DataVolume, goldenDataVolume(image, type, url), { owner: image, strict: true });
  } catch (error) {
    if (!isCode(error, "Conflict")) throw error;
  }
}
