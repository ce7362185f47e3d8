// The volume store with real qemu-img: who shares what, and what is left after a sweep.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../clients/programs/run.ts";
import { qemuImg } from "./disk-tool.ts";
import { openVolumeStore, type VolumeStore } from "./volume-store.ts";

const mebi = 2 ** 20;

describe("volume store (story)", function () {
  this.timeout(60_000);
  let folder = "";
  let store: VolumeStore;
  const open = () =>
    openVolumeStore({
      folder,
      tool: qemuImg,
      live: { copy: () => Promise.reject(new Error("no guest")), resize: () => Promise.resolve() },
    });
  const files = () => readdirSync(join(folder, "data")).length;
  const write = (path: string, byte: number) => run("qemu-io", ["-f", "qcow2", "-c", `write -P ${byte} 0 64k`, path]);
  const reads = async (path: string, byte: number) =>
    !(await run("qemu-io", ["-f", "qcow2", "-c", `read -P ${byte} 0 64k`, path])).includes("Pattern verification failed");

  beforeEach(async () => {
    folder = mkdtempSync("/tmp/kumulus-volumes-");
    store = await open();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("a clone keeps what its source was, whatever is written to the source later", async () => {
    await store.createBlank("a", 8 * mebi);
    await write(await store.acquire("a"), 1);
    store.release("a");
    await store.createClone("b", "a", 16 * mebi);
    await write(await store.acquire("a"), 2);
    store.release("a");
    assert.ok(await reads(await store.acquire("b"), 1));
    assert.ok(await reads(await store.acquire("a"), 2));
    assert.equal(await store.sizeBytes("b"), 16 * mebi);
  });

  it("a snapshot takes no space until its source is written, and restores it", async () => {
    await store.createBlank("a", 8 * mebi);
    await write(await store.acquire("a"), 1);
    store.release("a");
    await store.createSnapshot("s", "a");
    assert.equal(files(), 1);
    await write(await store.acquire("a"), 2);
    store.release("a");
    await store.createClone("r", "s", undefined);
    assert.ok(await reads(await store.acquire("r"), 1));
  });

  it("keeps a base while an overlay needs it, also after a restart, and removes it with the last", async () => {
    await store.createBlank("golden", 8 * mebi);
    await store.createClone("x", "golden", undefined);
    await store.createClone("y", "golden", undefined);
    await store.sweep(new Set(["x", "y"]));
    assert.equal(files(), 3);
    store = await open();
    assert.ok(!store.has("golden"));
    await store.sweep(new Set(["y"]));
    assert.equal(files(), 2);
    await store.sweep(new Set());
    assert.equal(files(), 0);
  });

  it("grows a volume without touching those that share its file", async () => {
    await store.createBlank("a", 8 * mebi);
    await store.createSnapshot("s", "a");
    await store.resize("a", 32 * mebi);
    assert.equal(await store.sizeBytes("a"), 32 * mebi);
    assert.equal(await store.sizeBytes("s"), 8 * mebi);
  });

  it("takes images in, and refuses what points elsewhere or is too large", async () => {
    await run("qemu-img", ["create", "-q", "-f", "qcow2", store.incoming("q"), String(4 * mebi)]);
    await store.createFromIncoming("q", 8 * mebi);
    assert.equal(await store.sizeBytes("q"), 8 * mebi);
    writeFileSync(store.incoming("raw"), Buffer.alloc(mebi, 7));
    await store.createFromIncoming("raw", 2 * mebi);
    assert.ok(await reads(await store.acquire("raw"), 7));
    await run("qemu-img", ["create", "-q", "-f", "qcow2", "-u", "-b", "/etc/passwd", "-F", "raw", store.incoming("evil"), String(mebi)]);
    await assert.rejects(store.createFromIncoming("evil", 8 * mebi), /backing or external data file/);
    await run("qemu-img", ["create", "-q", "-f", "qcow2", store.incoming("big"), String(64 * mebi)]);
    await assert.rejects(store.createFromIncoming("big", 8 * mebi), /larger than the reported available storage/);
    assert.ok(!store.has("evil") && !store.has("big"));
  });
});
