// A request for a new volume, checked and made: every refusal in Cinder's words (Block Storage API v3, "Create a volume").

import { creatorAnnotations } from "../../domain/created-by.ts";
import { KumulusError } from "../../domain/errors.ts";
import { finalizers } from "../../domain/finalizers.ts";
import { newMetadata } from "../../domain/id.ts";
import { volumeImageError } from "../../domain/image/min-disk.ts";
import type { Image } from "../../models/image/image.ts";
import type { Volume, VolumeSpec } from "../../models/volume/volume.ts";
import { mayUseImage } from "../compute/access.ts";
import { isTrue } from "../compute/fields.ts";
import type { ApiRequest } from "../http/request.ts";
import { type CreateVolume, texts } from "./volume-schema.ts";
import { shownStatus } from "./volume-state.ts";
import { isBootable, zone } from "./volume-view.ts";
import { mayUseType, type VolumeWorld } from "./world.ts";

type Request = Pick<ApiRequest, "id" | "auth" | "project" | "require">;
const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const invalid = (message: string) => new KumulusError("Invalid", message);
const notFound = (message: string) => new KumulusError("NotFound", message);

export async function createVolume(world: VolumeWorld, request: Request, body: CreateVolume): Promise<Volume> {
  if (body.imageRef ?? body.image_id) request.require("volume:create_from_image");
  if (isMultiattach(body)) request.require("volume:multiattach");
  refuseUnsupported(body);
  const sources = [body.imageRef ?? body.image_id, body.source_volid].filter((source) => source);
  if (sources.length > 1) throw invalid("Only one of imageRef, source_volid and snapshot_id can be given.");
  const image = await imageOf(world, request, body.imageRef ?? body.image_id);
  const source = await sourceOf(world, request, body.source_volid);
  const sizeGiB = sizeOf(body.size, source, image);
  const typeRef = typeRefOf(world, request, body, source);
  const metadata = newMetadata(body.name ?? body.display_name ?? "", request.project.namespace, finalizers.volume);
  const spec: VolumeSpec = {
    displayName: body.name ?? body.display_name ?? "",
    sizeGiB,
    metadata: texts(body.metadata ?? {}),
    ...(body.description || body.display_description ? { description: body.description || body.display_description || "" } : {}),
    ...(typeRef === undefined ? {} : { volumeTypeRef: { name: typeRef } }),
    ...(image ? { imageRef: refTo(image), bootable: true } : {}),
    ...(source ? { sourceVolumeRef: { name: source.metadata.name }, bootable: isBootable(source) } : {}),
    ...(body.availability_zone ? { availabilityZone: body.availability_zone } : {}),
  };
  return await world.volumes.create({
    apiVersion: "volume.kumulus.cloud/v1alpha1",
    kind: "Volume",
    metadata: { ...metadata, annotations: creatorAnnotations(request.auth.userId, request.id) },
    spec,
  });
}

const isMultiattach = ({ multiattach: value }: CreateVolume) => (typeof value === "boolean" ? value : isTrue(value ?? undefined));

/** What is not there yet is refused; a reference to it can only be wrong. */
function refuseUnsupported(body: CreateVolume): void {
  if (body.snapshot_id) throw notFound(`Snapshot ${body.snapshot_id} could not be found.`);
  if (body.backup_id) throw notFound(`Backup ${body.backup_id} could not be found.`);
  if (body.consistencygroup_id) throw notFound(`ConsistencyGroup ${body.consistencygroup_id} could not be found.`);
  if (body.group_id) throw notFound(`Group ${body.group_id} could not be found.`);
  if (isMultiattach(body)) throw new KumulusError("NotImplemented", "Volumes for several servers at once are not supported.");
  if (body.availability_zone && body.availability_zone !== zone) {
    throw invalid(`Invalid input received: Availability zone '${body.availability_zone}' is invalid.`);
  }
}

async function imageOf(world: VolumeWorld, { auth }: Request, ref: string | null | undefined): Promise<Image | undefined> {
  if (!ref) return undefined;
  const id = ref.split("/").at(-1) ?? "";
  if (!uuid.test(id)) throw invalid("Invalid image identifier or unable to access requested image.");
  const image = await world.images.byId(id);
  if (!image || !mayUseImage(image, auth)) throw notFound(`Image ${id} could not be found.`);
  if (image.status?.phase !== "active") throw invalid(`Invalid input received: Image ${id} is not active.`);
  return image;
}

async function sourceOf(world: VolumeWorld, { project }: Request, id: string | null | undefined): Promise<Volume | undefined> {
  if (!id) return undefined;
  const source = await world.volumes.byId(id);
  if (!source || source.metadata.namespace !== project.namespace) throw notFound(`Volume ${id} could not be found.`);
  const status = shownStatus(source, world.holders(source));
  if (status !== "available" && status !== "in-use") {
    throw invalid(`Invalid volume: Volume ${id} status must be available or in-use to be cloned, currently ${status}.`);
  }
  return source;
}

function sizeOf(asked: number | string | null | undefined, source: Volume | undefined, image: Image | undefined): number {
  const sizeGiB = asked === undefined || asked === null ? source?.spec.sizeGiB : Number(asked);
  if (sizeGiB === undefined) throw invalid("Invalid input received: Volume size must be given.");
  if (!Number.isInteger(sizeGiB) || sizeGiB < 1) {
    throw invalid(`Invalid input received: Volume size '${sizeGiB}' must be an integer and greater than 0`);
  }
  if (source && sizeGiB < source.spec.sizeGiB) {
    throw invalid(
      `Invalid input received: Volume size '${sizeGiB}'GB cannot be smaller than original volume size ${source.spec.sizeGiB}GB. They must be >= original volume size.`,
    );
  }
  const error = image && volumeImageError(sizeGiB, image);
  if (error) throw error;
  return sizeGiB;
}

/** A copy has the type of its source. undefined: the default type. */
function typeRefOf(
  world: VolumeWorld,
  { auth }: Request,
  { volume_type: asked }: CreateVolume,
  source: Volume | undefined,
): string | undefined {
  const type = asked ? world.findType(asked) : undefined;
  if (asked && (!type || !mayUseType(type, auth))) throw notFound(`Volume type with name ${asked} could not be found.`);
  const inherited = source && world.typeOf(source)?.metadata.name;
  if (type && inherited !== undefined && inherited !== type.metadata.name) {
    throw invalid("Invalid input received: Invalid volume_type provided: it must be that of the source volume.");
  }
  return type?.metadata.name ?? inherited;
}

const refTo = ({ metadata: { name, namespace } }: Image) => (namespace === undefined ? { name } : { name, namespace });
