// Bodies of server create and update (Compute API, "Create Server", "Update Server"), one schema for each microversion in which they changed.
import { type Static, type TSchema, Type } from "typebox";
import {
  Count,
  Description,
  DiskConfig,
  exact,
  Flag,
  Hostname,
  IPAddress,
  IPv4,
  IPv6,
  Metadata,
  Name,
  nullable,
  Tag,
  UUID,
} from "./fields.ts";

/** Minors from which the body of a creation is another one. */
export const createSince = [1, 19, 32, 33, 37, 42, 52, 57, 63, 67, 74, 90] as const;
export const updateSince = [1, 19, 90] as const;

const since = (minor: number, first: number, properties: Record<string, TSchema>) => (minor >= first ? properties : {});

function network(minor: number) {
  return exact({
    uuid: Type.Optional(minor >= 37 ? UUID : Type.String()),
    port: Type.Optional(nullable(UUID)),
    fixed_ip: Type.Optional(IPAddress),
    ...since(minor === 37 ? 0 : minor, 32, { tag: Type.Optional(Tag) }),
  });
}

function networks(minor: number) {
  const list = Type.Array(network(minor >= 37 && minor < 42 ? 37 : minor));
  if (minor < 37) return Type.Optional(list);
  return Type.Union([list, Type.Literal("auto"), Type.Literal("none")]);
}

const short = Type.Optional(Type.String({ maxLength: 255 }));
const deviceName = Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 255, pattern: "^[a-zA-Z0-9._/-]*$" })));
const sourceTypes = ["volume", "image", "snapshot", "blank"].map((word) => Type.Literal(word));

function blockDevice(minor: number) {
  return exact({
    boot_index: Type.Optional(nullable(Type.Union([Type.Integer(), Type.String({ pattern: "^-?[0-9]+$" })]))),
    source_type: Type.Optional(Type.Union(sourceTypes)),
    uuid: Type.Optional(Type.String({ minLength: 1, maxLength: 255, pattern: "^[a-zA-Z0-9._-]*$" })),
    image_id: Type.Optional(UUID),
    volume_id: Type.Optional(UUID),
    snapshot_id: Type.Optional(UUID),
    destination_type: Type.Optional(Type.Union([Type.Literal("local"), Type.Literal("volume")])),
    volume_size: Type.Optional(nullable(Count(1))),
    delete_on_termination: Type.Optional(Flag),
    device_name: deviceName,
    guest_format: short,
    device_type: short,
    disk_bus: short,
    no_device: Type.Optional(Type.Unknown()),
    virtual_name: short,
    connection_info: Type.Optional(Type.String()),
    ...since(minor === 32 || minor >= 42 ? 1 : 0, 1, { tag: Type.Optional(Tag) }),
    ...since(minor, 67, { volume_type: Type.Optional(nullable(Type.String({ maxLength: 255 }))) }),
  });
}

const access = { accessIPv4: Type.Optional(IPv4), accessIPv6: Type.Optional(IPv6) };
const Hints = Type.Optional(Type.Object({}, { additionalProperties: true }));
const Host = Type.Optional(Type.String({ minLength: 1, maxLength: 255, pattern: "^[a-zA-Z0-9-._]*$" }));

function serverProperties(minor: number) {
  return {
    name: Name,
    flavorRef: Type.Union([Type.String({ minLength: 1 }), Type.Integer()]),
    imageRef: Type.Optional(Type.Union([UUID, Type.Literal("")])),
    adminPass: Type.Optional(Type.String()),
    metadata: Type.Optional(Metadata),
    networks: networks(minor),
    "OS-DCF:diskConfig": Type.Optional(DiskConfig),
    ...access,
    availability_zone: Type.Optional(Name),
    block_device_mapping: Type.Optional(Type.Array(Type.Unknown())),
    block_device_mapping_v2: Type.Optional(Type.Array(blockDevice(minor))),
    config_drive: Type.Optional(Flag),
    key_name: Type.Optional(Name),
    min_count: Type.Optional(Count(1)),
    max_count: Type.Optional(Count(1)),
    return_reservation_id: Type.Optional(Flag),
    security_groups: Type.Optional(Type.Array(exact({ name: Type.Optional(Name) }))),
    user_data: Type.Optional(Type.String({ maxLength: 65535 })),
    ...(minor < 57 ? { personality: Type.Optional(Type.Array(Type.Unknown())) } : {}),
    ...since(minor, 19, { description: Type.Optional(Description) }),
    ...since(minor, 52, { tags: Type.Optional(Type.Array(Tag, { maxItems: 50 })) }),
    ...since(minor, 63, {
      trusted_image_certificates: Type.Optional(nullable(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }))),
    }),
    ...since(minor, 74, { host: Host, hypervisor_hostname: Host }),
    ...since(minor, 90, { hostname: Type.Optional(Hostname) }),
  };
}

/** The body of a creation at the microversion 2.`minor`. */
export const createBody = (minor: number) =>
  Type.Object(
    { server: exact(serverProperties(minor)), "os:scheduler_hints": Hints, "OS-SCH-HNT:scheduler_hints": Hints },
    { additionalProperties: false },
  );

/** What a handler reads of it: everything that any microversion allows. */
export interface CreateServer {
  name: string;
  flavorRef: string | number;
  imageRef?: string;
  adminPass?: string;
  metadata?: Record<string, string>;
  networks?: "auto" | "none" | Static<ReturnType<typeof network>>[];
  "OS-DCF:diskConfig"?: "AUTO" | "MANUAL";
  accessIPv4?: string;
  accessIPv6?: string;
  availability_zone?: string;
  block_device_mapping?: unknown[];
  block_device_mapping_v2?: BlockDevice[];
  config_drive?: boolean | string;
  key_name?: string;
  min_count?: number | string;
  max_count?: number | string;
  return_reservation_id?: boolean | string;
  security_groups?: { name?: string }[];
  user_data?: string;
  personality?: unknown[];
  description?: string | null;
  tags?: string[];
  trusted_image_certificates?: string[] | null;
  host?: string;
  hypervisor_hostname?: string;
  hostname?: string;
}

export type BlockDevice = Static<ReturnType<typeof blockDevice>> & { tag?: string; volume_type?: string | null };

export const updateBody = (minor: number) =>
  exact({
    server: exact({
      name: Type.Optional(Name),
      "OS-DCF:diskConfig": Type.Optional(DiskConfig),
      ...access,
      ...since(minor, 19, { description: Type.Optional(Description) }),
      ...since(minor, 90, { hostname: Type.Optional(Hostname) }),
    }),
  });

export interface UpdateServer {
  name?: string;
  "OS-DCF:diskConfig"?: "AUTO" | "MANUAL";
  accessIPv4?: string;
  accessIPv6?: string;
  description?: string | null;
  hostname?: string;
}
