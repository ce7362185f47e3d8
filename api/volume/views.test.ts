// Views of volumes and types at every microversion that we speak, against strict schemas; states and filters.
import assert from "node:assert/strict";
import { type TSchema, Type } from "typebox";
import { createdByAnnotation } from "../../domain/created-by.ts";
import { Server } from "../../models/compute/server.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { Volume } from "../../models/volume/volume.ts";
import { VolumeType } from "../../models/volume/volume-type.ts";
import { exact, nullable } from "../compute/fields.ts";
import { memoryStores } from "../compute/testing/small-cloud.ts";
import { bodyChecker } from "../http/validation.ts";
import { viewType } from "./types.ts";
import { volumeMicroversions } from "./versions.ts";
import { parseMetadata } from "./volume-list.ts";
import { shownStatus } from "./volume-state.ts";
import { readOnlySet, viewVolume, viewVolumeSummary } from "./volume-view.ts";
import { volumeWorld } from "./world.ts";

const UUID = Type.String({ format: "uuid" });
const Text = Type.String();
const Time = Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}$" });
const Links = Type.Array(exact({ rel: Text, href: Type.String({ format: "uri" }) }));
const from = (minor: number, first: number, properties: Record<string, TSchema>) => (minor >= first ? properties : {});

const Attachment = exact({
  id: UUID,
  volume_id: UUID,
  attachment_id: UUID,
  server_id: nullable(UUID),
  host_name: nullable(Text),
  device: nullable(Text),
  attached_at: nullable(Time),
});

const summary = (minor: number, admin: boolean) => ({
  id: UUID,
  name: Text,
  links: Links,
  description: nullable(Text),
  size: Type.Integer(),
  status: Text,
  created_at: Time,
  updated_at: nullable(Time),
  availability_zone: Text,
  bootable: Type.Union([Type.Literal("true"), Type.Literal("false")]),
  encrypted: Type.Boolean(),
  multiattach: Type.Boolean(),
  metadata: Type.Record(Text, Text),
  attachments: Type.Array(Attachment),
  volume_type: nullable(Text),
  user_id: UUID,
  snapshot_id: Type.Null(),
  source_volid: nullable(UUID),
  consistencygroup_id: Type.Null(),
  replication_status: Type.Null(),
  migration_status: Type.Null(),
  ...from(minor, 13, { group_id: Type.Null() }),
  ...from(admin ? minor : 0, 21, { provider_id: Type.Null() }),
  ...from(minor, 48, { service_uuid: Type.Null(), shared_targets: Type.Boolean() }),
  ...from(admin ? minor : 0, 61, { cluster_name: Type.Null() }),
  ...from(minor, 63, { volume_type_id: nullable(UUID) }),
  ...from(minor, 65, { consumes_quota: Type.Boolean() }),
});

const full = (minor: number, admin: boolean) => ({
  ...summary(minor, admin),
  "os-vol-tenant-attr:tenant_id": UUID,
  volume_image_metadata: Type.Optional(Type.Record(Text, Text)),
  ...(admin
    ? { "os-vol-host-attr:host": Type.Null(), "os-vol-mig-status-attr:migstat": Type.Null(), "os-vol-mig-status-attr:name_id": Type.Null() }
    : {}),
});

const namespace = "kumulus-demo";
const { stores, put } = memoryStores();
const world = volumeWorld(stores);
const apiVersion = "volume.kumulus.cloud/v1alpha1" as const;
put(Tenant, {
  apiVersion: "identity.kumulus.cloud/v1alpha1",
  kind: "Tenant",
  metadata: { name: "demo" },
  spec: { domainRef: { name: "default" } },
  status: { namespace },
});
const type = put(VolumeType, {
  apiVersion,
  kind: "VolumeType",
  metadata: { name: "local" },
  spec: { storageClassName: "local", isDefault: true, extraSpecs: { volume_backend_name: "x", multiattach: "<is> True" } },
});
put(Server, {
  apiVersion: "compute.kumulus.cloud/v1alpha1",
  kind: "Server",
  metadata: { name: "web", namespace },
  spec: { flavorRef: { name: "m1" }, volumes: [{ name: "held" }] },
});
const user = "99999999-2222-4333-8444-555555555555";
const volume = (name: string, spec: Partial<Volume["spec"]> = {}, status?: Volume["status"], annotations = {}): Volume =>
  put(Volume, {
    apiVersion,
    kind: "Volume",
    metadata: { name, namespace, annotations: { [createdByAnnotation]: user, ...annotations } },
    spec: { sizeGiB: 1, ...spec },
    ...(status ? { status } : {}),
  });
