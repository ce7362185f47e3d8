// What a Volume does next, case by case, and which server holds it.
import assert from "node:assert/strict";
import { DataVolume } from "../../../clients/cdi/kinds.ts";
import { haveEngineSchemas, schemaErrors } from "../../../clients/testing/engine-schema.ts";
import type { Server } from "../../../models/compute/server.ts";
import type { Volume } from "../../../models/volume/volume.ts";
import type { PersistentVolumeClaim } from "../../../operator/kube/core-kinds.ts";
import { done, golden, image, namespace, now, server, volume, volumeType } from "../../compute/testing/fixtures.ts";
import { desiredVolume, type Plan, type Seen } from "./desired.ts";

const disk = (status: DataVolume["status"], owner = "uid-v"): DataVolume => ({
  apiVersion: "cdi.kubevirt.io/v1beta1",
  kind: "DataVolume",
  metadata: { name: "v", namespace, ownerReferences: [{ apiVersion: "", kind: "Volume", name: "v", uid: owner }] },
  spec: {},
  ...(status && { status }),
});
const claim = (asked: string, has: string): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "v", namespace },
  spec: { resources: { requests: { storage: asked } } },
  status: { phase: "Bound", capacity: { storage: has } },
});
const marked = (id: string, controller = false): PersistentVolumeClaim => {
  const ownerReferences = [{ apiVersion: "v1", kind: "X", name: "x", uid: "x", controller }];
  return { ...claim("1Gi", "1Gi"), metadata: { name: "v", namespace, labels: { "kumulus.cloud/volume-id": id }, ownerReferences } };
};
const filled = { dataVolume: disk(done), claim: claim("1Gi", "1Gi") };
const fromImage = volume("v", undefined, { imageRef: { name: "guest", namespace: "kumulus-admin" } });
const copy = volume("v", undefined, { sourceVolumeRef: { name: "s" } });
const source = (phase: "available" | "creating", sizeGiB = 1) => volume("s", { phase, claimName: "s", sizeGiB, bootable: true });
const wants = (name = "web-1", status?: Server["status"], more: object = {}) =>
  server({ volumes: [{ name: "v" }] }, status, { name, uid: `uid-${name}`, ...more });
const has = (phase: "attaching" | "attached" | "detaching") => ({ volumes: [{ name: "v", phase, device: "/dev/sda" }] });

const shape = ({ golden, create, growTo, status, ready }: Plan) => ({
  golden,
  source: create && Object.keys(create.spec.source ?? {})[0],
  adopted: create?.metadata.annotations?.["cdi.kubevirt.io/allowClaimAdoption"] === "true",
  growTo,
  phase: status.phase,
  reason: ready.reason,
});
type Wanted = Partial<ReturnType<typeof shape>>;
const nothing = { golden: undefined, source: undefined, adopted: false, growTo: undefined };

