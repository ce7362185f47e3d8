// Rules of servers, flavors and key pairs.
import assert from "node:assert/strict";
import type { KubeObject } from "../../models/kind.ts";
import { make, outcome, viewOf } from "../testing/world.ts";
import { flavorRules } from "./flavor.ts";
import { keyPairRules } from "./key-pair.ts";
import { serverRules } from "./server.ts";

const GiB = 1024 ** 3;
const active = { status: { phase: "active", virtualSizeBytes: GiB } };
const flavor = make.flavor("small", { vcpus: 1, ramMiB: 128, diskGiB: 1 });
const image = make.image("guest", {}, active);
const theirImage = (visibility: "public" | "private" | "shared") => make.image("theirs", { visibility }, { ...active, namespace: "other" });
const net = make.network("net");
const volume = (spec: object = {}, status: object = { phase: "available" }) => make.volume("v", spec, { status });
const holder = (spec: object, status: object = {}) => make.server("holder", spec, { status });

type Spec = Parameters<typeof make.server>[1];
const base: Spec = { flavorRef: { name: "small" }, imageRef: { name: "guest" } };
const withVolume: Spec = { ...base, volumes: [{ name: "v" }] };
const theirs: Spec = { ...base, imageRef: { name: "theirs", namespace: "other" } };
const onPort: Spec = { ...base, networks: [{ portRef: { name: "p" } }] };
const port = (spec: object = {}) => make.port("p", { networkRef: { name: "net" }, ...spec });
const onTheirs: Spec = { ...base, networks: [{ networkRef: { name: "x", namespace: "other" } }] };
const theirNet = (spec: object) => make.network("x", spec, { namespace: "other" });

