// Image bytes through the real API: uploads that end badly leave nothing, other projects see nothing, signed URLs work.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { imageKeySecret, signedImageURL } from "../../domain/image/golden.ts";
import { Image } from "../../models/image/image.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { startTestCloud, type TestCloud } from "../testing/cloud.ts";
import type { ImageView } from "./views.ts";

const bytes = Buffer.alloc(1_500_000, "kumulus image");
const octets = { "content-type": "application/octet-stream" };

describe("images", function () {
  this.timeout(120_000);
  let cloud: TestCloud;
  let demo = "";
  let admin = "";
  before(async () => {
    cloud = await startTestCloud();
    [demo, admin] = [await cloud.token("demo"), await cloud.token("admin")];
  });
  after(() => cloud?.stop());

  const call = (token: string, method: string, path: string, body?: string | Buffer, headers: Record<string, string> = {}) =>
    fetch(path.startsWith("http") ? path : `${cloud.api.url}/image${path}`, {
      method,
      headers: { "x-auth-token": token, accept: "application/json", ...headers },
      ...(body !== undefined && { body: new Uint8Array(Buffer.from(body)) }),
    });

  async function create(token: string, fields: object): Promise<ImageView> {
    const answer = await call(token, "POST", "/v2/images", JSON.stringify({ disk_format: "raw", container_format: "bare", ...fields }), {
      "content-type": "application/json",
    });
    assert.equal(answer.status, 201, await answer.clone().text());
    return (await answer.json()) as ImageView;
  }

  const show = async (token: string, id: string) => (await (await call(token, "GET", `/v2/images/${id}`)).json()) as ImageView;
  const upload = (token: string, id: string, body: Buffer) => call(token, "PUT", `/v2/images/${id}/file`, body, octets);
  const stored = () =>
    readdirSync(cloud.imageDirectory, { recursive: true })
      .map(String)
      .filter((name) => name !== "incoming");

  it("keeps exactly the bytes, and says what they are", async () => {
    const { id } = await create(demo, { name: "one" });
    assert.equal((await call(demo, "GET", `/v2/images/${id}/file`)).status, 204, "no bytes yet");
    assert.equal((await upload(demo, id, bytes)).status, 204);
    const image = await show(demo, id);
    const digest = (name: string) => createHash(name).update(bytes).digest("hex");
    assert.deepEqual(
      [image.status, image.size, image.checksum, image.os_hash_value],
      ["active", bytes.length, digest("md5"), digest("sha512")],
    );
    const whole = await call(demo, "GET", `/v2/images/${id}/file`);
    assert.equal(whole.headers.get("content-md5"), digest("md5"));
    assert.ok(bytes.equals(Buffer.from(await whole.arrayBuffer())));
    const part = await call(demo, "GET", `/v2/images/${id}/file`, undefined, { range: "bytes=10-19" });
    assert.deepEqual(
      [part.status, part.headers.get("content-range"), await part.text()],
      [206, `bytes 10-19/${bytes.length}`, bytes.toString("utf8", 10, 20)],
    );
    assert.equal((await upload(demo, id, bytes)).status, 409, "bytes never change");
    assert.equal((await call(demo, "DELETE", `/v2/images/${id}`)).status, 204);
    assert.equal((await call(demo, "GET", `/v2/images/${id}`)).status, 404);
    assert.deepEqual(stored(), []);
  });

  it("takes one of many uploads at once", async () => {
    const { id } = await create(demo, {});
    const answers = await Promise.all(Array.from({ length: 6 }, () => upload(demo, id, bytes)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 409, 409, 409, 409, 409]);
    assert.equal(stored().length, 1);
    await call(demo, "DELETE", `/v2/images/${id}`);
  });

  it("refuses what is no qcow2, and the image can be tried again", async () => {
    const { id } = await create(demo, { disk_format: "qcow2" });
    const answer = await upload(demo, id, Buffer.from("this is no qcow2"));
    assert.equal(answer.status, 415);
    assert.match(((await answer.json()) as { message: string }).message, /not qcow2/);
    assert.equal((await show(demo, id)).status, "queued");
    assert.deepEqual(stored(), []);
    await call(demo, "DELETE", `/v2/images/${id}`);
  });

  it("leaves nothing of an upload whose client goes away", async () => {
    const { id } = await create(demo, {});
    const request = httpRequest(`${cloud.api.url}/image/v2/images/${id}/file`, {
      method: "PUT",
      headers: { ...octets, "x-auth-token": demo, "content-length": String(50 * 1024 * 1024) },
    });
    request.on("error", () => undefined);
    request.write(Buffer.alloc(1024 * 1024));
    for (let round = 0; (await show(demo, id)).status !== "saving"; round += 1) assert.ok(round < 500, "the upload did not begin");
    request.destroy();
    for (let round = 0; (await show(demo, id)).status !== "queued"; round += 1) assert.ok(round < 2000, "the image stays in saving");
    assert.deepEqual(stored(), []);
    assert.equal((await upload(demo, id, bytes)).status, 204, "a second try works");
    await call(demo, "DELETE", `/v2/images/${id}`);
  });

  it("answers 410 when the image goes during its upload", async () => {
    const { id } = await create(demo, {});
    const request = httpRequest(`${cloud.api.url}/image/v2/images/${id}/file`, {
      method: "PUT",
      headers: { ...octets, "x-auth-token": demo },
    });
    const answered = new Promise<number | undefined>((resolve, reject) => {
      request.on("response", (response) => resolve(response.resume().statusCode)).on("error", reject);
    });
    request.write(bytes);
    for (let round = 0; (await show(demo, id)).status !== "saving"; round += 1) assert.ok(round < 500, "the upload did not begin");
    assert.equal((await call(demo, "DELETE", `/v2/images/${id}`)).status, 204);
    request.end();
    assert.equal(await answered, 410);
    assert.deepEqual(stored(), []);
  });

  it("hides a project's images from the others, but for public ones", async () => {
    const secret = await create(demo, { visibility: "private" });
    const open = await create(admin, { name: "open", visibility: "public" });
    const stranger = await create(admin, { name: "hidden", visibility: "private" });
    assert.equal((await call(demo, "GET", `/v2/images/${stranger.id}`)).status, 404);
    assert.equal((await call(demo, "DELETE", `/v2/images/${stranger.id}`)).status, 404);
    assert.equal((await call(demo, "GET", `/v2/images/${open.id}`)).status, 200);
    assert.equal((await call(demo, "DELETE", `/v2/images/${open.id}`)).status, 403);
    assert.equal((await call(admin, "GET", `/v2/images/${secret.id}`)).status, 200);
    const { images } = (await (await call(demo, "GET", "/v2/images")).json()) as { images: ImageView[] };
    assert.deepEqual(images.map(({ id }) => id).sort(), [secret.id, open.id].sort());
    for (const { id } of [secret, open, stranger]) assert.equal((await call(admin, "DELETE", `/v2/images/${id}`)).status, 204);
  });

  const bad: [why: string, method: string, path: string, body: string | undefined, headers: Record<string, string>, status: number][] = [
    ["no JSON", "POST", "/v2/images", "{", { "content-type": "application/json" }, 400],
    ["an unknown disk format", "POST", "/v2/images", '{"disk_format": "floppy"}', { "content-type": "application/json" }, 400],
    ["a public image of a member", "POST", "/v2/images", '{"visibility": "public"}', { "content-type": "application/json" }, 403],
    ["a status of one's own", "POST", "/v2/images", '{"status": "active"}', { "content-type": "application/json" }, 403],
    ["an owner who is somebody else", "POST", "/v2/images", '{"owner": "x"}', { "content-type": "application/json" }, 403],
    ["a patch of another media type", "PATCH", "/v2/images/x", "[]", { "content-type": "application/json" }, 415],
    ["an unknown image", "GET", "/v2/images/x", undefined, {}, 404],
    ["bytes for an unknown image", "PUT", "/v2/images/x/file", "x", octets, 404],
    ["bytes of another type", "PUT", "/v2/images/x/file", "x", { "content-type": "text/plain" }, 415],
    ["what is not there yet", "GET", "/v2/tasks", undefined, {}, 404],
  ];
  for (const [why, method, path, body, headers, status] of bad) {
    it(`answers ${status} to ${why}`, async () => {
      const answer = await call(demo, method, path, body, headers);
      assert.equal(answer.status, status, await answer.text());
    });
  }

  it("leaves no image behind after all of that", async () => assert.deepEqual(await cloud.client.list(Image), []));

  it("changes, tags and protects", async () => {
    const { id } = await create(demo, { name: "a", os_distro: "debian", tags: ["x"] });
    const patch = (operations: object[]) =>
      call(demo, "PATCH", `/v2/images/${id}`, JSON.stringify(operations), {
        "content-type": "application/openstack-images-v2.1-json-patch",
      });
    const changed = (await (
      await patch([
        { op: "replace", path: "/name", value: "b" },
        { op: "replace", path: "/protected", value: true },
      ])
    ).json()) as ImageView;
    assert.deepEqual([changed.name, changed.protected], ["b", true]);
    assert.equal((await call(demo, "DELETE", `/v2/images/${id}`)).status, 403);
    const tags = ["y", "z"].map((tag) => call(demo, "PUT", `/v2/images/${id}/tags/${tag}`));
    assert.deepEqual(
      (await Promise.all(tags)).map(({ status }) => status),
      [204, 204],
    );
    assert.equal((await call(demo, "DELETE", `/v2/images/${id}/tags/x`)).status, 204);
    assert.deepEqual((await show(demo, id)).tags.toSorted(), ["y", "z"]);
    assert.equal((await patch([{ op: "replace", path: "/visibility", value: "public" }])).status, 403);
    await patch([{ op: "replace", path: "/protected", value: false }]);
    assert.equal((await call(demo, "DELETE", `/v2/images/${id}`)).status, 204);
  });

  it("serves signed URLs without a token, with ranges", async () => {
    const { id } = await create(demo, { name: "signed" });
    await upload(demo, id, bytes);
    const [image] = await cloud.client.list(Image);
    assert.ok(image);
    await call("", "GET", `${cloud.api.url}/internal/images/a/b?expires=1&signature=x`);
    const secret = await cloud.client.get(Secret, imageKeySecret);
    const url = (expires: number) =>
      signedImageURL(
        cloud.api.url,
        image.metadata.namespace ?? "",
        image.metadata.name,
        Buffer.from(secret.data?.key ?? "", "base64"),
        expires,
      );
    const now = Math.floor(Date.now() / 1000);
    const whole = await call("", "GET", url(now + 60));
    assert.ok(bytes.equals(Buffer.from(await whole.arrayBuffer())));
    const head = await call("", "HEAD", url(now + 60));
    assert.deepEqual(
      [head.status, head.headers.get("content-length"), head.headers.get("accept-ranges")],
      [200, String(bytes.length), "bytes"],
    );
    assert.equal((await call("", "GET", url(now + 60), undefined, { range: "bytes=-5" })).status, 206);
    assert.equal((await call("", "GET", url(now - 60))).status, 403);
    assert.equal((await call("", "GET", url(now + 60).replace("signed-", "other-"))).status, 403);
    await call(demo, "DELETE", `/v2/images/${id}`);
    assert.deepEqual(readdirSync(join(cloud.imageDirectory, "incoming")), []);
  });
});
