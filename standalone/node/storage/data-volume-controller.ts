// DataVolumes: CDI's part. Makes the claim, fills the volume, says how far it is.
import { DataVolume } from "../../../clients/cdi/kinds.ts";
import { VolumeSnapshot } from "../../../clients/snapshot/kinds.ts";
import { isCode } from "../../../domain/errors.ts";
import { bytesOf } from "../../../domain/volume/quantity.ts";
import type { KubeObject } from "../../../models/kind.ts";
import type { Caches, Context, ControllerDefinition, Result } from "../../../operator/contract.ts";
import { defineController, index, watch } from "../../../operator/controller/define-controller.ts";
import { firstMoment } from "../../../operator/controller/first-moment.ts";
import { PersistentVolume, PersistentVolumeClaim, StorageClass } from "../../../operator/kube/core-kinds.ts";
import { timestamp } from "../conditions.ts";
import { replaceStatus } from "../write.ts";
import { adopt, isOwned, mayAdopt } from "./adoption.ts";
import { claimFor, classNameOf, type Filling, fillingOf, requestOf } from "./data-volume-claim.ts";
import { dataVolumeStatus, failing, type Progress, pending, refused, succeeded, transferring } from "./data-volume-status.ts";
import type { StorageDeps } from "./deps.ts";
import { handleOf, ourClass, requestedBytes } from "./driver.ts";
import { boundHandle, provideVolume, readySnapshot } from "./provision.ts";

interface Step {
  progress: Progress;
  /** No bytes are copied: it lasts a moment. */
  isQuick?: boolean;
  requeueAfterMs?: number;
}

/** `kind/namespace/name` of what a clone copies. */
function sourceKeys(dataVolume: DataVolume): string[] {
  const { pvc, snapshot } = dataVolume.spec.source ?? {};
  const namespace = dataVolume.metadata.namespace ?? "";
  const keys = [
    pvc && `PersistentVolumeClaim/${pvc.namespace ?? namespace}/${pvc.name}`,
    snapshot && `VolumeSnapshot/${snapshot.namespace ?? namespace}/${snapshot.name}`,
  ];
  return keys.filter((key) => key !== undefined);
}

const cloners = (object: KubeObject, caches: Caches) =>
  caches
    .of(DataVolume)
    .byIndex("source", `${object.kind}/${object.metadata.namespace}/${object.metadata.name}`)
    .map(({ metadata }) => metadata);

function sourceHandle(dataVolume: DataVolume, ctx: Context): string | undefined {
  const { pvc, snapshot } = dataVolume.spec.source ?? {};
  const own = dataVolume.metadata.namespace ?? "";
  if (pvc) return boundHandle(pvc.name, pvc.namespace ?? own, ctx);
  return snapshot && readySnapshot(snapshot.name, snapshot.namespace ?? own, ctx);
}

async function ensureClaim(
  dataVolume: DataVolume,
  filling: Filling,
  storageClass: StorageClass,
  bytes: number,
  ctx: Context,
): Promise<PersistentVolumeClaim> {
  const { name, namespace = "" } = dataVolume.metadata;
  const found = ctx.get(PersistentVolumeClaim, name, namespace);
  if (found) return found;
  const wanted = claimFor(dataVolume, filling, storageClass.metadata.name, bytes);
  return ctx.create(PersistentVolumeClaim, wanted, { owner: dataVolume }).catch((error: unknown) => {
    if (isCode(error, "Conflict")) return ctx.client.get(PersistentVolumeClaim, { name, namespace });
    throw error;
  });
}

/** Fills the claim's volume by one step. */
async function fill(
  dataVolume: DataVolume,
  filling: Filling,
  claim: PersistentVolumeClaim,
  source: string | undefined,
  deps: StorageDeps,
): Promise<Step> {
  const { name } = dataVolume.metadata;
  const handle = handleOf(claim);
  const bytes = requestedBytes(claim);
  if (filling === "clone" && source !== undefined) {
    await deps.store.createClone(handle, source, bytes);
    return {
      progress: pending(name, dataVolume.spec.source?.snapshot ? "CloneFromSnapshotSourceInProgress" : "CSICloneInProgress"),
      isQuick: true,
    };
  }
  const { http, blank } = dataVolume.spec.source ?? {};
  if (blank || (http && deps.simulated)) {
    await deps.store.createBlank(handle, bytes);
    return { progress: pending(name, "ImportScheduled"), isQuick: true };
  }
  if (!http) return { progress: pending(name, "UploadReady") };
  const checksum = (http as { checksum?: string }).checksum;
  const job = deps.imports.ensure(handle, { url: http.url, bytes, ...(checksum === undefined ? {} : { checksum }) });
  if (job.state !== "failed") return { progress: transferring(name, "ImportInProgress", job.progress, job.failures) };
  const progress = failing(name, "ImportInProgress", job.failures, job.error ?? "", job.isFinal === true);
  return job.isFinal ? { progress } : { progress, requeueAfterMs: Math.max(job.nextAt - performance.now(), 100) };
}

