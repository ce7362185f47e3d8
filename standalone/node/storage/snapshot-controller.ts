// VolumeSnapshots: the snapshot controller's and the CSI snapshotter's part.
import { VolumeSnapshot, VolumeSnapshotClass, VolumeSnapshotContent } from "../../../clients/snapshot/kinds.ts";
import { isCode } from "../../../domain/errors.ts";
import { quantityOf } from "../../../domain/volume/quantity.ts";
import type { Context, ControllerDefinition } from "../../../operator/contract.ts";
import { defineController } from "../../../operator/controller/define-controller.ts";
import { PersistentVolume, PersistentVolumeClaim } from "../../../operator/kube/core-kinds.ts";
import { timestamp } from "../conditions.ts";
import { replaceStatus } from "../write.ts";
import type { StorageDeps } from "./deps.ts";
import { driverName, snapshotHandle } from "./driver.ts";
import { boundHandle } from "./provision.ts";

const retryMs = 5_000;
const defaultClass = "snapshot.storage.kubernetes.io/is-default-class";

const contentName = ({ metadata }: VolumeSnapshot) => `snapcontent-${metadata.uid}`;

function classOf({ spec }: VolumeSnapshot, ctx: Context): VolumeSnapshotClass | undefined {
  const classes = ctx.list(VolumeSnapshotClass);
  const wanted = spec.volumeSnapshotClassName;
  const found = classes.find(({ metadata }) =>
    wanted === undefined ? metadata.annotations?.[defaultClass] === "true" : metadata.name === wanted,
  );
  return found?.driver === driverName ? found : undefined;
}

function contentFor(snapshot: VolumeSnapshot, snapshotClass: VolumeSnapshotClass, volumeHandle: string): VolumeSnapshotContent {
  const { name, namespace = "", uid = "", resourceVersion = "" } = snapshot.metadata;
  return {
    apiVersion: "snapshot.storage.k8s.io/v1",
    kind: "VolumeSnapshotContent",
    metadata: { name: contentName(snapshot) },
    spec: {
      deletionPolicy: snapshotClass.deletionPolicy,
      driver: driverName,
      source: { volumeHandle },
      volumeSnapshotClassName: snapshotClass.metadata.name,
      volumeSnapshotRef: { apiVersion: snapshot.apiVersion, kind: snapshot.kind, name, namespace, uid, resourceVersion },
    },
  };
}

async function ensureContent(
  snapshot: VolumeSnapshot,
  snapshotClass: VolumeSnapshotClass,
  volumeHandle: string,
  ctx: Context,
): Promise<VolumeSnapshotContent> {
  const name = contentName(snapshot);
  const found = ctx.get(VolumeSnapshotContent, name);
  if (found) return found;
  return ctx.create(VolumeSnapshotContent, contentFor(snapshot, snapshotClass, volumeHandle)).catch((error: unknown) => {
    if (isCode(error, "Conflict")) return ctx.client.get(VolumeSnapshotContent, { name });
    throw error;
  });
}

async function fail(snapshot: VolumeSnapshot, message: string, ctx: Context): Promise<void> {
  const time = snapshot.status?.error?.message === message ? (snapshot.status.error.time ?? timestamp()) : timestamp();
  await replaceStatus(ctx.client, VolumeSnapshot, snapshot, { ...snapshot.status, readyToUse: false, error: { message, time } });
}

async function take(snapshot: VolumeSnapshot, content: VolumeSnapshotContent, ctx: Context, deps: StorageDeps): Promise<void> {
  const handle = snapshotHandle(snapshot.metadata.uid ?? "");
  if (!deps.store.has(handle)) await deps.store.createSnapshot(handle, content.spec.source.volumeHandle ?? "");
  const restoreSize = await deps.store.sizeBytes(handle);
  const creationTime = content.status?.creationTime ?? Date.now() * 1e6;
  await replaceStatus(ctx.client, VolumeSnapshotContent, content, { snapshotHandle: handle, creationTime, restoreSize, readyToUse: true });
  await replaceStatus(ctx.client, VolumeSnapshot, snapshot, {
    boundVolumeSnapshotContentName: content.metadata.name,
    creationTime: `${new Date(creationTime / 1e6).toISOString().slice(0, 19)}Z`,
    restoreSize: quantityOf(restoreSize),
    readyToUse: true,
  });
}

export function snapshotController(deps: StorageDeps): ControllerDefinition {
  return defineController<VolumeSnapshot>({
    name: "snapshot-controller",
    kind: VolumeSnapshot,
    finalizer: "snapshot.storage.kubernetes.io/volumesnapshot-bound-protection",
    reads: [VolumeSnapshotClass, VolumeSnapshotContent, PersistentVolume, PersistentVolumeClaim],
    ownConditions: false,
    timeoutMs: 30 * 60_000,

    async reconcile(snapshot, ctx) {
      if (snapshot.status?.readyToUse) return {};
      const snapshotClass = classOf(snapshot, ctx);
      const claim = snapshot.spec.source.persistentVolumeClaimName;
      if (!snapshotClass || claim === undefined) return {};
      const handle = boundHandle(claim, snapshot.metadata.namespace ?? "", ctx);
      if (handle === undefined) {
        const words = `snapshot controller failed to update ${snapshot.metadata.name} on API server: cannot get claim from snapshot`;
        await fail(snapshot, `Failed to create snapshot content with error ${words}`, ctx);
        return { requeueAfterMs: retryMs };
      }
      const content = await ensureContent(snapshot, snapshotClass, handle, ctx);
      try {
        await take(snapshot, content, ctx, deps);
      } catch (error) {
        if (!isCode(error, "Unavailable") && !isCode(error, "NotFound")) throw error;
        await fail(snapshot, `Failed to check and update snapshot content: ${error.message}`, ctx);
        return { requeueAfterMs: retryMs };
      }
      return {};
    },

    async finalize(snapshot, ctx) {
      const content = ctx.get(VolumeSnapshotContent, contentName(snapshot));
      if (content?.spec.deletionPolicy === "Delete") await ctx.delete(VolumeSnapshotContent, { name: content.metadata.name });
      return "done";
    },
  });
}
