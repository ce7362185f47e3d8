// Strict schemas of Nova's answers at each microversion, as its users check them: no key may be missing and none may be too many.
import { type TSchema, Type } from "typebox";
import { exact, nullable } from "../fields.ts";

const Text = Type.String();
const NoText = nullable(Type.String());
/** Nova's times: with a Z, or with microseconds and without. */
const Time = Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(Z|\\.\\d{6})$" });
const Links = Type.Array(exact({ rel: Text, href: Type.String({ format: "uri" }) }), { minItems: 1 });
const MAC = Type.String({ pattern: "^([0-9a-f]{2}:){5}[0-9a-f]{2}$" });
const from = (minor: number, first: number, properties: Record<string, TSchema>) => (minor >= first ? properties : {});

const addresses = (extended: boolean) =>
  Type.Record(
    Type.String(),
    Type.Array(
      exact({
        version: Type.Union([Type.Literal(4), Type.Literal(6)]),
        addr: Type.Union([Type.String({ format: "ipv4" }), Type.String({ format: "ipv6" })]),
        ...(extended
          ? { "OS-EXT-IPS:type": Type.Union([Type.Literal("fixed"), Type.Literal("floating")]), "OS-EXT-IPS-MAC:mac_addr": MAC }
          : {}),
      }),
    ),
  );

const Linked = exact({ id: Text, links: Links });
const Size = exact({
  vcpus: Type.Integer(),
  ram: Type.Integer(),
  disk: Type.Integer(),
  ephemeral: Type.Integer(),
  swap: Type.Integer(),
  original_name: Text,
  extra_specs: Type.Record(Text, Text),
});

function common(minor: number, extended: boolean) {
  return {
    id: Text,
    name: Text,
    status: Text,
    tenant_id: Text,
    user_id: Text,
    metadata: Type.Record(Text, Text),
    hostId: Text,
    image: Type.Union([Linked, Type.Literal("")]),
    flavor: minor >= 47 ? Size : Linked,
    created: Time,
    updated: Time,
    addresses: addresses(extended),
    accessIPv4: Text,
    accessIPv6: Text,
    links: Links,
    "OS-DCF:diskConfig": Type.Union([Type.Literal("AUTO"), Type.Literal("MANUAL")]),
    progress: Type.Optional(Type.Integer()),
    fault: Type.Optional(exact({ code: Type.Integer(), created: Time, message: Text })),
    ...from(minor, 9, { locked: Type.Boolean() }),
    ...from(minor, 19, { description: NoText }),
    ...from(minor, 26, { tags: Type.Array(Type.String({ maxLength: 60 }), { maxItems: 50 }) }),
    ...from(minor, 63, { trusted_image_certificates: Type.Null() }),
    ...from(minor, 73, { locked_reason: NoText }),
  };
}

function details(minor: number, admin: boolean) {
  return {
    ...common(minor, true),
    key_name: NoText,
    config_drive: Text,
    security_groups: Type.Optional(Type.Array(exact({ name: Text }))),
    "OS-EXT-AZ:availability_zone": Text,
    "OS-SRV-USG:launched_at": nullable(Time),
    "OS-SRV-USG:terminated_at": nullable(Time),
    "OS-EXT-STS:task_state": NoText,
    "OS-EXT-STS:vm_state": Text,
    "OS-EXT-STS:power_state": Type.Union([0, 1, 3, 4, 6, 7].map((state) => Type.Literal(state))),
    "os-extended-volumes:volumes_attached": Type.Array(exact({ id: Text, ...from(minor, 3, { delete_on_termination: Type.Boolean() }) })),
    ...(admin ? adminFields(minor) : from(minor, 90, { "OS-EXT-SRV-ATTR:hostname": Text })),
    ...from(minor, 96, { pinned_availability_zone: NoText }),
  };
}

function adminFields(minor: number) {
  const field = (name: string, schema: TSchema) => ({ [`OS-EXT-SRV-ATTR:${name}`]: schema });
  return {
    ...field("host", NoText),
    ...field("instance_name", Text),
    ...field("hypervisor_hostname", NoText),
    ...from(minor, 3, {
      ...field("reservation_id", NoText),
      ...field("launch_index", Type.Integer()),
      ...field("kernel_id", NoText),
      ...field("ramdisk_id", NoText),
      ...field("hostname", Text),
      ...field("root_device_name", NoText),
      ...field("user_data", NoText),
    }),
    ...from(minor, 16, { host_status: Text }),
  };
}

const groups = (minor: number) => from(minor, 71, { server_groups: Type.Array(Text, { maxItems: 1 }) });

export const serverDetailSchema = (minor: number, admin: boolean) => exact(details(minor, admin));
export const serverSchema = (minor: number, admin: boolean) => exact({ ...details(minor, admin), ...groups(minor) });
export const updatedServerSchema = (minor: number, admin: boolean) =>
  minor >= 75 ? serverSchema(minor, admin) : exact({ ...common(minor, false), ...groups(minor) });

export const flavorSchema = (minor: number) =>
  exact({
    id: Text,
    name: Text,
    links: Links,
    ram: Type.Integer(),
    vcpus: Type.Integer(),
    disk: Type.Integer(),
    swap: minor >= 75 ? Type.Integer() : Type.Union([Type.Integer(), Type.Literal("")]),
    "OS-FLV-EXT-DATA:ephemeral": Type.Integer(),
    "OS-FLV-DISABLED:disabled": Type.Boolean(),
    "os-flavor-access:is_public": Type.Boolean(),
    rxtx_factor: Type.Number(),
    ...from(minor, 55, { description: NoText }),
    ...from(minor, 61, { extra_specs: Type.Record(Text, Text) }),
  });

export const keyPairSchema = (minor: number) =>
  exact({
    keypair: exact({
      id: Type.Integer(),
      name: Text,
      public_key: Text,
      fingerprint: Text,
      user_id: Text,
      created_at: Time,
      updated_at: nullable(Time),
      deleted: Type.Boolean(),
      deleted_at: nullable(Time),
      ...from(minor, 2, { type: Text }),
    }),
  });

export const attachmentSchema = (minor: number) =>
  exact({
    volumeId: Text,
    serverId: Text,
    device: NoText,
    ...(minor >= 89 ? { attachment_id: Text, bdm_uuid: Text } : { id: Text }),
    ...from(minor, 70, { tag: NoText }),
    ...from(minor, 79, { delete_on_termination: Type.Boolean() }),
  });

export const interfaceSchema = (minor: number) =>
  exact({
    port_id: Text,
    net_id: Text,
    port_state: Text,
    mac_addr: MAC,
    fixed_ips: Type.Array(exact({ subnet_id: Text, ip_address: Text })),
    ...from(minor, 70, { tag: NoText }),
  });
