// Golden names and signed image URLs.
import assert from "node:assert/strict";
import type { Image } from "../../models/image/image.ts";
import { goldenName, imageURLExpiry, signedImageURL, verifyImageURL } from "./golden.ts";
import { flavorImageError, imageDiskGiB, rootDiskGiB, volumeImageError } from "./min-disk.ts";

const key = Buffer.alloc(32, 7);
const image = (uid: string, spec: Image["spec"] = {}, virtualSizeBytes = 0): Image => ({
  apiVersion: "image.kumulus.cloud/v1alpha1",
  kind: "Image",
  metadata: { name: "guest", namespace: "kumulus-admin", uid },
  spec,
  status: { virtualSizeBytes },
});

describe("golden disks", () => {
  it("gives every image and volume type a name of its own", () => {
    const names = new Set([goldenName(image("a"), "local"), goldenName(image("b"), "local"), goldenName(image("a"), "fast")]);
    assert.equal(names.size, 3);
    assert.equal(goldenName(image("a"), "local"), goldenName(image("a"), "local"));
    for (const name of names) assert.match(name, /^golden-[0-9a-f]{20}$/);
  });

  it("accepts its own URLs until they expire, and nothing else", () => {
    const url = signedImageURL("http://api:8774/", "kumulus-admin", "guest", key, 1000);
    assert.deepEqual(verifyImageURL(url, key, 999_999), { namespace: "kumulus-admin", name: "guest" });
    assert.deepEqual(verifyImageURL(url.slice("http://api:8774".length), key, 999_999), { namespace: "kumulus-admin", name: "guest" });
    assert.equal(imageURLExpiry(url), 1_000_000);
    const bad: [string, string][] = [
      ["expired", url],
      ["later expiry", url.replace("expires=1000", "expires=9000")],
      ["another image", url.replace("/guest?", "/secret?")],
      ["another namespace", url.replace("kumulus-admin", "kumulus-demo")],
      ["no signature", url.replace(/&signature=.*/, "")],
      ["cut signature", url.slice(0, -4)],
      ["more path", url.replace("/guest?", "/guest/x?")],
      ["bad escape", url.replace("/guest?", "/%zz?")],
      ["no URL", "::"],
    ];
    for (const [why, forged] of bad) {
      assert.equal(verifyImageURL(forged, key, why === "expired" ? 1_000_000 : 0), undefined, why);
    }
    assert.equal(verifyImageURL(url, Buffer.alloc(32, 8), 0), undefined, "another key");
  });
});

describe("min_disk", () => {
  const gib = 1024 ** 3;
  it("sizes root disks", () => {
    assert.equal(imageDiskGiB(image("a", {}, 0)), 1);
    assert.equal(imageDiskGiB(image("a", {}, gib + 1)), 2);
    assert.equal(rootDiskGiB(20, image("a", {}, gib)), 20);
    assert.equal(rootDiskGiB(0, image("a", { minDiskGiB: 5 }, gib)), 5);
  });
  it("refuses flavors and volumes that are too small", () => {
    const flavor = { ramMiB: 128, diskGiB: 1 };
    assert.equal(flavorImageError(flavor, image("a", {}, gib)), undefined);
    assert.match(flavorImageError(flavor, image("a", { minRAMMiB: 256 }))?.message ?? "", /memory is too small/);
    assert.match(flavorImageError(flavor, image("a", { minDiskGiB: 2 }))?.message ?? "", /minimum/);
    assert.match(flavorImageError(flavor, image("a", {}, 2 * gib))?.message ?? "", /image is 2147483648 bytes/);
    assert.equal(flavorImageError(flavor, image("a", { minDiskGiB: 2 }), false), undefined);
    assert.equal(flavorImageError({ ramMiB: 128, diskGiB: 0 }, image("a", { minDiskGiB: 2 })), undefined);
    assert.match(volumeImageError(1, image("a", {}, 2 * gib))?.message ?? "", /needs/);
    assert.equal(volumeImageError(2, image("a", {}, 2 * gib)), undefined);
  });
});
