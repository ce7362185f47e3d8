// Admission of Volumes: the type, image and source exist and fit, and a volume in use stays.
import { displayNameOf, idOf, tenantOf } from "../../domain/id.ts";
import { volumeImageError } from "../../domain/image/min-disk.ts";
import { limitOf, typedQuotaKeys } from "../../domain/quota.ts";
import type { Amounts } from "../../domain/quota-problem.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { Image } from "../../models/image/image.ts";
import { Volume } from "../../models/volume/volume.ts";
import { VolumeType } from "../../models/volume/volume-type.ts";
import { isActive, visibleImage } from "../image/image-use.ts";
import { defineRules, firstOf, isLeaving, namespaceOf, type Reference, refTo, refuse, type Verdict, type View } from "../rules.ts";
import { holdersOf } from "./volume-use.ts";

const invalid = (message: string, because: Parameters<typeof refuse>[3] = []) =>
  refuse("Invalid", "InvalidInput", `Invalid input received: ${message}`, because);

function type(volume: Volume, view: View): Verdict {
  const name = volume.spec.volumeTypeRef?.name;
  if (name === undefined || view.get(VolumeType, name)) return undefined;
  return refuse("NotFound", "VolumeTypeNotFound", `Volume type ${name} could not be found.`);
}

function image(volume: Volume, view: View): Verdict {
  const { imageRef, sizeGiB } = volume.spec;
  if (!imageRef) return undefined;
  const found = visibleImage(imageRef, namespaceOf(volume), view);
  if (!found) {
    const hidden = view.get(Image, imageRef.name, imageRef.namespace ?? namespaceOf(volume));
    return refuse("Invalid", "InvalidImageRef", "Invalid image identifier or unable to access requested image.", hidden ? [hidden] : []);
  }
  if (!isActive(found)) return invalid(`Image ${idOf(found)} is not active.`, [found]);
  const problem = volumeImageError(sizeGiB, found);
  return problem && invalid(problem.message, [found]);
}

function source(volume: Volume, view: View): Verdict {
  const { sourceVolumeRef, sizeGiB } = volume.spec;
  if (!sourceVolumeRef) return undefined;
  const found = view.get(Volume, sourceVolumeRef.name, namespaceOf(volume));
  if (!found || isLeaving(found)) {
    return refuse("NotFound", "VolumeNotFound", `Volume ${sourceVolumeRef.name} could not be found.`, found ? [found] : []);
  }
  if (found.status?.phase === "error") return invalid(`Volume ${idOf(found)} is in the state error.`, [found]);
  if (sizeGiB >= found.spec.sizeGiB) return undefined;
  return invalid(
    `Size of specified volume ${sizeGiB} is smaller than that of the source volume ${displayNameOf(found)} (${found.spec.sizeGiB}).`,
    [found],
  );
}

/** The type that it has, the default one where it names none. */
function typeOf({ spec }: Volume, view: View): VolumeType | undefined {
  if (spec.volumeTypeRef) return view.get(VolumeType, spec.volumeTypeRef.name);
  return view.list(VolumeType).find((each) => each.spec.isDefault);
}

/** What it takes of the quota, and of that of its type. */
function amounts(volume: Volume, view: View): Amounts {
  const [size, found] = [volume.spec.sizeGiB, typeOf(volume, view)];
  const typed = found ? typedQuotaKeys(displayNameOf(found)) : [];
  return { volumes: 1, gigabytes: size, ...Object.fromEntries(typed.map((key) => [key, key.startsWith("gigabytes") ? size : 1])) };
}

function largest({ spec, metadata }: Volume, view: View): Verdict {
  const tenant = view.get(Tenant, tenantOf(metadata.namespace ?? ""));
  const limit = limitOf(view, tenant, "perVolumeGigabytes");
  if (limit < 0 || spec.sizeGiB <= limit) return undefined;
  const message = `Requested volume size ${spec.sizeGiB}G is larger than maximum allowed limit ${limit}G.`;
  return refuse("OverQuota", "OverQuota", message, tenant ? [tenant] : []);
}

function references(volume: Volume): Reference[] {
  const { volumeTypeRef, imageRef, sourceVolumeRef } = volume.spec;
  return [
    ...(volumeTypeRef ? [{ kind: VolumeType, name: volumeTypeRef.name }] : []),
    ...refTo(Image, imageRef, volume),
    ...refTo(Volume, sourceVolumeRef, volume),
  ];
}

const inUse =
  "Invalid volume: Volume status must be available or error or error_restoring or error_extending or error_managing and must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, or be disassociated from snapshots after volume transfer.";

export const volumeRules = defineRules<Volume>({
  kind: Volume,
  quota: { service: "volume", amounts },
  references,
  create: (volume, view) =>
    firstOf(
      () => type(volume, view),
      () => largest(volume, view),
      () => image(volume, view),
      () => source(volume, view),
    ),
  update: (volume, old, view) =>
    firstOf(
      () => type(volume, view),
      () => (volume.spec.sizeGiB > old.spec.sizeGiB ? largest(volume, view) : undefined),
    ),
  remove(volume, view) {
    const { name } = volume.metadata;
    // A server that is going takes the volume with it where its user said so.
    const goesAlong = (server: ReturnType<typeof holdersOf>[number]) =>
      isLeaving(server) && server.spec.volumes?.some((entry) => entry.name === name && entry.deleteOnTermination) === true;
    const holders = holdersOf(volume, view).filter((server) => !goesAlong(server));
    return holders.length > 0 ? refuse("Invalid", "InvalidVolume", inUse, holders) : undefined;
  },
});
