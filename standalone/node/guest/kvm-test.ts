// Does KVM really run a guest here? /dev/kvm may exist and run some instructions only, so a tiny guest must boot under it.
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Accelerator, processor } from "./qemu-arguments.ts";

const limitMs = 2_000;
const exitPort = 0x501;
const answer = 0x2a;
/** SeaBIOS boots from no disk smaller than this. */
const diskBytes = 1024 * 1024;

/**
 * A boot sector: load a GDT (at 0x38), enter protected mode, return through an `iret` (half-working KVMs can not), write `answer` to `exitPort`.
 * The BIOS before it uses real mode, interrupts and a disk.
 */
const bootSector =
  "fa31c08ed80f0116507c0f20c00c010f22c066ea1a7c0000080066b810008ed88ed0bc007000009c0e682f7c0000cf66ba0105b02aeef49000000000" +
  "00000000ffff0000009acf00ffff00000092cf001700387c0000";

/** Runs the program as real guests run; true when it reached the exit port in time. */
export async function runsGuest(accelerator: Accelerator, timeoutMs = limitMs): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "kumulus-kvm-"));
  const disk = join(folder, "disk.img");
  const image = Buffer.alloc(diskBytes);
  Buffer.from(bootSector, "hex").copy(image);
  image.writeUInt16LE(0xaa55, 510);
  writeFileSync(disk, image);
  try {
    return await new Promise((resolve) => {
      const argv = ["-nodefaults", "-no-user-config", "-display", "none", "-m", "16M", "-machine", "q35", ...processor[accelerator]];
      const devices = ["-drive", `file=${disk},format=raw,if=virtio`, "-device", `isa-debug-exit,iobase=${exitPort},iosize=1`];
      execFile("qemu-system-x86_64", [...argv, ...devices], { timeout: timeoutMs, killSignal: "SIGKILL" }, (error) =>
        // isa-debug-exit ends QEMU with (value << 1) | 1.
        resolve(error?.code === ((answer << 1) | 1)),
      );
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function pickAccelerator(): Promise<Accelerator> {
  return existsSync("/dev/kvm") && (await runsGuest("kvm")) ? "kvm" : "tcg";
}
