// Ties a filled volume to its claim, and finds the volume behind a claim or snapshot.

import { VolumeSnapshot, VolumeSnapshotContent } from "../../../clients/snapshot/kinds.ts";
import { isCode } from "../../../domain/errors.ts";
import type { Context } from "../../../operator/contract.ts";
import { PersistentVolume, PersistentVolumeClaim, type StorageClass } from "../../../operator/kube/core-kinds.ts";
import { driverName, handleOf, requestedBytes, volumeFor } from "./driver.ts";

/** Idempotent. kube-controller-manager then binds the claim. */
export async function provideVolume(claim: PersistentVolumeClaim, storageClass: StorageClass, bytes: number, ctx: Context): Promise<void> {
  if (ctx.get(PersistentVolume, handleOf(claim))) return;
  await ctx.create(PersistentVolume, volumeFor(claim, storageClass, Math.max(bytes, requestedBytes(claim)))).catch((error: unknown) => {
    if (!isCode(error, "Conflict")) throw error;
  });
}

/** Handle of the volume that a claim is bound to, if it is on this host. */
export function boundHandle(name: string, namespace: string, ctx: Context): string | undefined {
  const claim = ctx.get(PersistentVolumeClaim, name, namespace);
  if (claim?.status?.phase !== "Bound" || claim.spec?.volumeName === undefined) return undefined;
  const csi = ctx.get(PersistentVolume, claim.spec.volumeName)?.spec?.csi;
  return csi?.driver === driverName ? csi.volumeHandle : undefined;
}

/** Handle of a snapshot's data, once it is ready. */
export function readySnapshot(name: string, namespace: string, ctx: Context): string | undefined {
  const snapshot = ctx.get(VolumeSnapshot, name, namespace);
  const content = snapshot?.status?.boundVolumeSnapshotContentName;
  if (!snapshot?.status?.readyToUse || content === undefined) return undefined;
  return ctx.get(VolumeSnapshotContent, content)?.status?.snapshotHandle;
}
