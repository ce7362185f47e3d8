// Whether a disk and a memory size can hold an image, and how large its disks become.
import type { FlavorSpec } from "../../models/compute/flavor.ts";
import type { Image } from "../../models/image/image.ts";
import { KumulusError } from "../errors.ts";

export const bytesPerGiB = 1024 ** 3;

/** Smallest disk in GiB that holds the disk inside the image, whatever min_disk says. At least 1. */
export function imageDiskGiB(image: Image): number {
  const bytes = image.status?.virtualSizeBytes ?? image.status?.sizeBytes ?? 0;
  return Math.max(1, Math.ceil(bytes / bytesPerGiB));
}

/** Root disk in GiB of a server: the flavor's, or the image's own size where the flavor has none. */
export function rootDiskGiB(flavorDiskGiB: number, image: Image): number {
  return flavorDiskGiB > 0 ? flavorDiskGiB : Math.max(imageDiskGiB(image), image.spec.minDiskGiB ?? 0);
}

/** Why a server of this flavor can not boot the image (Nova's 400), or undefined. `bootsFromImage` is false for a server that boots a volume. */
export function flavorImageError(
  flavor: Pick<FlavorSpec, "ramMiB" | "diskGiB">,
  image: Image,
  bootsFromImage = true,
): KumulusError | undefined {
  const minRAMMiB = image.spec.minRAMMiB ?? 0;
  if (flavor.ramMiB < minRAMMiB)
    return new KumulusError("Invalid", `Flavor's memory is too small for the requested image: it needs ${minRAMMiB} MiB.`);
  const diskGiB = flavor.diskGiB ?? 0;
  if (!bootsFromImage || diskGiB === 0) return undefined;
  const minDiskGiB = image.spec.minDiskGiB ?? 0;
  if (diskGiB < minDiskGiB) {
    return new KumulusError(
      "Invalid",
      `Flavor's disk of ${diskGiB} GiB is smaller than the ${minDiskGiB} GiB that the image asks for as minimum.`,
    );
  }
  const virtualSizeBytes = image.status?.virtualSizeBytes ?? image.status?.sizeBytes ?? 0;
  if (diskGiB * bytesPerGiB < virtualSizeBytes) {
    return new KumulusError(
      "Invalid",
      `Flavor's disk is too small for requested image. Flavor disk is ${diskGiB * bytesPerGiB} bytes, image is ${virtualSizeBytes} bytes.`,
    );
  }
  return undefined;
}

/** Why a volume of this size can not be made from the image (Cinder's 400), or undefined. */
export function volumeImageError(sizeGiB: number, image: Image): KumulusError | undefined {
  const least = Math.max(imageDiskGiB(image), image.spec.minDiskGiB ?? 0);
  if (sizeGiB >= least) return undefined;
  return new KumulusError(
    "Invalid",
    `Volume size ${sizeGiB} GiB is smaller than the ${least} GiB that image ${image.spec.displayName ?? image.metadata.name} needs.`,
  );
}
