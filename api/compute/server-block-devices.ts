// The disks that a new server asks for: `imageRef` and `block_device_mapping_v2` (Compute API, "Block Device Mapping") become a root and volumes.
import { KumulusError } from "../../domain/errors.ts";
import { displayNameOf } from "../../domain/id.ts";
import { flavorImageError, volumeImageError } from "../../domain/image/min-disk.ts";
import type { Flavor } from "../../models/compute/flavor.ts";
import type { Image } from "../../models/image/image.ts";
import type { Volume, VolumeSpec } from "../../models/volume/volume.ts";
import type { Auth, ProjectScope } from "../http/auth.ts";
import { mayUseImage } from "./access.ts";
import { checkAttachable } from "./attachable.ts";
import { isTrue } from "./fields.ts";
import type { BlockDevice, CreateServer } from "./server-schema.ts";
import type { ComputeWorld } from "./world.ts";

/** One volume of the new server: one that exists, or one to make. */
interface WantedVolume {
  volume?: Volume;
  create?: VolumeSpec;
  bootIndex?: number;
  device?: string;
  tag?: string;
  deleteOnTermination: boolean;
}

export interface Disks {
  /** Root disk from an image; absent where a volume boots. */
  image?: Image;
  volumes: WantedVolume[];
}

const invalid = (message: string) => new KumulusError("Invalid", message);
const badMapping = (details: string) => invalid(`Block Device Mapping is Invalid: ${details}`);
const badSequence = () => badMapping("Boot sequence for the instance and image/block device mapping combination is not valid.");

export interface DiskRequest {
  auth: Auth;
  project: ProjectScope;
  flavor: Flavor;
}

export async function resolveDisks(world: ComputeWorld, body: CreateServer, request: DiskRequest): Promise<Disks> {
  if ((body.block_device_mapping ?? []).length > 0) {
    throw new KumulusError("NotImplemented", "block_device_mapping is not supported; use block_device_mapping_v2.");
  }
  const mapping = (body.block_device_mapping_v2 ?? []).filter(({ no_device }) => no_device === undefined || no_device === null);
  if (mapping.length === 0) return { image: await rootImage(world, body.imageRef, request), volumes: [] };
  checkSequence(mapping);
  const volumes: WantedVolume[] = [];
  let image: Image | undefined;
  for (const device of mapping) {
    const found = await resolveDevice(world, device, request);
    if ("image" in found) image = found.image;
    else volumes.push(found.wanted);
  }
  return image ? { image, volumes } : { volumes };
}

async function rootImage(world: ComputeWorld, id: string | undefined, request: DiskRequest): Promise<Image> {
  if (id === undefined || id === "") throw invalid("Invalid imageRef provided.");
  return usableImage(world, id, request);
}

async function usableImage(world: ComputeWorld, id: string, { auth, flavor }: DiskRequest, bootsFromImage = true): Promise<Image> {
  const image = await world.images.byId(id);
  if (!image || !mayUseImage(image, auth)) throw invalid("Can not find requested image");
  if (image.status?.phase !== "active") throw invalid(`Image ${id} is not active.`);
  const error = flavorImageError(flavor.spec, image, bootsFromImage);
  if (error) throw error;
  return image;
}

const bootIndexOf = ({ boot_index: index }: BlockDevice): number | undefined =>
  index === undefined || index === null || Number(index) < 0 ? undefined : Number(index);

/** Exactly 0 … n without a gap. */
function checkSequence(mapping: readonly BlockDevice[]): void {
  const indexes = mapping.map(bootIndexOf).filter((index) => index !== undefined);
  const inOrder = indexes.toSorted((a, b) => a - b).every((index, position) => index === position);
  if (indexes.length === 0 || !inOrder) throw badSequence();
}

/** Older clients give `image_id`, `volume_id` or `snapshot_id` instead of a source and a uuid. */
function sourceOf(device: BlockDevice): { source: string; id: string | undefined } {
  const { image_id: image, volume_id: volume, snapshot_id: snapshot, source_type: source, uuid } = device;
  if (source !== undefined) return { source, id: uuid ?? image ?? volume ?? snapshot };
  if (image !== undefined) return { source: "image", id: image };
  if (volume !== undefined) return { source: "volume", id: volume };
  if (snapshot !== undefined) return { source: "snapshot", id: snapshot };
  return { source: "blank", id: undefined };
}

