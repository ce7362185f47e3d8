// Removes the files of volumes that no object names any more. Files are marked from all objects, so nothing is missed however the agent died.
import { VolumeSnapshot, VolumeSnapshotContent } from "../../../clients/snapshot/kinds.ts";
import type { Kind } from "../../../models/kind.ts";
import type { Caches, Log } from "../../../operator/contract.ts";
import { PersistentVolume, PersistentVolumeClaim } from "../../../operator/kube/core-kinds.ts";
import type { StorageDeps } from "./deps.ts";
import { driverName, handleOf, snapshotHandle } from "./driver.ts";

const calmMs = 200;
const kinds: readonly Kind[] = [PersistentVolume, PersistentVolumeClaim, VolumeSnapshot, VolumeSnapshotContent];

export function liveHandles(caches: Caches): Set<string> {
  const live = new Set(caches.of(PersistentVolumeClaim).list().map(handleOf));
  for (const { spec } of caches.of(PersistentVolume).list()) if (spec?.csi?.driver === driverName) live.add(spec.csi.volumeHandle);
  for (const { metadata } of caches.of(VolumeSnapshot).list()) live.add(snapshotHandle(metadata.uid ?? ""));
  for (const { spec, status } of caches.of(VolumeSnapshotContent).list())
    if (spec.driver === driverName && status?.snapshotHandle) live.add(status.snapshotHandle);
  return live;
}

/** Sweeps once the caches are in sync, and a moment after anything was deleted. */
export function startSweeping(deps: StorageDeps, caches: Caches, log: Log, signal: AbortSignal): void {
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> = Promise.resolve();

  async function sweep(): Promise<void> {
    // A cache that is not in sync shows volumes as unwanted that are not.
    if (!kinds.every((kind) => caches.of(kind).synced)) return soon();
    const live = liveHandles(caches);
    deps.imports.keepOnly(live);
    await deps.store.sweep(live);
  }
  function soon(): void {
    if (signal.aborted || timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      sweeping = sweeping.then(sweep).catch((error: unknown) => log.warn({ error }, "could not remove volumes"));
    }, calmMs);
  }
  for (const kind of kinds) {
    const stop = caches.of(kind).onChange(({ type }) => {
      if (type === "deleted") soon();
    });
    signal.addEventListener("abort", stop, { once: true });
  }
  deps.store.onRelease(soon);
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  soon();
}
