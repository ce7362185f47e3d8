// Images made by qemu-img (where it is installed) and by hand: what they are taken for, and what is refused.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { FormatInspector, formatError } from "./format.ts";

function inspect(bytes: Uint8Array, chunk = 16384) {
  const inspector = new FormatInspector();
  for (let at = 0; at < bytes.length; at += chunk) inspector.write(bytes.subarray(at, at + chunk));
  return inspector.end();
}

function qcow2Header(patch: (header: Buffer) => void = () => undefined): Buffer {
  const header = Buffer.alloc(512);
  header.write("QFI\xfb", 0, "latin1");
  header.writeUInt32BE(3, 4);
  header.writeUInt32BE(16, 20);
  header.writeBigUInt64BE(1n << 30n, 24);
  header.writeUInt32BE(104, 100);
  patch(header);
  return header;
}

describe("image formats", () => {
  const folder = mkdtempSync(join(tmpdir(), "kumulus-format-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const made: [format: string, qemuFormat: string, options: string[]][] = [
    ["qcow2", "qcow2", []],
    ["qcow2", "qcow2", ["-o", "compat=0.10"]],
    ["vmdk", "vmdk", ["-o", "subformat=monolithicSparse"]],
    ["vmdk", "vmdk", ["-o", "subformat=streamOptimized"]],
    ["vdi", "vdi", []],
    ["vhd", "vpc", ["-o", "force_size"]],
    ["vhd", "vpc", ["-o", "subformat=fixed,force_size"]],
    ["vhdx", "vhdx", []],
    ["raw", "raw", []],
  ];
  for (const [format, qemuFormat, options] of made) {
    it(`knows what qemu-img makes as ${qemuFormat} ${options.join(" ")}`, function () {
      const file = join(folder, "disk");
      rmSync(file, { force: true });
      try {
        execFileSync("qemu-img", ["create", "-q", "-f", qemuFormat, ...options, file, "5M"], { stdio: "pipe" });
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
        console.log("      skipped: qemu-img is not installed");
        return this.skip();
      }
      const bytes = readFileSync(file);
      for (const chunk of [1 << 30, 70_001, 511]) {
        const finding = inspect(bytes, chunk);
        assert.deepEqual({ ...finding }, { format, virtualSizeBytes: 5 * 1024 * 1024 }, `in chunks of ${chunk}`);
        assert.equal(formatError(format, finding), undefined);
      }
    });
  }

  const refused: [why: string, bytes: Buffer, words: RegExp][] = [
    ["a backing file", qcow2Header((header) => header.writeBigUInt64BE(1024n, 8)), /backing file/],
    ["encryption", qcow2Header((header) => header.writeUInt32BE(2, 32)), /encrypted/],
    ["an external data file", qcow2Header((header) => header.writeBigUInt64BE(4n, 72)), /another file/],
    ["features of the future", qcow2Header((header) => header.writeBigUInt64BE(1n << 40n, 72)), /unknown features/],
    ["qcow version 1", qcow2Header((header) => header.writeUInt32BE(1, 4)), /version 1/],
    ["a cut header", qcow2Header().subarray(0, 40), /cut short/],
    ["a size of 2^63", qcow2Header((header) => header.writeBigUInt64BE(1n << 63n, 24)), /impossible size/],
    ["a VMDK descriptor that names other files", Buffer.from('# Disk DescriptorFile\nRW 1 FLAT "/etc/shadow" 0\n'), /other files/],
    ["QED", Buffer.from("QED\0rest"), /not supported/],
  ];
  for (const [why, bytes, words] of refused) {
    it(`refuses ${why}`, () => {
      assert.match(inspect(bytes).error ?? "", words);
      assert.equal(formatError("qcow2", inspect(bytes))?.status, 415);
    });
  }

  it("sees a CD image behind a boot sector", () => {
    const bytes = Buffer.alloc(40_000);
    bytes.write("CD001", 0x8001, "latin1");
    assert.deepEqual(inspect(bytes), { format: "iso", virtualSizeBytes: 40_000 });
    assert.equal(formatError("iso", inspect(bytes)), undefined);
    assert.equal(formatError("raw", inspect(bytes)), undefined, "a CD is a raw disk too");
  });

  it("refuses what is not what it was declared as", () => {
    writeFileSync(join(folder, "text"), "no image");
    assert.match(formatError("qcow2", inspect(Buffer.from("no image")))?.message ?? "", /not qcow2: it looks like raw/);
    assert.match(formatError("raw", inspect(qcow2Header()))?.message ?? "", /not raw: it looks like qcow2/);
  });

  it("never throws and never depends on how the bytes are cut", () => {
    const magics = ["QFI\xfb", "KDMV", "vhdxfile", "conectix", "LUKS\xba\xbe", "# Disk DescriptorFile", ""];
    fc.assert(
      fc.property(
        fc.constantFrom(...magics),
        fc.uint8Array({ maxLength: 2000 }),
        fc.integer({ min: 1, max: 700 }),
        (magic, rest, chunk) => {
          const bytes = Buffer.concat([Buffer.from(magic, "latin1"), rest]);
          assert.deepEqual(inspect(bytes, chunk), inspect(bytes, 1 << 20));
        },
      ),
    );
  });
});
