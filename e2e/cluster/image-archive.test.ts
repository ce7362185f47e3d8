// Archives hold what was asked for, and nothing of the machine or the moment.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageConfig, writeImageArchive } from "./image-archive.ts";
import { run } from "./shell.ts";

const image = { name: "kumulus.test/one:1", entrypoint: ["/a"], user: "1:1" };

describe("image archive", () => {
  const scratch = mkdtempSync(join(tmpdir(), "kumulus-archive-"));
  after(() => rmSync(scratch, { recursive: true }));

  function folder(name: string, seconds: number, order: readonly string[]): string {
    const path = join(scratch, name);
    mkdirSync(path);
    for (const file of order) writeFileSync(join(path, file), file);
    for (const file of order) utimesSync(join(path, file), seconds, seconds);
    return path;
  }

  it("has the same bytes for the same files, whenever and in whatever order they were written", () => {
    const [one, two] = [join(scratch, "1.tar"), join(scratch, "2.tar")];
    writeImageArchive(image, folder("first", 1000, ["a", "b"]), one);
    writeImageArchive(image, folder("second", 2000, ["b", "a"]), two);
    assert.ok(readFileSync(one).equals(readFileSync(two)));
    const manifest = JSON.parse(run("tar", ["-xOf", one, "manifest.json"]));
    assert.deepEqual(manifest[0].RepoTags, [image.name]);
    assert.match(run("tar", ["-tf", one]), new RegExp(manifest[0].Config));
  });

  it("names the layer by its sum, and says who runs what", () => {
    const config = JSON.parse(imageConfig(image, "abc"));
    assert.deepEqual(config.rootfs, { type: "layers", diff_ids: ["sha256:abc"] });
    assert.deepEqual([config.config.Entrypoint, config.config.User, config.created], [["/a"], "1:1", "1970-01-01T00:00:00.000Z"]);
  });
});
