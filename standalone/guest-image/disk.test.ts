// The partition table, read back by Debian's sfdisk.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { masterBootRecord } from "./disk.ts";
import { run } from "./run.ts";

describe("masterBootRecord", () => {
  it("has an active FAT16 partition and a Linux one behind it", () => {
    mkdirSync("/tmp/guest-image", { recursive: true });
    const path = `/tmp/guest-image/mbr-${process.pid}`;
    writeFileSync(path, masterBootRecord(Buffer.alloc(440, 0x90), 24, 48));
    truncateSync(path, 73 * 1024 * 1024);
    const { partitiontable } = JSON.parse(run("sfdisk", ["--json", path]).toString()) as {
      partitiontable: { partitions: { start: number; size: number; type: string; bootable?: boolean }[] };
    };
    rmSync(path);
    assert.deepEqual(
      partitiontable.partitions.map(({ start, size, type, bootable = false }) => ({ start, size, type, bootable })),
      [
        { start: 2048, size: 49152, type: "e", bootable: true },
        { start: 51200, size: 98304, type: "83", bootable: false },
      ],
    );
  });
});
