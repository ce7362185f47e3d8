// Rules of volumes, volume types and images.
import assert from "node:assert/strict";
import type { KubeObject } from "../../models/kind.ts";
import { imageRules } from "../image/image.ts";
import { make, outcome, viewOf } from "../testing/world.ts";
import { volumeRules } from "./volume.ts";
import { volumeTypeRules } from "./volume-type.ts";

const image = make.image("guest", { minDiskGiB: 2 }, { status: { phase: "active" } });
const source = make.volume("source", { sizeGiB: 5 }, { status: { phase: "available" } });
const server = (spec: object, extra: object = {}) => make.server("vm", spec, extra);

describe("volume rules", () => {
  const creates: [string, Parameters<typeof make.volume>[1], readonly KubeObject[], string][] = [
    ["empty", { sizeGiB: 1 }, [], "fine"],
    ["of a type", { sizeGiB: 1, volumeTypeRef: { name: "local" } }, [make.volumeType("local")], "fine"],
    ["of no type", { sizeGiB: 1, volumeTypeRef: { name: "none" } }, [], "404 VolumeTypeNotFound"],
    ["of an image", { sizeGiB: 2, imageRef: { name: "guest" } }, [], "fine"],
    ["too small for its image", { sizeGiB: 1, imageRef: { name: "guest" } }, [], "400 InvalidInput"],
    ["of no image", { sizeGiB: 2, imageRef: { name: "none" } }, [], "400 InvalidImageRef"],
    ["of an unfinished image", { sizeGiB: 2, imageRef: { name: "q" } }, [make.image("q")], "400 InvalidInput"],
    ["a copy", { sizeGiB: 5, sourceVolumeRef: { name: "source" } }, [], "fine"],
    ["a copy that is too small", { sizeGiB: 4, sourceVolumeRef: { name: "source" } }, [], "400 InvalidInput"],
    ["a copy of nothing", { sizeGiB: 4, sourceVolumeRef: { name: "none" } }, [], "404 VolumeNotFound"],
  ];
  for (const [title, spec, objects, expected] of creates) {
    it(`create ${title}: ${expected}`, () => {
      assert.equal(outcome(volumeRules.create?.(make.volume("v", spec), viewOf(image, source, ...objects))), expected);
    });
  }

  const along = { volumes: [{ name: "v", deleteOnTermination: true }] };
  const removals: [string, readonly KubeObject[], string][] = [
    ["free", [], "fine"],
    ["wanted by a server", [server({ volumes: [{ name: "v" }] })], "400 InvalidVolume"],
    ["still in a server", [server({}, { status: { volumes: [{ name: "v", phase: "detaching" }] } })], "400 InvalidVolume"],
    ["that goes with its server", [server(along, { leaving: true })], "fine"],
    ["that stays when its server goes", [server({ volumes: [{ name: "v" }] }, { leaving: true })], "400 InvalidVolume"],
  ];
  for (const [title, objects, expected] of removals) {
    it(`delete one ${title}: ${expected}`, () =>
      assert.equal(outcome(volumeRules.remove?.(make.volume("v"), viewOf(...objects))), expected));
  }

  it("keeps a type that volumes have", () => {
    const typed = make.volume("v", { volumeTypeRef: { name: "local" } });
    assert.equal(outcome(volumeTypeRules.remove?.(make.volumeType("local"), viewOf(typed))), "400 VolumeTypeInUse");
    assert.equal(outcome(volumeTypeRules.remove?.(make.volumeType("other"), viewOf(typed))), "fine");
  });
});

describe("image rules", () => {
  const from = { imageRef: { name: "guest" } };
  const removals: [string, typeof image, readonly KubeObject[], string][] = [
    ["unused", image, [], "fine"],
    ["protected", make.image("guest", { protected: true }), [], "403 ProtectedImageDelete"],
    ["of a server that is being built", image, [server(from, { status: { phase: "BUILD" } })], "409 InUseByStore"],
    ["of a server that runs", image, [server(from, { status: { phase: "ACTIVE" } })], "fine"],
    ["of a volume that is being filled", image, [make.volume("v", from, { status: { phase: "downloading" } })], "409 InUseByStore"],
    ["of another project's server", image, [server(from, { namespace: "other" })], "fine"],
  ];
  for (const [title, one, objects, expected] of removals) {
    it(`delete one ${title}: ${expected}`, () => assert.equal(outcome(imageRules.remove?.(one, viewOf(...objects))), expected));
  }
});
