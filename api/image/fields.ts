// How Glance's fields land in an Image's spec, one place for create and patch.
import { KumulusError } from "../../domain/errors.ts";
import type { ImageSpec } from "../../models/image/image.ts";
import { readOnlyFields } from "./schema.ts";

/** Base field → field of the spec. */
const specFields = new Map<string, keyof ImageSpec>(
  Object.entries({
    name: "displayName",
    disk_format: "diskFormat",
    container_format: "containerFormat",
    visibility: "visibility",
    protected: "protected",
    os_hidden: "hidden",
    min_disk: "minDiskGiB",
    min_ram: "minRAMMiB",
    tags: "tags",
  } as const),
);

/** Names that a property can not have: clients would take them for something else. */
const reserved = /^(?:owner_id|deleted|deleted_at|is_public|members)$/;

export const isBaseField = (name: string): boolean => specFields.has(name);

/** Sets a field, or removes it with `null`. Forbidden (403) for what only Kumulus writes. The value has passed the schema. */
export function setField(spec: ImageSpec, name: string, value: unknown): void {
  if (readOnlyFields.includes(name)) throw new KumulusError("Forbidden", `Attribute '${name}' is read-only.`);
  if (reserved.test(name)) throw new KumulusError("Forbidden", `Attribute '${name}' is reserved.`);
  const field = specFields.get(name);
  spec.properties ??= {};
  const target = (field ? spec : spec.properties) as Record<string, unknown>;
  const key = field ?? name;
  if (value === null || value === undefined) delete target[key];
  else target[key] = field === "tags" ? [...new Set(value as string[])] : value;
}
