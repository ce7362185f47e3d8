// What one Volume needs next and what it shows. Pure: no I/O, no clock.
import { isDeepStrictEqual } from "node:util";
import type { DataVolume } from "../../../clients/cdi/kinds.ts";
import { displayNameOf, idOf } from "../../../domain/id.ts";
import { volumeImageError } from "../../../domain/image/min-disk.ts";
import { bytesOf, quantityGiB } from "../../../domain/volume/quantity.ts";
import { type VolumeState, volumePhase } from "../../../domain/volume/status.ts";
import type { Server } from "../../../models/compute/server.ts";
import type { Image } from "../../../models/image/image.ts";
import type { Volume, VolumeStatus } from "../../../models/volume/volume.ts";
import type { VolumeType } from "../../../models/volume/volume-type.ts";
import type { ConditionInput } from "../../../operator/contract.ts";
import type { PersistentVolumeClaim } from "../../../operator/kube/core-kinds.ts";
import { goldenState } from "../../image/golden.ts";
import { dataVolumeSpec, diskOf, progressOf, volumeIdLabel } from "../data-volume.ts";
import { attachmentOf, holdsOf } from "./holds.ts";

export interface Seen {
  volumeType?: VolumeType | undefined;
  image?: Image | undefined;
  golden?: DataVolume | undefined;
  source?: Volume | undefined;
  dataVolume?: DataVolume | undefined;
  claim?: PersistentVolumeClaim | undefined;
  /** Servers whose spec or status names it. */
  servers: readonly Server[];
  now: Date;
}

export interface Plan {
  golden?: "create" | "recreate";
  create?: DataVolume;
  /** Size in GiB to ask of the claim. */
  growTo?: number;
  status: Omit<VolumeStatus, "conditions" | "observedGeneration">;
  ready: ConditionInput;
  wakeAfterMs?: number;
}

/** What is done about the disk, and how far it is. */
interface DiskStep {
  disk: VolumeState["disk"];
  reason: string;
  message: string;
  golden?: "create" | "recreate";
  create?: DataVolume;
  growTo?: number;
  growing?: boolean;
  wakeAfterMs?: number;
}

export function desiredVolume(volume: Volume, seen: Seen): Plan {
  const { golden, create, growTo, wakeAfterMs, ...step } = volume.metadata.deletionTimestamp ? leftDisk(seen) : diskStep(volume, seen);
  const holds = holdsOf(volume, seen.servers);
  const phase = volumePhase({
    deleting: volume.metadata.deletionTimestamp !== undefined,
    disk: step.disk,
    fromImage: volume.spec.imageRef !== undefined,
    growing: step.growing ?? false,
    holds,
  });
  const shown = shownOf(volume, seen, phase);
  const attachments = holds.map((hold) => attachmentOf(volume, hold));
  const status = { ...shown, ...(attachments.length > 0 && { attachments }) };
  return {
    ...(golden && { golden }),
    ...(create && { create }),
    ...(growTo !== undefined && { growTo }),
    ...(wakeAfterMs !== undefined && { wakeAfterMs }),
    status: { ...status, updatedAt: updatedAt(volume, status, seen.now.toISOString()) },
    ready: { type: "Ready", status: step.disk === "ready" ? "True" : "False", reason: step.reason, message: step.message },
  };
}

function diskStep(volume: Volume, seen: Seen): DiskStep {
  const { dataVolume, claim } = seen;
  if (dataVolume && !isOwned(dataVolume, volume))
    return waiting("NameTaken", `Waiting until no other disk is named ${volume.metadata.name}`);
  const progress = progressOf(dataVolume);
  switch (progress.step) {
    case "missing":
      if (!dataVolume && claim && isBroughtBack(claim, volume)) return adoptedDisk(volume, seen);
      return dataVolume || claim ? leftover(volume) : newDisk(volume, seen);
    case "failed":
      return failed(progress.message);
    case "retrying":
      return progress.tries >= 5 ? failed(progress.message) : filling(`Trying again: ${progress.message}`);
    case "ready":
      return grownDisk(volume, claim);
    default:
      return filling("The disk is being made");
  }
}

const waiting = (reason: string, message: string): DiskStep => ({ disk: "missing", reason, message });
const filling = (message: string): DiskStep => ({ disk: "filling", reason: "Provisioning", message });
const failed = (message: string): DiskStep => ({ disk: "failed", reason: "Failed", message });

const leftover = (volume: Volume): DiskStep =>
  waiting(
    "Leftover",
    `Waiting until the former disk ${volume.metadata.name} is gone; if it is this volume's, label its claim ${volumeIdLabel}=${idOf(volume)}`,
  );

/** Marked as the disk of this volume, and nobody's: as after a restore of both from backups. */
const isBroughtBack = ({ metadata }: PersistentVolumeClaim, volume: Volume): boolean =>
  metadata.labels?.[volumeIdLabel] === idOf(volume) &&
  metadata.deletionTimestamp === undefined &&
  metadata.ownerReferences?.some(({ controller }) => controller) !== true;

function isOwned(dataVolume: DataVolume, { metadata }: Volume): boolean {
  return dataVolume.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid) ?? false;
}

const withoutType = ({ spec }: Volume): DiskStep =>
  waiting("VolumeTypeMissing", `Waiting for VolumeType ${spec.volumeTypeRef?.name ?? "(default)"}`);

