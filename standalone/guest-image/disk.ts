// The disk of the guest image: MBR, FAT16 with SYSLINUX and the kernel, ext4 root last so that it can grow.
import { closeSync, openSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.ts";

const sectorBytes = 512;
const mebibyte = 1024 * 1024;
const bootCode = "/usr/lib/syslinux/mbr/mbr.bin"; // package syslinux-common
const firstSector = mebibyte / sectorBytes;

interface DiskParts {
  kernel: string;
  initrd: string;
  rootDirectory: string;
  /** Kernel command line, after the loader's own. */
  commandLine: string;
  bootMiB: number;
  rootMiB: number;
}

/** One entry of the partition table. CHS fields are filled with the value that means "use the LBA". */
function partitionEntry(type: number, bootable: boolean, start: number, sectors: number): Buffer {
  const entry = Buffer.from([bootable ? 0x80 : 0, 0xfe, 0xff, 0xff, type, 0xfe, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
  entry.writeUInt32LE(start, 8);
  entry.writeUInt32LE(sectors, 12);
  return entry;
}

/** The first sector: SYSLINUX's code, a FAT16 partition (type e, active) and a Linux partition behind it. */
export function masterBootRecord(code: Buffer, bootMiB: number, rootMiB: number): Buffer {
  const bootSectors = (bootMiB * mebibyte) / sectorBytes;
  const record = Buffer.alloc(sectorBytes);
  code.copy(record, 0, 0, 440);
  record.write("KUML", 440, "latin1"); // disk signature, any value
  partitionEntry(0x0e, true, firstSector, bootSectors).copy(record, 446);
  partitionEntry(0x83, false, firstSector + bootSectors, (rootMiB * mebibyte) / sectorBytes).copy(record, 462);
  record.writeUInt16LE(0xaa55, 510);
  return record;
}

function makeFile(path: string, sizeMiB: number): void {
  writeFileSync(path, "");
  truncateSync(path, sizeMiB * mebibyte);
}

function makeBoot(path: string, parts: DiskParts): void {
  makeFile(path, parts.bootMiB);
  run("mkfs.vfat", ["-F", "16", "-n", "BOOT", "-h", String(firstSector), path]);
  const config = `DEFAULT linux\nPROMPT 0\nTIMEOUT 0\nSERIAL 0 115200\nLABEL linux\n  LINUX vmlinuz\n  INITRD initrd\n  APPEND ${parts.commandLine}\n`;
  writeFileSync(`${path}.cfg`, config);
  for (const [from, to] of [
    [parts.kernel, "vmlinuz"],
    [parts.initrd, "initrd"],
    [`${path}.cfg`, "syslinux.cfg"],
  ] as const)
    run("mcopy", ["-i", path, from, `::${to}`]);
  run("syslinux", ["--install", path]);
}

function makeRoot(path: string, parts: DiskParts): void {
  makeFile(path, parts.rootMiB);
  run("mke2fs", [
    "-q",
    "-F",
    "-t",
    "ext4",
    "-L",
    "root",
    "-m",
    "1",
    "-b",
    "4096",
    "-N",
    "4096",
    "-J",
    "size=4",
    "-E",
    "lazy_itable_init=1,nodiscard",
    "-d",
    parts.rootDirectory,
    path,
  ]);
}

/** Writes `parts` as a compressed qcow2 to `target`; scratch files go to `scratch`. */
export function makeDisk(target: string, scratch: string, parts: DiskParts): void {
  const [boot, root, disk] = ["boot.img", "root.img", "disk.img"].map((name) => join(scratch, name)) as [string, string, string];
  makeBoot(boot, parts);
  makeRoot(root, parts);
  makeFile(disk, 1 + parts.bootMiB + parts.rootMiB);
  const descriptor = openSync(disk, "r+");
  writeSync(descriptor, masterBootRecord(readFileSync(bootCode), parts.bootMiB, parts.rootMiB), 0, sectorBytes, 0);
  writeSync(descriptor, readFileSync(boot), 0, statSync(boot).size, mebibyte);
  writeSync(descriptor, readFileSync(root), 0, statSync(root).size, (1 + parts.bootMiB) * mebibyte);
  closeSync(descriptor);
  run("qemu-img", ["convert", "-c", "-f", "raw", "-O", "qcow2", disk, target]);
}
