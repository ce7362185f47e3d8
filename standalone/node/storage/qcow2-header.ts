// The few fields of a qcow2 header that the agent needs, read without a process: its size and what it is laid over.
import { open } from "node:fs/promises";

export interface Qcow2Header {
  virtualBytes: number;
  /** As written in the file: a path relative to its folder, or absolute. */
  backing?: string;
}

const magic = 0x514649fb;
const longestBackingName = 1023;

/** undefined for a file that is no qcow2 image, an empty one too. (QEMU docs/interop/qcow2.txt, "Header".) */
export async function readQcow2Header(path: string): Promise<Qcow2Header | undefined> {
  const file = await open(path, "r");
  try {
    const header = Buffer.alloc(32);
    const { bytesRead } = await file.read(header, 0, 32, 0);
    if (bytesRead < 32 || header.readUInt32BE(0) !== magic) return undefined;
    const virtualBytes = Number(header.readBigUInt64BE(24));
    const length = header.readUInt32BE(16);
    const offset = Number(header.readBigUInt64BE(8));
    if (offset === 0 || length === 0 || length > longestBackingName) return { virtualBytes };
    const name = Buffer.alloc(length);
    await file.read(name, 0, length, offset);
    return { virtualBytes, backing: name.toString("utf8") };
  } finally {
    await file.close();
  }
}
