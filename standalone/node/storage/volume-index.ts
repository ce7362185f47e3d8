// Which volume is which data file, and what lies under what. A volume is a symbolic link, so that several can share one data file.
import { mkdirSync, readdirSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { readQcow2Header } from "./qcow2-header.ts";

export class VolumeIndex {
  readonly volumesFolder: string;
  readonly dataFolder: string;
  readonly incomingFolder: string;
  /** Volume handle → data file. */
  readonly data = new Map<string, string>();
  /** Data file → the data file under it. */
  readonly parent = new Map<string, string>();
  /** Data files that some work relies on right now. */
  readonly pinned = new Map<string, number>();

  constructor(folder: string) {
    this.volumesFolder = join(folder, "volumes");
    this.dataFolder = join(folder, "data");
    this.incomingFolder = join(folder, "incoming");
    for (const made of [this.volumesFolder, this.dataFolder, this.incomingFolder]) mkdirSync(made, { recursive: true, mode: 0o700 });
  }

  /** Reads the folders again, as after a restart. */
  async load(): Promise<void> {
    this.data.clear();
    this.parent.clear();
    for (const name of readdirSync(this.volumesFolder))
      if (name.endsWith(".qcow2")) this.data.set(name.slice(0, -".qcow2".length), basename(readlinkSync(join(this.volumesFolder, name))));
    for (const name of readdirSync(this.dataFolder)) {
      const header = await readQcow2Header(join(this.dataFolder, name));
      if (header?.backing) this.parent.set(name, basename(header.backing));
    }
  }

  link(handle: string): string {
    return join(this.volumesFolder, `${handle}.qcow2`);
  }

  path(data: string): string {
    return join(this.dataFolder, data);
  }

  /** True when something besides this volume reads the file: another volume, an overlay, work under way. */
  isShared(handle: string): boolean {
    const data = this.data.get(handle);
    if (data === undefined) return false;
    if ((this.pinned.get(data) ?? 0) > 0) return true;
    for (const [other, file] of this.data) if (file === data && other !== handle) return true;
    for (const under of this.parent.values()) if (under === data) return true;
    return false;
  }

  /** Keeps a data file while `work` runs. */
  async pin<T>(data: string, work: () => Promise<T>): Promise<T> {
    this.pinned.set(data, (this.pinned.get(data) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.pinned.get(data) ?? 1) - 1;
      if (left > 0) this.pinned.set(data, left);
      else this.pinned.delete(data);
    }
  }

  /** Data files that a live volume, or work under way, still needs. */
  needed(): Set<string> {
    const needed = new Set<string>();
    for (const start of [...this.data.values(), ...this.pinned.keys()])
      for (let at: string | undefined = start; at !== undefined && !needed.has(at); at = this.parent.get(at)) needed.add(at);
    return needed;
  }
}