function leftDisk({ dataVolume }: Seen): DiskStep {
  const ready = progressOf(dataVolume).step === "ready";
  return { disk: ready ? "ready" : "missing", reason: "Deleting", message: "The volume is being deleted" };
}

type Source = NonNullable<DataVolume["spec"]["source"]>;

function newDisk(volume: Volume, seen: Seen): DiskStep {
  const { volumeType } = seen;
  if (!volumeType) return withoutType(volume);
  const from = volume.spec.imageRef ? imageSource(volume, seen) : volume.spec.sourceVolumeRef ? volumeSource(volume, seen) : { blank: {} };
  if ("disk" in from) return from;
  return { ...filling("The disk is being made"), create: diskOf(volume, dataVolumeSpec(volumeType, volume.spec.sizeGiB, from)) };
}

/** Nothing is filled: what is on the claim is the volume's. */
function adoptedDisk(volume: Volume, { volumeType }: Seen): DiskStep {
  if (!volumeType) return withoutType(volume);
  const create = diskOf(volume, dataVolumeSpec(volumeType, volume.spec.sizeGiB, { blank: {} }), { adopted: true });
  return { ...filling("The disk that was brought back is being taken over"), create };
}

function imageSource(volume: Volume, { image, golden, now }: Seen): Source | DiskStep {
  const name = volume.spec.imageRef?.name ?? "";
  if (!image) return waiting("ImageMissing", `Waiting for Image ${name}`);
  if (image.status?.phase !== "active") return waiting("ImageNotActive", `Waiting for the bytes of Image ${name}`);
  const tooSmall = volumeImageError(volume.spec.sizeGiB, image);
  if (tooSmall) return failed(tooSmall.message);
  const state = goldenState(golden, now.getTime());
  const wait = { ...filling(`Waiting until Image ${name} is imported`), reason: "ImportingImage" };
  if (state.step === "failed") return failed(`Image ${displayNameOf(image)} could not be imported: ${state.message}`);
  if (state.step === "wait") return { ...wait, wakeAfterMs: state.wakeAfterMs };
  return state.step === "ready"
    ? { pvc: { namespace: image.metadata.namespace ?? "", name: state.name } }
    : { ...wait, golden: state.step };
}

function volumeSource(volume: Volume, { source }: Seen): Source | DiskStep {
  const name = volume.spec.sourceVolumeRef?.name ?? "";
  const { claimName, phase = "creating", sizeGiB = 0 } = source?.status ?? {};
  if (!source || !claimName || !["available", "in-use"].includes(phase)) return waiting("WaitingForVolume", `Waiting for Volume ${name}`);
  // CDI would accept it and wait for ever.
  if (volume.spec.sizeGiB < sizeGiB) return failed(`A copy of Volume ${displayNameOf(source)} needs at least ${sizeGiB} GiB`);
  return { pvc: { namespace: volume.metadata.namespace ?? "", name: claimName } };
}

function grownDisk(volume: Volume, claim: PersistentVolumeClaim | undefined): DiskStep {
  const { sizeGiB } = volume.spec;
  const asked = bytesOf(claim?.spec?.resources?.requests?.storage) ?? sizeGiB * 1024 ** 3;
  const has = quantityGiB(String(claim?.status?.capacity?.storage ?? ""));
  const ready: DiskStep = { disk: "ready", reason: "Bound", message: "The disk can be used", growing: has < sizeGiB };
  return asked < sizeGiB * 1024 ** 3 ? { ...ready, growTo: sizeGiB } : ready;
}

function shownOf(volume: Volume, { claim, image, source }: Seen, phase: VolumeStatus["phase"]): Plan["status"] {
  const old = volume.status ?? {};
  const hasGiB = quantityGiB(String(claim?.status?.capacity?.storage ?? ""));
  const imageMetadata = old.imageMetadata ?? (image ? imageMetadataOf(image) : source?.status?.imageMetadata);
  const bootable = volume.spec.bootable ?? (volume.spec.imageRef !== undefined || (source?.status?.bootable ?? old.bootable ?? false));
  return {
    ...(phase && { phase }),
    claimName: volume.metadata.name,
    sizeGiB: Number.isNaN(hasGiB) ? (old.sizeGiB ?? volume.spec.sizeGiB) : hasGiB,
    bootable,
    ...(imageMetadata && { imageMetadata }),
  };
}

/** Cinder's volume_image_metadata. */
function imageMetadataOf(image: Image): Record<string, string> {
  const { spec, status } = image;
  return {
    ...spec.properties,
    image_id: idOf(image),
    image_name: displayNameOf(image),
    container_format: spec.containerFormat ?? "bare",
    disk_format: spec.diskFormat ?? "raw",
    min_disk: String(spec.minDiskGiB ?? 0),
    min_ram: String(spec.minRAMMiB ?? 0),
    size: String(status?.sizeBytes ?? 0),
    ...(status?.md5 && { checksum: status.md5 }),
  };
}

function updatedAt({ metadata, status = {} }: Volume, shown: Plan["status"], now: string): string {
  const keys = ["phase", "sizeGiB", "bootable", "attachments"] as const;
  // The API server gives keys back in another order than we wrote them.
  const same = keys.every((key) => isDeepStrictEqual(status[key], shown[key]));
  return same && status.updatedAt && status.observedGeneration === metadata.generation ? status.updatedAt : now;
}
