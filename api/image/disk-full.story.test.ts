// An image store without room: uploads are refused with a sentence, leave nothing, and go on once there is room.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startTestCloud, type TestCloud } from "../testing/cloud.ts";
import type { ImageView } from "./views.ts";

const mebibyte = 1024 * 1024;
const bytes = new Uint8Array(3 * mebibyte).fill(7);

describe("an image store without room", function () {
  this.timeout(60_000);
  let cloud: TestCloud;
  let token = "";
  let filler = "";

  before(async () => {
    cloud = await startTestCloud();
    token = await cloud.token("demo");
    mkdirSync(cloud.imageDirectory, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", cloud.imageDirectory]);
    filler = join(cloud.imageDirectory, "filler");
    writeFileSync(filler, new Uint8Array(3 * mebibyte));
  });
  after(async () => {
    if (filler) execFileSync("umount", [cloud.imageDirectory]);
    await cloud?.stop();
  });

  const call = (method: string, path: string, body?: string | Uint8Array<ArrayBuffer>, type = "application/json") =>
    fetch(`${cloud.api.url}/image${path}`, {
      method,
      headers: { "x-auth-token": token, "content-type": type },
      ...(body !== undefined && { body }),
    });
  const upload = (id: string) => call("PUT", `/v2/images/${id}/file`, bytes, "application/octet-stream");
  const status = async (id: string) => ((await (await call("GET", `/v2/images/${id}`)).json()) as ImageView).status;

  it("refuses bytes with 413, leaves nothing of them, and takes them when there is room", async () => {
    const made = await call("POST", "/v2/images", JSON.stringify({ name: "big", disk_format: "raw", container_format: "bare" }));
    const { id } = (await made.json()) as ImageView;
    const refused = await upload(id);
    assert.equal(refused.status, 413);
    assert.match(await refused.text(), /no room left/);
    assert.equal(await status(id), "queued", "it may be tried again");
    assert.deepEqual(readdirSync(join(cloud.imageDirectory, "incoming")), []);
    assert.equal((await call("GET", "/v2/images")).status, 200);
    rmSync(filler);
    assert.equal((await upload(id)).status, 204);
    assert.equal(await status(id), "active");
  });
});
