// Does KVM really run a guest here? /dev/kvm may exist and not work, so a tiny program is run.
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const romBytes = 64 * 1024;
const limitMs = 2_000;
const exitPort = 0x501;
const answer = 0x2a;

/** A ROM whose reset vector writes one byte to QEMU's exit port: mov dx, port; mov al, answer; out dx, al; hlt. */
export function exitRom(): Buffer {
  const rom = Buffer.alloc(romBytes, 0xf4);
  Buffer.from([0xba, exitPort & 0xff, exitPort >> 8, 0xb0, answer, 0xee, 0xf4]).copy(rom, romBytes - 16);
  return rom;
}

/** Runs the program under an accelerator; true when it reached the exit port in time. */
export async function runsGuest(accelerator: "kvm" | "tcg", timeoutMs = limitMs): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "kumulus-kvm-"));
  const rom = join(folder, "exit.rom");
  writeFileSync(rom, exitRom());
  try {
    return await new Promise((resolve) => {
      const argv = ["-nodefaults", "-no-user-config", "-display", "none", "-m", "2M", "-accel", accelerator, "-bios", rom];
      const exit = ["-device", `isa-debug-exit,iobase=${exitPort},iosize=1`];
      execFile("qemu-system-x86_64", [...argv, ...exit], { timeout: timeoutMs, killSignal: "SIGKILL" }, (error) =>
        // isa-debug-exit ends QEMU with (value << 1) | 1.
        resolve(error?.code === ((answer << 1) | 1)),
      );
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function pickAccelerator(): Promise<"kvm" | "tcg"> {
  return existsSync("/dev/kvm") && (await runsGuest("kvm")) ? "kvm" : "tcg";
}
