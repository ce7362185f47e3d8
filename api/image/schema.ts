// Schemas of the image API: what a create takes, and the schema documents that clients may ask for.
import { type Static, Type } from "typebox";

export const diskFormats = ["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"] as const;
export const containerFormats = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"] as const;
export const visibilities = ["public", "private", "shared", "community"] as const;

const oneOf = <const T extends readonly string[]>(values: T) =>
  Type.Union(values.map((value) => Type.Literal(value))) as unknown as ReturnType<typeof Type.Unsafe<T[number]>>;
const nullable = <const T extends readonly string[]>(values: T) => Type.Unsafe<T[number] | null>({ enum: [...values, null] });
const count = Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 });
export const tag = Type.String({ maxLength: 255 });

/** Fields that a client may set; everything else in a create or patch is a property of its own. */
export const baseFields = {
  name: Type.Optional(Type.Union([Type.String({ maxLength: 255 }), Type.Null()])),
  disk_format: Type.Optional(nullable(diskFormats)),
  container_format: Type.Optional(nullable(containerFormats)),
  visibility: Type.Optional(oneOf(visibilities)),
  protected: Type.Optional(Type.Boolean()),
  os_hidden: Type.Optional(Type.Boolean()),
  min_disk: Type.Optional(count),
  min_ram: Type.Optional(count),
  tags: Type.Optional(Type.Array(tag, { maxItems: 50 })),
};

const property = Type.String({ maxLength: 65_535 });

export const createBody = Type.Object(
  {
    ...baseFields,
    id: Type.Optional(Type.String({ format: "uuid" })),
    owner: Type.Optional(Type.Union([Type.String({ maxLength: 255 }), Type.Null()])),
  },
  { additionalProperties: property, maxProperties: 160 },
);
export type CreateBody = Static<typeof createBody>;

/** Fields that only Kumulus writes. */
export const readOnlyFields: readonly string[] = [
  ...["id", "status", "owner", "size", "virtual_size", "checksum", "os_hash_algo", "os_hash_value", "created_at", "updated_at"],
  ...["self", "file", "schema", "locations", "direct_url", "stores"],
];

const attributePath = Type.String({ pattern: "^/", maxLength: 512 });
const value = Type.Optional(Type.Unknown());
const patchOperation = Type.Object({
  op: Type.Union([Type.Literal("add"), Type.Literal("replace"), Type.Literal("remove")]),
  path: attributePath,
  value,
});
export type PatchOperation = Static<typeof patchOperation>;

/** As the media type of version 2.0 writes it: `{"replace": "/name", "value": "x"}`. */
const draftOperation = Type.Union([
  Type.Object({ add: attributePath, value }),
  Type.Object({ replace: attributePath, value }),
  Type.Object({ remove: attributePath }),
]);

export const patchBody = Type.Array(Type.Union([patchOperation, draftOperation]), { maxItems: 256 });
export type PatchBody = Static<typeof patchBody>;

const text = (description: string, readOnly = false) => ({ type: ["null", "string"], description, ...(readOnly && { readOnly }) });
const number = (description: string, readOnly = false) => ({ type: ["null", "integer"], description, ...(readOnly && { readOnly }) });

/** GET /v2/schemas/image. */
export const imageSchema = {
  name: "image",
  properties: {
    id: { type: "string", description: "UUID of the image", pattern: "^[0-9a-fA-F-]{36}$" },
    name: { ...text("Name for people"), maxLength: 255 },
    status: { type: "string", description: "State of the image's data", readOnly: true },
    visibility: { type: "string", description: "Who sees the image", enum: visibilities },
    protected: { type: "boolean", description: "A protected image can not be deleted" },
    os_hidden: { type: "boolean", description: "A hidden image is left out of lists" },
    owner: text("Project that owns the image"),
    disk_format: { ...text("Format of the disk"), enum: [null, ...diskFormats] },
    container_format: { ...text("Format of the wrapping"), enum: [null, ...containerFormats] },
    min_disk: { type: "integer", description: "Smallest disk in GiB that boots it" },
    min_ram: { type: "integer", description: "Smallest memory in MiB that boots it" },
    size: number("Size of the data in bytes", true),
    virtual_size: number("Size of the disk inside in bytes", true),
    checksum: text("MD5 of the data", true),
    os_hash_algo: text("Algorithm of os_hash_value", true),
    os_hash_value: text("Digest of the data", true),
    tags: { type: "array", description: "Words to find it by", items: { type: "string", maxLength: 255 } },
    created_at: { type: "string", description: "Time of creation", readOnly: true },
    updated_at: { type: "string", description: "Time of the last change", readOnly: true },
    self: { type: "string", description: "Path of the image", readOnly: true },
    file: { type: "string", description: "Path of the image's data", readOnly: true },
    schema: { type: "string", description: "Path of this schema", readOnly: true },
  },
  additionalProperties: { type: "string" },
  links: [
    { href: "{self}", rel: "self" },
    { href: "{file}", rel: "enclosure" },
    { href: "{schema}", rel: "describedby" },
  ],
};

/** GET /v2/schemas/images. */
export const imagesSchema = {
  name: "images",
  properties: {
    images: { type: "array", items: imageSchema },
    first: { type: "string" },
    next: { type: "string" },
    schema: { type: "string" },
  },
  links: [
    { href: "{first}", rel: "first" },
    { href: "{next}", rel: "next" },
    { href: "{schema}", rel: "describedby" },
  ],
};
