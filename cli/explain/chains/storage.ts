// Images and volumes, down to their claims. Pure.
import { DataVolume } from "../../../clients/cdi/kinds.ts";
import { imageAnnotation, volumeTypeAnnotation } from "../../../domain/image/golden.ts";
import { Image } from "../../../models/image/image.ts";
import type { ObjectRef } from "../../../models/kind.ts";
import type { Volume } from "../../../models/volume/volume.ts";
import { VolumeType } from "../../../models/volume/volume-type.ts";
import { absentLine, type Line, stages, words } from "../line.ts";
import { ownLine } from "../readiness.ts";
import type { World } from "../world.ts";
import { diskLine } from "./disk.ts";

/** Golden disks: one a volume type, made at the first use. */
function goldenLines({ metadata }: Image, known: string | undefined, world: World): Line[] {
  const { name, namespace } = metadata;
  const goldens = world.list(DataVolume, namespace).filter((disk) => disk.metadata.annotations?.[imageAnnotation] === name);
  return goldens.map((golden) => {
    const role = `golden disk on ${golden.metadata.annotations?.[volumeTypeAnnotation] ?? "some type"}`;
    const line = diskLine({ name: golden.metadata.name, namespace, known, stage: stages.golden, role }, world);
    return { ...line, stage: stages.golden };
  });
}

export function imageLine(image: Image, world: World, stage: number = stages.own, known?: string): Line {
  return ownLine(image, world, { stage, known, children: goldenLines(image, known ?? image.metadata.namespace, world) });
}

export function imageRefLine(ref: ObjectRef, namespace: string | undefined, world: World): Line {
  const where = ref.namespace ?? namespace;
  const image = world.get(Image, ref.name, where);
  return image ? imageLine(image, world, stages.given, namespace) : absentLine(`Image ${where}/${ref.name}`, stages.given);
}

export function volumeLine(volume: Volume, world: World, stage: number = stages.own, known?: string): Line {
  const { name, namespace } = volume.metadata;
  const { imageRef, volumeTypeRef } = volume.spec;
  const { phase, sizeGiB, claimName = name, attachments = [] } = volume.status ?? {};
  const type = volumeTypeRef && world.get(VolumeType, volumeTypeRef.name);
  // An image matters until the volume has its bytes.
  const isFilled = phase !== undefined && !["creating", "downloading", "error"].includes(phase);
  const children = [
    diskLine({ name: claimName, namespace, stage: stages.disk }, world),
    ...(volumeTypeRef && !type ? [absentLine(`VolumeType ${volumeTypeRef.name}`, stages.given)] : []),
    ...(imageRef && !isFilled ? [imageRefLine(imageRef, namespace, world)] : []),
  ];
  const shows = words(phase, sizeGiB === undefined ? undefined : `${sizeGiB} GiB`, ...attachments.map(({ server }) => `held by ${server}`));
  return ownLine(volume, world, { stage, known, shows, children });
}
