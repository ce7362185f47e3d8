// The wire form of an Image (Image API v2, "Show image"): every field that a client may read is named here and nowhere else.
import { createdAt, displayNameOf, idOf } from "../../domain/id.ts";
import type { Image } from "../../models/image/image.ts";

/** Glance's times have seconds. */
const time = (text: string | undefined) => (text ?? "").replace(/\.\d+Z$/, "Z");

function updatedAt(image: Image): string {
  return image.status?.updatedAt ?? createdAt(image);
}

export type ImageView = ReturnType<typeof viewImage>;

/** `owner` is the project's id. Properties are fields of their own, but never in a base field's place. */
export function viewImage(image: Image, owner: string) {
  const { spec, status = {} } = image;
  const id = idOf(image);
  return {
    ...spec.properties,
    id,
    name: displayNameOf(image),
    status: status.phase ?? "queued",
    visibility: spec.visibility ?? "shared",
    protected: spec.protected ?? false,
    os_hidden: spec.hidden ?? false,
    owner,
    disk_format: spec.diskFormat ?? null,
    container_format: spec.containerFormat ?? null,
    min_disk: spec.minDiskGiB ?? 0,
    min_ram: spec.minRAMMiB ?? 0,
    size: status.sizeBytes ?? null,
    virtual_size: status.virtualSizeBytes ?? null,
    checksum: status.md5 ?? null,
    os_hash_algo: status.sha512 === undefined ? null : "sha512",
    os_hash_value: status.sha512 ?? null,
    tags: spec.tags ?? [],
    created_at: time(createdAt(image)),
    updated_at: time(updatedAt(image)),
    self: `/v2/images/${id}`,
    file: `/v2/images/${id}/file`,
    schema: "/v2/schemas/image",
  };
}
