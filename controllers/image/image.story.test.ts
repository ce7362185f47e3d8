// An Image's life on a real API server: the golden disk comes with the first user, goes some time after the last, and all goes with the image.
import assert from "node:assert/strict";
import { DataVolume } from "../../clients/cdi/kinds.ts";
import { Server } from "../../models/compute/server.ts";
import { Image } from "../../models/image/image.ts";
import { Volume } from "../../models/volume/volume.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { type Cloud, guestSpec, startCloud, tenant } from "../compute/testing/cloud.ts";

const admin = "kumulus-admin";
const guest = { name: "guest", namespace: admin };

describe("images", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  before(async () => {
    cloud = await startCloud(300);
  });
  after(async () => {
    await cloud?.stop();
  });

  const goldens = () => cloud.client.list(DataVolume, { namespace: admin });
  const hasGoldens = (count: number) => eventually(async () => assert.equal((await goldens()).length, count));

  it("begin as queued, and never lose a phase that the upload has written", async () => {
    await cloud.add(Image, "new", { diskFormat: "raw" });
    await eventually(async () => {
      const { status } = await cloud.client.get(Image, { name: "new", namespace: tenant });
      assert.deepEqual([status?.phase, status?.conditions?.[0]?.reason], ["queued", "Queued"]);
    });
    await cloud.client.patch(
      Image,
      { name: "new", namespace: tenant },
      { status: { phase: "saving", sizeBytes: 5 } },
      { subresource: "status" },
    );
    await eventually(async () => {
      const { status } = await cloud.client.get(Image, { name: "new", namespace: tenant });
      assert.deepEqual([status?.phase, status?.sizeBytes, status?.conditions?.[0]?.reason], ["saving", 5, "Transferring"]);
    });
  });

  it("share one golden disk between servers and volumes, which goes when unused", async () => {
    await cloud.add(Server, "one", guestSpec());
    await cloud.add(Server, "two", guestSpec());
    await cloud.add(Volume, "three", { sizeGiB: 1, imageRef: guest });
    for (const name of ["one", "two"]) await cloud.shows(Server, name, ({ status }) => assert.equal(status?.phase, "ACTIVE"));
    await cloud.shows(Volume, "three", ({ status }) => assert.equal(status?.phase, "available"));
    assert.equal((await goldens()).length, 1);
    assert.equal(
      Buffer.from((await cloud.client.get(Secret, { name: "image-url-key", namespace: "kumulus-system" })).data?.key ?? "", "base64")
        .length,
      32,
    );
    for (const name of ["one", "two"]) await cloud.client.delete(Server, { name, namespace: tenant });
    for (const name of ["one", "two"]) await cloud.gone(Server, name);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal((await goldens()).length, 1, "the volume still uses the image");
    await cloud.client.delete(Volume, { name: "three", namespace: tenant });
    await hasGoldens(0);
  });

  it("make a stuck import anew when its URL has expired", async () => {
    cloud.storage.importsHang = true;
    await cloud.add(Server, "stuck", guestSpec());
    await hasGoldens(1);
    const [first] = await goldens();
    assert.ok(first);
    await cloud.shows(Server, "stuck", ({ status }) => assert.equal(status?.taskState, "block_device_mapping"));
    const expired = { http: { url: "http://127.0.0.1:8774/internal/images/kumulus-admin/guest?expires=1&signature=x" } };
    await cloud.client.patch(DataVolume, first.metadata, { spec: { source: expired } });
    cloud.storage.importsHang = false;
    await cloud.shows(Server, "stuck", ({ status }) => assert.equal(status?.phase, "ACTIVE"));
    await cloud.client.delete(Server, { name: "stuck", namespace: tenant });
    await cloud.gone(Server, "stuck");
  });

  it("take their golden disks and their bytes along", async () => {
    await cloud.client.delete(Image, guest);
    await eventually(async () => assert.deepEqual((await cloud.client.list(Image, { namespace: admin })).length, 0));
    assert.deepEqual(cloud.deletedImages, ["file:guest"]);
    await hasGoldens(0);
  });
});
