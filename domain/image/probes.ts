// One probe per image format: what its header looks like, how large the disk inside is, and what makes it dangerous.

export type ImageFormat = "raw" | "qcow2" | "iso" | "vmdk" | "vhd" | "vhdx" | "vdi" | "qed" | "luks";

export interface Finding {
  format: ImageFormat;
  /** Size of the disk inside in bytes; absent where the header is broken. */
  virtualSizeBytes?: number;
  error?: string;
}

/** The parts of a stream that were kept. A negative start counts from the end. */
export interface ByteRanges {
  readonly size: number;
  read(start: number, length: number): Buffer | undefined;
}

export interface Probe {
  find(bytes: ByteRanges): Finding | undefined;
  /** Offsets of 64 KiB ranges that must be kept for `find`, as far as they are known by now. */
  wants?(bytes: ByteRanges): readonly number[];
}

const sectorBytes = 512;

function has(bytes: ByteRanges, start: number, magic: string): boolean {
  return bytes.read(start, magic.length)?.toString("latin1") === magic;
}

/** Sizes beyond 2^53 exist only in broken or hostile headers. */
function sized(format: ImageFormat, size: bigint, factor = 1n): Finding {
  const total = size * factor;
  if (total > BigInt(Number.MAX_SAFE_INTEGER)) return { format, error: `the ${format} header gives an impossible size` };
  return { format, virtualSizeBytes: Number(total) };
}

const cut = (format: ImageFormat): Finding => ({ format, error: `the ${format} header is cut short` });

const knownIncompatible = 0b11111n;
const externalData = 0b100n;

const qcow2: Probe = {
  find(bytes) {
    if (!has(bytes, 0, "QFI\xfb")) return undefined;
    const header = bytes.read(0, 72);
    if (!header) return cut("qcow2");
    const version = header.readUInt32BE(4);
    if (version !== 2 && version !== 3) return { format: "qcow2", error: `qcow version ${version} is not supported` };
    if (header.readBigUInt64BE(8) !== 0n || header.readUInt32BE(16) !== 0) return { format: "qcow2", error: "it has a backing file" };
    if (header.readUInt32BE(32) !== 0) return { format: "qcow2", error: "it is encrypted" };
    if (version === 3) {
      const features = bytes.read(72, 8)?.readBigUInt64BE(0);
      if (features === undefined) return cut("qcow2");
      if (features & externalData) return { format: "qcow2", error: "its data is in another file" };
      if (features & ~knownIncompatible) return { format: "qcow2", error: "it has unknown features" };
    }
    return sized("qcow2", header.readBigUInt64BE(24));
  },
};

const qed: Probe = {
  find: (bytes) => (has(bytes, 0, "QED\0") ? { format: "qed", error: "the format qed is not supported" } : undefined),
};

const luks: Probe = {
  find: (bytes) => (has(bytes, 0, "LUKS\xba\xbe") ? { format: "luks", virtualSizeBytes: bytes.size } : undefined),
};

const vdi: Probe = {
  find(bytes) {
    if (bytes.read(64, 4)?.readUInt32LE(0) !== 0xbeda107f) return undefined;
    const size = bytes.read(0x170, 8);
    return size ? sized("vdi", size.readBigUInt64LE(0)) : cut("vdi");
  },
};

const vmdkTypes = new Set(["monolithicSparse", "streamOptimized"]);

const vmdk: Probe = {
  find(bytes) {
    if (has(bytes, 0, "# Disk DescriptorFile")) return { format: "vmdk", error: "its data is in other files" };
    if (!has(bytes, 0, "KDMV")) return undefined;
    const header = bytes.read(0, 44);
    if (!header) return cut("vmdk");
    const start = Number(header.readBigUInt64LE(28)) * sectorBytes;
    const length = Number(header.readBigUInt64LE(36)) * sectorBytes;
    const descriptor = bytes.read(start, Math.min(length, 20 * sectorBytes))?.toString("latin1") ?? "";
    const type = /^createType="([^"]*)"/m.exec(descriptor)?.[1];
    if (type === undefined || !vmdkTypes.has(type)) return { format: "vmdk", error: `its type ${type ?? "(none)"} is not supported` };
    const extents = descriptor.match(/^(RW|RDONLY|NOACCESS) .*$/gm) ?? [];
    if (extents.length !== 1 || /[/\\]/.test(extents[0])) return { format: "vmdk", error: "its data is in other files" };
    return sized("vmdk", header.readBigUInt64LE(12), BigInt(sectorBytes));
  },
};

const vhd: Probe = {
  find(bytes) {
    const at = has(bytes, 0, "conectix") ? 0 : -512;
    const footer = bytes.read(at, 512);
    if (footer?.toString("latin1", 0, 8) !== "conectix") return undefined;
    if (footer.readUInt32BE(60) === 4) return { format: "vhd", error: "it has a parent disk" };
    return sized("vhd", footer.readBigUInt64BE(48));
  },
};

const regionTableAt = 192 * 1024;
/** GUIDs as they lie in the file (MS-VHDX 2.2.3.1 and 2.6.2.4). */
const metadataRegion = "06a27c8b90479a4bb8fe575f050f886e";
const virtualSizeItem = "2442a52f1bcd7648b2115dbed83bf4b8";

const vhdx: Probe = {
  wants: (bytes) => (has(bytes, 0, "vhdxfile") ? [regionTableAt, ...(vhdxMetadataAt(bytes) ?? [])] : []),
  find(bytes) {
    if (!has(bytes, 0, "vhdxfile")) return undefined;
    const at = vhdxMetadataAt(bytes)?.[0];
    const table = at === undefined ? undefined : bytes.read(at, 32);
    if (at === undefined || table?.toString("latin1", 0, 8) !== "metadata") return { format: "vhdx", error: "it has no metadata" };
    for (let n = 0; n < Math.min(table.readUInt16LE(10), 2047); n += 1) {
      const item = bytes.read(at + 32 + n * 32, 32);
      if (item?.toString("hex", 0, 16) !== virtualSizeItem) continue;
      const size = bytes.read(at + item.readUInt32LE(16), 8);
      return size ? sized("vhdx", size.readBigUInt64LE(0)) : cut("vhdx");
    }
    return { format: "vhdx", error: "its metadata gives no size" };
  },
};

/** Where the metadata region and its items are; its table gives item offsets of at least 64 KiB, so both ranges are wanted. */
function vhdxMetadataAt(bytes: ByteRanges): number[] | undefined {
  const head = bytes.read(regionTableAt, 16);
  if (head?.toString("latin1", 0, 4) !== "regi") return undefined;
  for (let n = 0; n < Math.min(head.readUInt32LE(8), 2047); n += 1) {
    const entry = bytes.read(regionTableAt + 16 + n * 32, 32);
    if (entry?.toString("hex", 0, 16) !== metadataRegion) continue;
    const at = Number(entry.readBigUInt64LE(16));
    return [at, at + 64 * 1024];
  }
  return undefined;
}

const iso: Probe = {
  find: (bytes) => (has(bytes, 0x8001, "CD001") ? { format: "iso", virtualSizeBytes: bytes.size } : undefined),
};

/** In the order in which they are asked; vhd looks at the end of the file, so it comes after those with a magic at the start. */
export const probes: readonly Probe[] = [qcow2, qed, luks, vdi, vmdk, vhdx, iso, vhd];
