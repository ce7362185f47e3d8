// What the agent must remember of its guests across its own death: their definition and how they ended.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type GuestPaths, guestPaths } from "./guest-paths.ts";
import type { GuestEnd, GuestSpec } from "./guest-spec.ts";

export interface GuestRecord {
  spec: GuestSpec;
  /** Its process was there: if it is gone without an end, it crashed. */
  started?: boolean;
  /** Written before the process is ended, so that a new agent knows whose doing it was. */
  end?: GuestEnd;
  /** The next power-off is a reboot that a user asked for. */
  rebooting?: boolean;
  paused?: boolean;
}

export interface GuestRecords {
  paths(uid: string): GuestPaths;
  load(): GuestRecord[];
  save(record: GuestRecord): void;
  /** The guest's whole folder. */
  remove(uid: string): void;
}

export function guestRecords(runDir: string): GuestRecords {
  const root = join(runDir, "guests");
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const read = (uid: string): GuestRecord[] => {
    const { record } = guestPaths(runDir, uid);
    return existsSync(record) ? [JSON.parse(readFileSync(record, "utf8")) as GuestRecord] : [];
  };
  return {
    paths: (uid) => guestPaths(runDir, uid),
    load: () => readdirSync(root).flatMap(read),
    save(record) {
      const { folder, record: path } = guestPaths(runDir, record.spec.uid);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.next`, JSON.stringify(record));
      renameSync(`${path}.next`, path);
    },
    remove: (uid) => rmSync(guestPaths(runDir, uid).folder, { recursive: true, force: true }),
  };
}
