// A guest of one boot sector for tests: it asks for a login on the serial console, powers off at the power button or a "p", resets at an "r", echoes the rest.
import { writeFileSync } from "node:fs";

/** 16-bit code: print the prompt; enable the power button (PM1_EN, 0x602); then hlt, look at PM1_STS (0x600) and at the serial port, for ever. */
const code =
  "fa31c08ed88ed0bc007cbe527cac84c07406baf803eeebf5ba0206b80001effbf4ba0006edf6c4017517bafd03eca80174eebaf803ec3c7074073c72" +
  "740ceeebdfba0406b80020efebd6baf90cb006eeebce0d0a74696e79206c6f67696e3a2000";

/** Writes it as a raw disk of `bytes`. */
export function writeTinyDisk(path: string, bytes = 1024 * 1024): void {
  const disk = Buffer.alloc(bytes);
  Buffer.from(code, "hex").copy(disk);
  disk.writeUInt16LE(0xaa55, 510);
  writeFileSync(path, disk);
}
