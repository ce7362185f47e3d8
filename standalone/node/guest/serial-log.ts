// The serial console's log: QEMU appends to it for ever, so it is cut when it grows, and read from its end.
import { copyFile, open, readFile, rename, stat, truncate } from "node:fs/promises";

const limitBytes = 1024 * 1024;

/** Moves the log aside when it is too long. QEMU appends, so a file cut to nothing goes on at its new end. */
export async function limitSerialLog(path: string, limit = limitBytes): Promise<void> {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size <= limit) return;
  await copyFile(path, `${path}.next`);
  await truncate(path, 0);
  await rename(`${path}.next`, `${path}.1`);
}

const textOf = (path: string) => readFile(path).catch(() => Buffer.alloc(0));

/** What is kept of the log, the cut part first. */
export async function readSerialLog(path: string): Promise<Buffer> {
  const [old, current] = await Promise.all([textOf(`${path}.1`), textOf(path)]);
  return Buffer.concat([old, current]);
}

/** The last `bytes` of the current log. */
export async function serialTail(path: string, bytes: number): Promise<string> {
  const file = await open(path, "r").catch(() => undefined);
  if (!file) return "";
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - bytes);
    const buffer = Buffer.alloc(size - start);
    await file.read(buffer, 0, buffer.length, start);
    return buffer.toString("latin1");
  } finally {
    await file.close();
  }
}

/** The last lines of a text as the kubelet counts them: an unfinished last line is a line. */
export function lastLines(text: Buffer, lines: number): Buffer {
  if (lines <= 0) return Buffer.alloc(0);
  let at = text.length - 1;
  if (text[at] === 10) at--;
  for (let left = lines; at >= 0; at--) if (text[at] === 10 && --left === 0) return text.subarray(at + 1);
  return text;
}