describe("server rules", () => {
  const creates: [string, Spec, readonly KubeObject[], string][] = [
    ["plain", base, [], "fine"],
    ["of no flavor", { ...base, flavorRef: { name: "none" } }, [], "400 FlavorNotFound"],
    ["of a disabled flavor", { ...base, flavorRef: { name: "off" } }, [make.flavor("off", { disabled: true })], "400 FlavorNotFound"],
    ["of a private flavor", { ...base, flavorRef: { name: "mine" } }, [make.flavor("mine", { isPublic: false })], "400 FlavorNotFound"],
    [
      "of a private flavor of ours",
      { ...base, flavorRef: { name: "mine" } },
      [
        make.flavor("mine", { ...flavor.spec, isPublic: false, tenantRefs: [{ name: "demo" }] }),
        make.tenant("demo", {}, { status: { namespace: "demo" } }),
      ],
      "fine",
    ],
    ["of no image", { ...base, imageRef: { name: "none" } }, [], "400 ImageNotFound"],
    ["of a foreign private image", theirs, [theirImage("private")], "400 ImageNotFound"],
    ["of a foreign public image", theirs, [theirImage("public")], "fine"],
    [
      "of an unfinished image",
      { ...base, imageRef: { name: "q" } },
      [make.image("q", {}, { status: { phase: "queued" } })],
      "400 ImageNotActive",
    ],
    [
      "of an image for more disk",
      { ...base, imageRef: { name: "q" } },
      [make.image("q", { minDiskGiB: 2 }, active)],
      "400 FlavorDiskTooSmall",
    ],
    [
      "of an image for more memory",
      { ...base, imageRef: { name: "q" } },
      [make.image("q", { minRAMMiB: 512 }, active)],
      "400 FlavorDiskTooSmall",
    ],
    ["with no such key", { ...base, keyPairRef: { name: "k" } }, [], "400 KeypairNotFound"],
    ["with a key", { ...base, keyPairRef: { name: "k" } }, [make.keyPair("k")], "fine"],
    ["on a network", { ...base, networks: [{ networkRef: { name: "net" } }] }, [], "fine"],
    ["on a foreign network", onTheirs, [theirNet({})], "404 NetworkNotFound"],
    ["on a shared network", onTheirs, [theirNet({ shared: true })], "fine"],
    ["on a foreign external network", onTheirs, [theirNet({ external: true })], "403 ExternalNetworkAttachForbidden"],
    ["on a port", onPort, [port()], "fine"],
    ["on no such port", onPort, [], "404 PortNotFound"],
    ["on a used port", onPort, [port({ deviceID: "other" })], "409 PortInUse"],
    ["on its own port", onPort, [port({ deviceID: "vm" })], "fine"],
    ["on a port that another server names", onPort, [port(), holder({ networks: [{ portRef: { name: "p" } }] })], "409 PortInUse"],
    ["on a port twice", { ...base, networks: [{ portRef: { name: "p" } }, { portRef: { name: "p" } }] }, [port()], "400 NetworkDuplicated"],
    ["in no such group", { ...base, securityGroupRefs: [{ name: "g" }] }, [], "400 SecurityGroupNotFound"],
    ["with a volume", withVolume, [volume()], "fine"],
    ["with a volume that is being made", withVolume, [volume({}, {})], "fine"],
    ["with no such volume", withVolume, [], "404 VolumeNotFound"],
    ["with a broken volume", withVolume, [volume({}, { phase: "error" })], "400 InvalidVolume"],
    ["with a volume that another has", withVolume, [volume(), holder({ volumes: [{ name: "v" }] })], "400 InvalidVolume"],
    [
      "with a volume that another has still",
      withVolume,
      [volume(), holder({}, { volumes: [{ name: "v", phase: "detaching" }] })],
      "400 InvalidVolume",
    ],
    [
      "with a multiattach volume that another has",
      withVolume,
      [volume({ multiattach: true }), holder({ volumes: [{ name: "v" }] })],
      "fine",
    ],
    ["that boots an empty volume", { ...base, volumes: [{ name: "v", bootIndex: 0 }] }, [volume()], "400 InvalidBDMVolumeNotBootable"],
    ["that boots a volume", { ...base, volumes: [{ name: "v", bootIndex: 0 }] }, [volume({ imageRef: { name: "guest" } })], "fine"],
  ];
  for (const [title, spec, objects, expected] of creates) {
    it(`create ${title}: ${expected}`, () => {
      const view = viewOf(flavor, image, net, ...objects);
      assert.equal(outcome(serverRules.create?.(make.server("vm", spec), view)), expected);
    });
  }

  it("judges on update only what is new", () => {
    const [before, after] = [make.server("vm", withVolume), make.server("vm", { ...withVolume, power: "Off" })];
    assert.equal(outcome(serverRules.update?.(after, before, viewOf())), "fine");
    assert.equal(outcome(serverRules.update?.(after, make.server("vm", base), viewOf())), "404 VolumeNotFound");
  });

  it("takes its flavor's size of the quota, and its own once the flavor is gone", () => {
    const server = make.server("vm", base, { status: { flavor: { vcpus: 4, ramMiB: 512 } } });
    assert.deepEqual(serverRules.quota?.amounts(server, viewOf(flavor)), { instances: 1, cores: 1, ramMiB: 128 });
    assert.deepEqual(serverRules.quota?.amounts(server, viewOf()), { instances: 1, cores: 4, ramMiB: 512 });
  });
});

describe("flavor rules", () => {
  const cases: [string, Parameters<typeof make.flavor>[1], string][] = [
    ["another id and name", { flavorID: "2", displayName: "m1.small" }, "fine"],
    ["a known id", { flavorID: "1", displayName: "m1.small" }, "409 FlavorIdExists"],
    ["a known name", { flavorID: "2", displayName: "m1.tiny" }, "409 FlavorExists"],
  ];
  const tiny = make.flavor("tiny", { flavorID: "1", displayName: "m1.tiny" });
  for (const [title, spec, expected] of cases) {
    it(`${title}: ${expected}`, () => assert.equal(outcome(flavorRules.create?.(make.flavor("new", spec), viewOf(tiny))), expected));
  }
});

describe("key pair rules", () => {
  const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me";
  const known = make.keyPair("known", { publicKey, displayName: "k", userRef: { name: "one" } });
  const cases: [string, Parameters<typeof make.keyPair>[1], string][] = [
    ["a good key", { publicKey }, "fine"],
    ["no key", { publicKey: "ssh-ed25519 AAAA" }, "400 InvalidKeypair"],
    ["no certificate", { publicKey, type: "x509" }, "400 InvalidKeypair"],
    ["a name twice", { publicKey, displayName: "k", userRef: { name: "one" } }, "409 KeyPairExists"],
    ["another user's name", { publicKey, displayName: "k", userRef: { name: "two" } }, "fine"],
  ];
  for (const [title, spec, expected] of cases) {
    it(`${title}: ${expected}`, () => assert.equal(outcome(keyPairRules.create?.(make.keyPair("new", spec), viewOf(known))), expected));
  }
});
