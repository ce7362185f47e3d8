// The file store: whole or not at all, ranges, and no way out of its directory.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { fileStore } from "./file-store.ts";

describe("the file store", () => {
  const directory = mkdtempSync(join(tmpdir(), "kumulus-file-store-"));
  after(() => rmSync(directory, { recursive: true, force: true }));
  const store = fileStore(join(directory, "images"));

  async function* chunks(...parts: string[]) {
    for (const part of parts) yield Buffer.from(part);
  }

  async function* failing() {
    yield Buffer.from("half");
    throw new Error("the client went away");
  }

  const files = () => readdirSync(join(directory, "images"), { recursive: true }).map(String);

  it("gives back what it was given, whole and in ranges", async () => {
    const location = await store.write(chunks("hello ", "world"));
    assert.match(location, /^file:[0-9a-f-]{36}$/);
    assert.equal(String(await buffer(await store.read(location))), "hello world");
    assert.equal(String(await buffer(await store.read(location, { start: 6, end: 8 }))), "wor");
    assert.equal(await store.size(location), 11);
    const listed: { location: string }[] = [];
    for await (const each of store.list()) listed.push(each);
    assert.deepEqual(
      listed.map((each) => each.location),
      [location],
    );
    await store.delete(location);
    await store.delete(location);
    assert.equal(await store.size(location), undefined);
    await assert.rejects(store.read(location), { code: "NotFound" });
  });

  it("leaves nothing of what was cut off", async () => {
    await assert.rejects(store.write(failing()), /went away/);
    assert.deepEqual(files(), ["incoming"]);
  });

  for (const location of ["file:../secret", "file:/etc/passwd", "s3:x", "file:", "file:incoming/../../x"]) {
    it(`has no ${location}`, async () => {
      await assert.rejects(store.read(location), { code: "NotFound" });
      await assert.rejects(store.delete(location), { code: "NotFound" });
      assert.equal(await store.size(location), undefined);
    });
  }
});