const volumes = [
  volume("fresh"),
  volume("held", {}, { phase: "in-use", attachments: [{ server: "web", device: "/dev/sda", attachedAt: "2026-01-02T03:04:05Z" }] }),
  volume("copy", { sourceVolumeRef: { name: "held" }, metadata: { a: "b" }, description: "d" }),
  volume("from image", { imageRef: { name: "guest" } }, { phase: "available", imageMetadata: { image_id: user } }),
];

describe("volumes at each microversion", () => {
  for (let minor = volumeMicroversions.min; minor <= volumeMicroversions.max; minor += 1) {
    it(`3.${minor}`, () => {
      for (const admin of [false, true]) {
        const viewer = { minor, admin, base: "http://cloud/volume/v3/p", root: "http://cloud/volume", projectID: "p" };
        const [show, short] = [bodyChecker(exact(full(minor, admin))), bodyChecker(exact(summary(minor, admin)))];
        for (const one of volumes) {
          show(viewVolume(world, one, viewer));
          short(viewVolumeSummary(world, one, viewer));
        }
      }
    });
  }
  it("shows the readonly flag once it was set", () => {
    const viewer = { minor: 0, admin: false, base: "http://c/v3/p", root: "http://c", projectID: "p" };
    assert.deepEqual(viewVolume(world, volume("ro", { readOnly: true }), viewer).metadata, { readonly: "True" });
    assert.deepEqual(viewVolume(world, volume("rw", { readOnly: false }, undefined, { [readOnlySet]: "true" }), viewer).metadata, {
      readonly: "False",
    });
  });
  it("hides a type's back end from users", () => {
    const auth = { userId: "", userName: "", user: "", userDomainId: "", system: false, roles: [], isAdmin: false };
    assert.deepEqual(viewType(type, auth).extra_specs, { multiattach: "<is> True" });
    assert.equal(Object.keys(viewType(type, { ...auth, isAdmin: true }).extra_specs).length, 2);
  });
});

describe("states that are shown before the controller has seen the request", () => {
  const holder = [...world.servers.list()];
  const table: [why: string, Volume, held: boolean, wanted: string][] = [
    ["just made", volume("s1"), false, "creating"],
    ["free", volume("s2", {}, { phase: "available", sizeGiB: 1 }), false, "available"],
    ["a server asks for it", volume("s3", {}, { phase: "available", sizeGiB: 1 }), true, "attaching"],
    ["a server has it", volume("s4", {}, { phase: "in-use" }), true, "in-use"],
    ["a server gives it up", volume("s5", {}, { phase: "in-use" }), false, "detaching"],
    ["it shall grow", volume("s6", { sizeGiB: 2 }, { phase: "available", sizeGiB: 1 }), false, "extending"],
  ];
  for (const [why, one, held, wanted] of table) it(why, () => assert.equal(shownStatus(one, held ? holder : []), wanted));
});

describe("the metadata filter", () => {
  const table: [string, Record<string, string>][] = [
    ["{'a': 'b'}", { a: "b" }],
    ["{u'a': u'b', 'c': \"d e\"}", { a: "b", c: "d e" }],
    ['{"a":"it\'s"}', { a: "it's" }],
    ["{}", {}],
  ];
  for (const [text, wanted] of table) it(text, () => assert.deepEqual(parseMetadata(text), wanted));
  for (const text of ["", "a", "{a: b}", "{'a': 1}", "{'a'"])
    it(`refuses ${text || "nothing"}`, () => assert.throws(() => parseMetadata(text), /metadata/));
});
