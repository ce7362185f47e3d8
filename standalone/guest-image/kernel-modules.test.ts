// Load order of kernel modules, on small files that look like modules.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { findModules, loadOrder } from "./kernel-modules.ts";

describe("loadOrder", () => {
  let folder: string;
  before(() => {
    mkdirSync("/tmp/guest-image", { recursive: true });
    folder = mkdtempSync("/tmp/guest-image/modules-");
    const needs = { virtio: "", virtio_ring: "virtio", "virtio-rng": "virtio,virtio_ring", net: "virtio_ring" };
    for (const [name, depends] of Object.entries(needs))
      writeFileSync(join(folder, `${name}.ko`), `\x7fELF\0license=GPL\0depends=${depends}\0name=x\0`);
  });
  after(() => rmSync(folder, { recursive: true }));
  const names = (paths: string[]) => paths.map((path) => basename(path, ".ko"));

  it("puts each module after what it needs, dashes and underscores alike", () => {
    assert.deepEqual(names(loadOrder(findModules(folder), ["virtio_rng", "net"], new Set())), [
      "virtio",
      "virtio_ring",
      "virtio-rng",
      "net",
    ]);
  });
  it("leaves out what is loaded already", () => {
    const loaded = new Set<string>();
    loadOrder(findModules(folder), ["virtio_ring"], loaded);
    assert.deepEqual(names(loadOrder(findModules(folder), ["net"], loaded)), ["net"]);
  });
  it("names a module that the kernel lacks", () =>
    assert.throws(() => loadOrder(findModules(folder), ["floppy"], new Set()), /no module floppy/));
});
