// Where the files of one guest are. Unix sockets must stay under 108 bytes, so all of it lies in the short run directory.
import { join } from "node:path";

export interface GuestPaths {
  folder: string;
  record: string;
  pid: string;
  qmp: string;
  console: string;
  vnc: string;
  serialLog: string;
  qemuLog: string;
  configDrive: string;
}

export function guestPaths(runDir: string, uid: string): GuestPaths {
  const folder = join(runDir, "guests", uid);
  return {
    folder,
    record: join(folder, "guest.json"),
    pid: join(folder, "qemu.pid"),
    qmp: join(folder, "qmp.sock"),
    console: join(folder, "console.sock"),
    vnc: join(folder, "vnc.sock"),
    serialLog: join(folder, "serial.log"),
    qemuLog: join(folder, "qemu.log"),
    configDrive: join(folder, "config-2.iso"),
  };
}
