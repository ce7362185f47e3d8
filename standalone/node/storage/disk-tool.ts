// What makes and changes disk files: qemu-img, or bare empty files where no guest will ever read them.
import { rename, rm, truncate, writeFile } from "node:fs/promises";
import { run } from "../../../clients/programs/run.ts";
import { KumulusError } from "../../../domain/errors.ts";

export interface DiskTool {
  blank(path: string, bytes: number): Promise<void>;
  /** A file that shows `backing` (a name in the same folder) until it is written to. */
  overlay(path: string, backing: string, bytes: number): Promise<void>;
  /**
   * Makes a volume of `bytes` (the image's own size when undefined) from a file that came from outside, which is moved or removed.
   * Rejects with Invalid when it is no image, points to other files, or is larger than the volume.
   */
  adopt(source: string, target: string, bytes: number | undefined): Promise<void>;
  resize(path: string, bytes: number): Promise<void>;
}

interface ImageInfo {
  format: string;
  "virtual-size": number;
  "backing-filename"?: string;
  "format-specific"?: { data?: { "data-file"?: string } };
}

/** Formats that are read as they come; anything else a user sends is refused, raw being what has no signature. */
const readable = new Set(["qcow2", "raw", "vmdk", "vdi", "vpc", "vhdx"]);
const slowMs = 30 * 60_000;

async function inspect(source: string, bytes: number | undefined): Promise<ImageInfo> {
  const told = await run("qemu-img", ["info", "--output=json", source]).catch((cause: unknown) => {
    throw new KumulusError("Invalid", `Unable to process data: ${(cause as Error).message}`, { cause });
  });
  const info = JSON.parse(told) as ImageInfo;
  if (!readable.has(info.format)) throw new KumulusError("Invalid", `Unable to process data: Invalid format ${info.format} for image`);
  if (info["backing-filename"] !== undefined || info["format-specific"]?.data?.["data-file"] !== undefined)
    throw new KumulusError("Invalid", "Unable to process data: image with a backing or external data file is not supported");
  if (bytes !== undefined && info["virtual-size"] > bytes)
    throw new KumulusError(
      "Invalid",
      `Unable to process data: Virtual image size ${info["virtual-size"]} is larger than the reported available storage ${bytes}. A larger PVC is required.`,
    );
  return info;
}

export const qemuImg: DiskTool = {
  async blank(path, bytes) {
    await run("qemu-img", ["create", "-q", "-f", "qcow2", path, String(bytes)]);
  },
  async overlay(path, backing, bytes) {
    await run("qemu-img", ["create", "-q", "-f", "qcow2", "-b", backing, "-F", "qcow2", path, String(bytes)]);
  },
  async adopt(source, target, bytes) {
    const info = await inspect(source, bytes);
    if (info.format === "qcow2") await rename(source, target);
    else {
      await run("qemu-img", ["convert", "-q", "-f", info.format, "-O", "qcow2", source, target], { timeoutMs: slowMs });
      await rm(source);
    }
    if (bytes !== undefined && bytes > info["virtual-size"]) await this.resize(target, bytes);
  },
  async resize(path, bytes) {
    await run("qemu-img", ["resize", "-q", "-f", "qcow2", path, String(bytes)]);
  },
};

/** For the simulated hypervisor: sparse files of the right size, without content. */
export const emptyFiles: DiskTool = {
  async blank(path, bytes) {
    await writeFile(path, "");
    await truncate(path, bytes);
  },
  overlay: (path, _backing, bytes) => emptyFiles.blank(path, bytes),
  async adopt(source, target, bytes) {
    await rename(source, target);
    await truncate(target, bytes ?? 0);
  },
  resize: (path, bytes) => truncate(path, bytes),
};
