// PersistentVolumeClaims that no DataVolume fills, and the growth of all of them: the CSI provisioner's and resizer's part.

import { VolumeSnapshot, VolumeSnapshotContent } from "../../../clients/snapshot/kinds.ts";
import { bytesOf, quantityOf } from "../../../domain/volume/quantity.ts";
import type { Context, ControllerDefinition } from "../../../operator/contract.ts";
import { defineController, watch } from "../../../operator/controller/define-controller.ts";
import { PersistentVolume, PersistentVolumeClaim, StorageClass } from "../../../operator/kube/core-kinds.ts";
import { replaceStatus } from "../write.ts";
import type { StorageDeps } from "./deps.ts";
import { driverName, handleOf, ourClass, requestedBytes } from "./driver.ts";
import { boundHandle, provideVolume, readySnapshot } from "./provision.ts";

const cdiGroup = "cdi.kubevirt.io";
const sourcePollMs = 2_000;

type Source = "blank" | { handle: string | undefined } | "foreign";

function sourceOf(claim: PersistentVolumeClaim, ctx: Context): Source {
  const { dataSourceRef: reference = claim.spec?.dataSource } = claim.spec ?? {};
  if (!reference) return "blank";
  const namespace = claim.metadata.namespace ?? "";
  const group = reference.apiGroup ?? "";
  if (group === cdiGroup) return "foreign";
  if (group === "snapshot.storage.k8s.io" && reference.kind === "VolumeSnapshot")
    return { handle: readySnapshot(reference.name, namespace, ctx) };
  if (group === "" && reference.kind === "PersistentVolumeClaim") return { handle: boundHandle(reference.name, namespace, ctx) };
  return "foreign";
}

/** True when the volume is filled. */
async function fill(claim: PersistentVolumeClaim, source: Source, deps: StorageDeps): Promise<boolean> {
  const handle = handleOf(claim);
  if (source === "blank") await deps.store.createBlank(handle, requestedBytes(claim));
  else if (source !== "foreign" && source.handle !== undefined) await deps.store.createClone(handle, source.handle, requestedBytes(claim));
  return deps.store.has(handle);
}

/** A bound claim that asks for more than its volume has. */
async function grow(claim: PersistentVolumeClaim, ctx: Context, deps: StorageDeps): Promise<void> {
  const volume = ctx.get(PersistentVolume, claim.spec?.volumeName ?? "");
  if (volume?.spec?.csi?.driver !== driverName) return;
  const wanted = requestedBytes(claim);
  const storage = quantityOf(wanted);
  if (wanted > (bytesOf(volume.spec.capacity?.storage as string | undefined) ?? 0)) {
    await deps.store.resize(volume.spec.csi.volumeHandle, wanted);
    await ctx.client.patch(PersistentVolume, { name: volume.metadata.name }, { spec: { capacity: { storage } } });
  }
  const shown = bytesOf(claim.status?.capacity?.storage as string | undefined) ?? 0;
  if (wanted > shown && claim.status)
    await replaceStatus(ctx.client, PersistentVolumeClaim, claim, { ...claim.status, capacity: { storage } });
}

export function claimController(deps: StorageDeps): ControllerDefinition {
  return defineController<PersistentVolumeClaim>({
    name: "csi-provisioner",
    kind: PersistentVolumeClaim,
    reads: [StorageClass, VolumeSnapshot, VolumeSnapshotContent],
    watches: [
      watch(PersistentVolume, ({ spec }) =>
        spec?.claimRef?.name ? [{ name: spec.claimRef.name, namespace: spec.claimRef.namespace ?? "" }] : [],
      ),
    ],
    ownConditions: false,
    concurrency: 8,
    timeoutMs: 120_000,

    async reconcile(claim, ctx) {
      const storageClass = ourClass(claim.spec?.storageClassName, ctx.list(StorageClass));
      if (!storageClass) return {};
      if (claim.status?.phase === "Bound") {
        await grow(claim, ctx, deps);
        return {};
      }
      if (claim.spec?.volumeName || ctx.get(PersistentVolume, handleOf(claim))) return {};
      const source = sourceOf(claim, ctx);
      if (source === "foreign") return {};
      if (!(await fill(claim, source, deps))) return { requeueAfterMs: sourcePollMs };
      await provideVolume(claim, storageClass, await deps.store.sizeBytes(handleOf(claim)), ctx);
      return {};
    },
  });
}

/** Volumes whose claim is gone: the provisioner deletes what is to be deleted; the sweep then removes the file. */
export function volumeController(): ControllerDefinition {
  return defineController<PersistentVolume>({
    name: "csi-volumes",
    kind: PersistentVolume,
    ownConditions: false,

    async reconcile(volume, ctx) {
      const { csi, persistentVolumeReclaimPolicy: policy } = volume.spec ?? {};
      if (csi?.driver === driverName && policy === "Delete" && volume.status?.phase === "Released")
        await ctx.delete(PersistentVolume, { name: volume.metadata.name });
      return {};
    },
  });
}