const table: [why: string, volume: Volume, seen: Partial<Seen>, wanted: Wanted][] = [
  ["nothing is there", volume("v", undefined), {}, { source: "blank", phase: "creating", reason: "Provisioning" }],
  ["no type", volume("v", undefined), { volumeType: undefined }, { phase: "creating", reason: "VolumeTypeMissing" }],
  [
    "the disk is made",
    volume("v", undefined),
    { dataVolume: disk({ phase: "ImportInProgress" }) },
    { phase: "creating", reason: "Provisioning" },
  ],
  ["the disk is there", volume("v", undefined), filled, { phase: "available", reason: "Bound" }],
  ["the disk can not be made", volume("v", undefined), { dataVolume: disk({ phase: "Failed" }) }, { phase: "error", reason: "Failed" }],
  ["the name is taken", volume("v", undefined), { dataVolume: disk(done, "other") }, { phase: "creating", reason: "NameTaken" }],
  ["a former claim is still going", volume("v", undefined), { claim: claim("1Gi", "1Gi") }, { phase: "creating", reason: "Leftover" }],
  [
    "its disk was brought back",
    fromImage,
    { claim: marked("uid-v") },
    { adopted: true, source: "blank", phase: "downloading", reason: "Provisioning" },
  ],
  ["another's disk was brought back", fromImage, { claim: marked("uid-w") }, { phase: "creating", reason: "Leftover" }],
  ["somebody owns what was brought back", fromImage, { claim: marked("uid-v", true) }, { phase: "creating", reason: "Leftover" }],
  ["its image is not there", fromImage, { image: undefined }, { phase: "creating", reason: "ImageMissing" }],
  ["its image has no golden disk", fromImage, { golden: undefined }, { golden: "create", phase: "downloading", reason: "ImportingImage" }],
  ["its image is imported", fromImage, {}, { source: "pvc", phase: "downloading", reason: "Provisioning" }],
  ["its image is too large", fromImage, { image: image(undefined, { minDiskGiB: 2 }) }, { phase: "error", reason: "Failed" }],
  ["its source is not ready", copy, { source: source("creating") }, { phase: "creating", reason: "WaitingForVolume" }],
  ["its source is ready", copy, { source: source("available") }, { source: "pvc", phase: "creating", reason: "Provisioning" }],
  ["its source is larger", copy, { source: source("available", 3) }, { phase: "error", reason: "Failed" }],
  ["it shall grow", volume("v", undefined, { sizeGiB: 3 }), filled, { growTo: 3, phase: "extending", reason: "Bound" }],
  ["it grows", volume("v", undefined, { sizeGiB: 3 }), { ...filled, claim: claim("3Gi", "1Gi") }, { phase: "extending", reason: "Bound" }],
  [
    "it has grown",
    volume("v", undefined, { sizeGiB: 3 }),
    { ...filled, claim: claim("3221225472", "3Gi") },
    { phase: "available", reason: "Bound" },
  ],
  ["a server wants it", volume("v", undefined), { ...filled, servers: [wants()] }, { phase: "attaching", reason: "Bound" }],
  [
    "a guest has it",
    volume("v", undefined),
    { ...filled, servers: [wants("web-1", has("attached"))] },
    { phase: "in-use", reason: "Bound" },
  ],
  [
    "a guest gives it up",
    volume("v", undefined),
    { ...filled, servers: [server({}, has("attached"))] },
    { phase: "detaching", reason: "Bound" },
  ],
];

const seenOf = (more: Partial<Seen>): Seen => ({ volumeType, image: image(), golden: golden(), servers: [], now, ...more });

describe("what a volume does next", () => {
  for (const [why, object, what, wanted] of table) {
    it(why, () => assert.deepEqual(shape(desiredVolume(object, { ...seenOf(what), ...what } as Seen)), { ...nothing, ...wanted }));
  }

  it("is valid for CDI", function () {
    if (!haveEngineSchemas) return this.skip();
    for (const [object, what] of [
      [volume("v", undefined), {}],
      [fromImage, {}],
      [copy, { source: source("available") }],
    ] as const) {
      assert.deepEqual(schemaErrors(DataVolume, desiredVolume(object, seenOf(what)).create ?? {}), []);
    }
  });

  it("remembers the image that it was made from", () => {
    const { status } = desiredVolume(fromImage, seenOf(filled));
    assert.equal(status.imageMetadata?.image_id, "image-uid");
    assert.equal(status.bootable, true);
    const later = desiredVolume({ ...fromImage, status }, seenOf({ ...filled, image: undefined })).status;
    assert.deepEqual(later.imageMetadata, status.imageMetadata);
  });
});

describe("who holds a volume", () => {
  const holders = (object: Volume, servers: Server[]) =>
    desiredVolume(object, seenOf({ ...filled, servers })).status.attachments?.map((each) => each.server);
  const older = wants("older", undefined, { creationTimestamp: "2026-01-01T00:00:00Z" });
  const newer = wants("newer", undefined, { creationTimestamp: "2026-01-02T00:00:00Z" });

  it("goes to the older of two servers", () => assert.deepEqual(holders(volume("v", undefined), [newer, older]), ["older"]));
  it("stays where it is", () => {
    const before = volume("v", { phase: "in-use", attachments: [{ server: "newer" }] });
    assert.deepEqual(holders(before, [newer, older]), ["newer"]);
  });
  it("goes to both with multiattach", () =>
    assert.deepEqual(holders(volume("v", undefined, { multiattach: true }), [newer, older]), ["older", "newer"]));
  it("comes back from a failed build", () => {
    const failed = wants("failed", { phase: "ERROR", fault: { code: 500, message: "", created: "" } });
    assert.equal(holders(volume("v", undefined), [failed]), undefined);
  });
  it("keeps the attachment's id that the API gave", () => {
    const named = server({ volumes: [{ name: "v", attachmentID: "id-1" }] }, has("attached"));
    assert.deepEqual(desiredVolume(volume("v", undefined), seenOf({ ...filled, servers: [named] })).status.attachments, [
      { server: "web-1", attachmentID: "id-1", device: "/dev/sda" },
    ]);
  });
});