type Found = { image: Image } | { wanted: WantedVolume };

async function resolveDevice(world: ComputeWorld, device: BlockDevice, request: DiskRequest): Promise<Found> {
  const { source, id } = sourceOf(device);
  if (source !== "blank" && id === undefined) throw badMapping("Missing device UUID.");
  if (source === "snapshot") throw badMapping(`failed to get snapshot ${id}.`);
  const destination = device.destination_type ?? (source === "image" || source === "blank" ? "local" : "volume");
  if (source === "volume") {
    if (destination === "local") throw badMapping("Mapping volume to local is not supported.");
    return { wanted: await existingVolume(world, id ?? "", device, request.project) };
  }
  if (destination === "local") return localDisk(world, source, id, device, request);
  return { wanted: await newVolume(world, source === "image" ? id : undefined, device, request) };
}

async function localDisk(
  world: ComputeWorld,
  source: string,
  id: string | undefined,
  device: BlockDevice,
  request: DiskRequest,
): Promise<Found> {
  if (source === "image" && bootIndexOf(device) === 0) return { image: await rootImage(world, id, request) };
  if (source === "image") throw badMapping("Mapping image to local is only possible for the disk that the instance boots from.");
  throw new KumulusError("NotImplemented", "Ephemeral and swap disks are not supported.");
}

async function existingVolume(world: ComputeWorld, id: string, device: BlockDevice, project: ProjectScope): Promise<WantedVolume> {
  const volume = await world.volumes.byId(id);
  if (!volume || volume.metadata.namespace !== project.namespace) throw badMapping(`failed to get volume ${id}.`);
  checkAttachable(world, volume, ["available", "creating", "downloading"]);
  const bootIndex = bootIndexOf(device);
  const bootable = volume.spec.bootable ?? volume.status?.bootable ?? volume.spec.imageRef !== undefined;
  if (bootIndex === 0 && !bootable) throw invalid(`Block Device ${id} is not bootable.`);
  return { volume, ...common(device) };
}

async function newVolume(
  world: ComputeWorld,
  imageID: string | undefined,
  device: BlockDevice,
  request: DiskRequest,
): Promise<WantedVolume> {
  const bootIndex = bootIndexOf(device);
  const image = imageID === undefined ? undefined : await usableImage(world, imageID, request, false);
  if (!image && bootIndex === 0) throw badSequence();
  const sizeGiB = Number(device.volume_size ?? 0) || (image && bootIndex === 0 ? (request.flavor.spec.diskGiB ?? 0) : 0);
  if (sizeGiB === 0) {
    const what = image ? "Images with destination_type 'volume'" : "Blank volumes (source: 'blank', dest: 'volume')";
    throw badMapping(`${what} need to have non-zero size`);
  }
  const error = image && volumeImageError(sizeGiB, image);
  if (error) throw error;
  const create: VolumeSpec = { displayName: "", sizeGiB };
  if (image) create.imageRef = { name: image.metadata.name, ...(image.metadata.namespace && { namespace: image.metadata.namespace }) };
  if (image) create.bootable = true;
  if (device.volume_type) create.volumeTypeRef = { name: await volumeType(world, device.volume_type) };
  return { create, ...common(device) };
}

async function volumeType(world: ComputeWorld, name: string): Promise<string> {
  const found = world.volumeTypes.list().find((type) => displayNameOf(type) === name) ?? (await world.volumeTypes.byId(name));
  if (!found) throw invalid(`Volume type ${name} could not be found.`);
  return found.metadata.name;
}

function common(device: BlockDevice): Omit<WantedVolume, "volume" | "create"> {
  const bootIndex = bootIndexOf(device);
  return {
    deleteOnTermination: isTrue(device.delete_on_termination),
    ...(bootIndex === undefined ? {} : { bootIndex }),
    ...(device.device_name ? { device: device.device_name } : {}),
    ...(device.tag === undefined ? {} : { tag: device.tag }),
  };
}

/** Volumes that exist already: they are reserved while the server is made. */
export const existing = ({ volumes }: Disks): Volume[] => volumes.flatMap(({ volume }) => (volume ? [volume] : []));
