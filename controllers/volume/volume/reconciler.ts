// The Volume controller: a DataVolume that makes the claim, growth of the claim, and who holds it.

import { DataVolume } from "../../../clients/cdi/kinds.ts";
import { isCode } from "../../../domain/errors.ts";
import { finalizers } from "../../../domain/finalizers.ts";
import { goldenName, imageAnnotation } from "../../../domain/image/golden.ts";
import { right, rightOn, unasked } from "../../../domain/rights.ts";
import { gibibytes } from "../../../domain/volume/quantity.ts";
import { Server } from "../../../models/compute/server.ts";
import { Image } from "../../../models/image/image.ts";
import type { KubeObject } from "../../../models/kind.ts";
import { Volume } from "../../../models/volume/volume.ts";
import { VolumeType } from "../../../models/volume/volume-type.ts";
import type { Context, Result } from "../../../operator/contract.ts";
import { defineController, index, watch } from "../../../operator/controller/define-controller.ts";
import { engineOf } from "../../../operator/controller/engine.ts";
import { PersistentVolumeClaim } from "../../../operator/kube/core-kinds.ts";
import { type GoldenDependencies, goldenRights, makeGolden } from "../../image/golden.ts";
import { chooseVolumeType } from "../data-volume.ts";
import { desiredVolume, type Plan, type Seen } from "./desired.ts";
import { holdsOf } from "./holds.ts";

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`;

/** Only volumes whose disk is not there yet wait for images, types and other volumes. */
const unmade = (volumes: readonly Volume[]) =>
  volumes.filter(({ status }) => ["creating", "downloading", undefined].includes(status?.phase)).map(({ metadata }) => metadata);

const namesOf = ({ spec, status }: Server) => [...new Set([...(spec.volumes ?? []), ...(status?.volumes ?? [])].map(({ name }) => name))];

const watches = [
  watch(PersistentVolumeClaim, ({ metadata }, caches) => (caches.of(Volume).get(metadata.name, metadata.namespace) ? [metadata] : [])),
  watch(Server, (server) =>
    namesOf(server).map((name) => ({ name, ...(server.metadata.namespace && { namespace: server.metadata.namespace }) })),
  ),
  watch(DataVolume, ({ metadata }, caches) => {
    const image = metadata.annotations?.[imageAnnotation];
    return image === undefined ? [] : unmade(caches.of(Volume).byIndex("image", keyOf(metadata.namespace, image)));
  }),
  watch(Image, ({ metadata }, caches) => unmade(caches.of(Volume).byIndex("image", keyOf(metadata.namespace, metadata.name)))),
  watch(VolumeType, (_type, caches) => unmade(caches.of(Volume).list())),
  watch(Volume, ({ metadata }, caches) => unmade(caches.of(Volume).byIndex("source", keyOf(metadata.namespace, metadata.name)))),
];

export const volumeIndexes = [
  index(Volume, "image", ({ spec, metadata }) =>
    spec.imageRef ? [keyOf(spec.imageRef.namespace ?? metadata.namespace, spec.imageRef.name)] : [],
  ),
  index(Volume, "source", ({ spec, metadata }) => (spec.sourceVolumeRef ? [keyOf(metadata.namespace, spec.sourceVolumeRef.name)] : [])),
  index(Server, "volume", (server) => namesOf(server).map((name) => keyOf(server.metadata.namespace, name))),
];

export const volumeController = (dependencies: GoldenDependencies) =>
  defineController<Volume>({
    kind: Volume,
    finalizer: finalizers.volume,
    owns: [DataVolume],
    watches,
    needs: [engineOf(DataVolume)],
    indexes: volumeIndexes,
    rights: [
      ...goldenRights,
      right(DataVolume, "create", "delete"),
      unasked(
        rightOn(DataVolume, "source", "create"),
        "asked by CDI where a disk is cloned from another namespace: images that projects share",
      ),
      right(PersistentVolumeClaim, "patch", "delete"),
    ],
    settleMs: 20,
    concurrency: 8,

    async reconcile(volume, ctx) {
      const seen = seenOf(volume, ctx, dependencies.now());
      const plan = desiredVolume(volume, seen);
      await carryOut(volume, seen, plan, ctx, dependencies);
      await ctx.applyStatus(Volume, volume, { ...plan.status, conditions: [plan.ready] });
      return plan.wakeAfterMs === undefined ? {} : { requeueAfterMs: plan.wakeAfterMs };
    },

    /** A volume that a server holds stays; else the disk goes first, since its end is what frees the space. */
    async finalize(volume, ctx): Promise<"done" | Result> {
      const seen = seenOf(volume, ctx, dependencies.now());
      const { status, ready } = desiredVolume(volume, seen);
      await ctx.applyStatus(Volume, volume, { ...status, conditions: [ready] });
      if (holdsOf(volume, seen.servers).length > 0) return {};
      const owned = (object: KubeObject | undefined) => object?.metadata.ownerReferences?.some(({ uid }) => uid === volume.metadata.uid);
      if (seen.dataVolume && owned(seen.dataVolume)) {
        await ctx.delete(DataVolume, seen.dataVolume.metadata, uidOf(seen.dataVolume));
        if (seen.claim) await ctx.delete(PersistentVolumeClaim, seen.claim.metadata, uidOf(seen.claim));
        return isThere(DataVolume, seen.dataVolume, ctx) || (seen.claim && isThere(PersistentVolumeClaim, seen.claim, ctx)) ? {} : "done";
      }
      return seen.claim && isClaimOf(seen.claim, volume) ? {} : "done";
    },
  });

const uidOf = ({ metadata }: KubeObject) => (metadata.uid === undefined ? {} : { uid: metadata.uid });

function isThere<T extends KubeObject>(
  kind: Parameters<Context["get"]>[0] & { type?: KubeObject },
  { metadata }: T,
  ctx: Context,
): boolean {
  return ctx.get(kind, metadata.name, metadata.namespace)?.metadata.uid === metadata.uid;
}

/** The claim of a DataVolume that is gone already: it is on its way out, since its owner is. */
function isClaimOf({ metadata }: PersistentVolumeClaim, volume: Volume): boolean {
  return metadata.name === volume.status?.claimName && metadata.deletionTimestamp !== undefined;
}

function seenOf(volume: Volume, ctx: Context, now: Date): Seen {
  const { name, namespace } = volume.metadata;
  const { imageRef, sourceVolumeRef, volumeTypeRef } = volume.spec;
  const volumeType = chooseVolumeType(ctx.list(VolumeType), volumeTypeRef?.name);
  const image = imageRef && ctx.get(Image, imageRef.name, imageRef.namespace ?? namespace);
  return {
    volumeType,
    image,
    golden: image && volumeType && ctx.get(DataVolume, goldenName(image, volumeType.metadata.name), image.metadata.namespace),
    source: sourceVolumeRef && ctx.get(Volume, sourceVolumeRef.name, namespace),
    dataVolume: ctx.get(DataVolume, name, namespace),
    claim: ctx.get(PersistentVolumeClaim, name, namespace),
    servers: ctx.byIndex(Server, "volume", keyOf(namespace, name)),
    now,
  };
}

async function carryOut(volume: Volume, seen: Seen, plan: Plan, ctx: Context, dependencies: GoldenDependencies): Promise<void> {
  const { image, volumeType, golden } = seen;
  if (plan.golden && image && volumeType) await makeGolden(ctx, dependencies, { image, type: volumeType, golden, step: plan.golden });
  if (plan.create) {
    try {
      await ctx.create(DataVolume, plan.create, { owner: volume, strict: true });
    } catch (error) {
      if (!isCode(error, "Conflict")) throw error;
    }
  }
  if (plan.growTo === undefined || !seen.claim) return;
  const { name, namespace } = seen.claim.metadata;
  // The claim is CDI's: only the size is ours, and a merge patch leaves the rest alone.
  const patch = { spec: { resources: { requests: { storage: gibibytes(plan.growTo) } } } };
  await ctx.client.patch(PersistentVolumeClaim, { name, ...(namespace && { namespace }) }, patch);
}