async function advance(
  dataVolume: DataVolume,
  filling: Filling,
  storageClass: StorageClass,
  ctx: Context,
  deps: StorageDeps,
): Promise<Step> {
  const { name, namespace = "" } = dataVolume.metadata;
  const existing = ctx.get(PersistentVolumeClaim, name, namespace);
  if (existing && !isOwned(existing, dataVolume)) {
    if (!mayAdopt(existing, dataVolume))
      return { progress: refused("ErrResourceExists", `PVC ${name} is there and is not this DataVolume's`) };
    await adopt(existing, dataVolume, ctx);
  }
  if (existing?.status?.phase === "Bound") return { progress: succeeded(name, filling) };
  if (existing?.status?.phase === "Lost") return { progress: failing(name, "Failed", 0, `PVC ${name} lost its volume`, true) };
  const asked = bytesOf(requestOf(dataVolume));
  const source = filling === "clone" ? sourceHandle(dataVolume, ctx) : undefined;
  if (filling === "clone" && source === undefined)
    return { progress: refused("CloneWithoutSource", `the source of ${name} is not there yet`) };
  const sourceBytes = source === undefined ? undefined : await deps.store.sizeBytes(source);
  if (asked !== undefined && sourceBytes !== undefined && asked < sourceBytes)
    return { progress: refused("CloneValidationFailed", `target resources requests storage size is smaller than the source`) };
  const claim = await ensureClaim(dataVolume, filling, storageClass, asked ?? sourceBytes ?? 0, ctx);
  const step = deps.store.has(handleOf(claim)) ? undefined : await fill(dataVolume, filling, claim, source, deps);
  if (deps.store.has(handleOf(claim))) await provideVolume(claim, storageClass, await deps.store.sizeBytes(handleOf(claim)), ctx);
  return (
    step ?? {
      progress: pending(name, filling === "clone" ? "CSICloneInProgress" : filling === "upload" ? "UploadReady" : "ImportInProgress"),
      isQuick: true,
    }
  );
}

export function dataVolumeController(deps: StorageDeps, caches: Caches): ControllerDefinition {
  const claims = caches.of(PersistentVolumeClaim);
  return defineController<DataVolume>({
    name: "cdi-controller",
    kind: DataVolume,
    owns: [PersistentVolumeClaim],
    reads: [PersistentVolume, StorageClass],
    watches: [watch(PersistentVolumeClaim, cloners), watch(VolumeSnapshot, cloners)],
    indexes: [index<DataVolume>(DataVolume, "source", sourceKeys)],
    sources: [
      {
        name: "imports",
        start: (enqueue) =>
          deps.imports.onChange((handle) => {
            const claim = claims.byUid(handle.replace(/^pvc-/, ""));
            if (claim) enqueue({ name: claim.metadata.name, namespace: claim.metadata.namespace ?? "" });
          }),
      },
    ],
    ownConditions: false,
    concurrency: 8,
    timeoutMs: 120_000,

    async reconcile(dataVolume, ctx): Promise<Result> {
      if (dataVolume.status?.phase === "Succeeded" || dataVolume.status?.phase === "Failed") return {};
      const filling = fillingOf(dataVolume);
      const storageClass = ourClass(classNameOf(dataVolume), ctx.list(StorageClass));
      if (!filling || !storageClass) return {};
      const { progress, isQuick, requeueAfterMs } = await advance(dataVolume, filling, storageClass, ctx, deps);
      const moment = isQuick && !dataVolume.status ? firstMoment(dataVolume, Date.now()) : 0;
      if (moment > 0) return { requeueAfterMs: moment };
      await replaceStatus(ctx.client, DataVolume, dataVolume, dataVolumeStatus(dataVolume, progress, timestamp()));
      return requeueAfterMs === undefined ? {} : { requeueAfterMs };
    },
  });
}
