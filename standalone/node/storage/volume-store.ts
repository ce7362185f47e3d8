// The volumes of this host as qcow2 files. A clone is an overlay, a snapshot a second name; whoever writes first to a shared file gets an overlay of its own.
import { randomUUID } from "node:crypto";
import { readdir, rename, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { KumulusError } from "../../../domain/errors.ts";
import { keyedLock } from "../keyed-lock.ts";
import type { DiskTool } from "./disk-tool.ts";
import { readQcow2Header } from "./qcow2-header.ts";
import { VolumeIndex } from "./volume-index.ts";

/** The same work on a volume that a guest holds open, which only its QEMU can do. */
export interface LiveVolumes {
  /** Copies the present content into a new file of `bytes`. */
  copy(handle: string, target: string, bytes: number): Promise<void>;
  resize(handle: string, bytes: number): Promise<void>;
}

export interface VolumeStore {
  has(handle: string): boolean;
  handles(): readonly string[];
  createBlank(handle: string, bytes: number): Promise<void>;
  /** From a file in `incoming(handle)`. */
  createFromIncoming(handle: string, bytes: number | undefined): Promise<void>;
  /** Where to put bytes from outside; cleared at start and by `sweep`. */
  incoming(handle: string): string;
  createClone(handle: string, source: string, bytes: number | undefined): Promise<void>;
  createSnapshot(handle: string, source: string): Promise<void>;
  sizeBytes(handle: string): Promise<number>;
  resize(handle: string, bytes: number): Promise<void>;
  /** The file that a guest may write to; MUST be paired with `release` after the guest's end. */
  acquire(handle: string): Promise<string>;
  /** The same for a guest that already runs. */
  hold(handle: string): void;
  release(handle: string): void;
  isHeld(handle: string): boolean;
  onRelease(listener: () => void): void;
  /** Removes every volume that is not in `live`, and every file that then nobody needs. */
  sweep(live: ReadonlySet<string>): Promise<void>;
}

interface Deps {
  folder: string;
  tool: DiskTool;
  live: LiveVolumes;
}

class FileVolumeStore implements VolumeStore {
  readonly index: VolumeIndex;
  readonly #tool: DiskTool;
  readonly #live: LiveVolumes;
  readonly #held = new Set<string>();
  readonly #listeners: (() => void)[] = [];
  /** By data file. */
  readonly #sizes = new Map<string, number>();
  readonly #lock = keyedLock();
  readonly #filling = new Set<string>();

  constructor({ folder, tool, live }: Deps) {
    this.index = new VolumeIndex(folder);
    this.#tool = tool;
    this.#live = live;
  }

  has(handle: string): boolean {
    return this.index.data.has(handle);
  }

  handles(): readonly string[] {
    return [...this.index.data.keys()];
  }

  incoming(handle: string): string {
    return join(this.index.incomingFolder, handle);
  }

  createBlank(handle: string, bytes: number): Promise<void> {
    return this.#create(handle, bytes, (path) => this.#tool.blank(path, bytes));
  }

  createFromIncoming(handle: string, bytes: number | undefined): Promise<void> {
    return this.#create(handle, bytes, (path) => this.#tool.adopt(this.incoming(handle), path, bytes));
  }

  async createClone(handle: string, source: string, bytes: number | undefined): Promise<void> {
    const size = Math.max(bytes ?? 0, await this.sizeBytes(source));
    if (this.isHeld(source)) {
      await this.#create(handle, size, async (path) => {
        const present = await this.sizeBytes(source);
        await this.#live.copy(source, path, present);
        if (size > present) await this.#tool.resize(path, size);
      });
      return;
    }
    await this.#lock(source, () => {
      const backing = this.#dataOf(source);
      return this.index.pin(backing, () => this.#create(handle, size, (path) => this.#tool.overlay(path, backing, size), backing));
    });
  }

  async createSnapshot(handle: string, source: string): Promise<void> {
    if (this.isHeld(source)) {
      const size = await this.sizeBytes(source);
      return this.#create(handle, size, (path) => this.#live.copy(source, path, size));
    }
    return this.#lock(source, async () => {
      if (!this.has(handle)) await this.#point(handle, this.#dataOf(source));
    });
  }

  async sizeBytes(handle: string): Promise<number> {
    const data = this.#dataOf(handle);
    const known = this.#sizes.get(data);
    if (known !== undefined) return known;
    const bytes = (await readQcow2Header(this.index.path(data)))?.virtualBytes ?? (await stat(this.index.path(data))).size;
    this.#sizes.set(data, bytes);
    return bytes;
  }

  resize(handle: string, bytes: number): Promise<void> {
    return this.#lock(handle, async () => {
      if (this.isHeld(handle)) await this.#live.resize(handle, bytes);
      else {
        if (this.index.isShared(handle)) await this.#layOver(handle);
        await this.#tool.resize(this.index.path(this.#dataOf(handle)), bytes);
      }
      this.#sizes.set(this.#dataOf(handle), bytes);
    });
  }

  acquire(handle: string): Promise<string> {
    return this.#lock(handle, async () => {
      if (!this.isHeld(handle) && this.index.isShared(handle)) await this.#layOver(handle);
      this.#held.add(handle);
      return this.index.path(this.#dataOf(handle));
    });
  }

  hold(handle: string): void {
    this.#held.add(handle);
  }

  release(handle: string): void {
    if (!this.#held.delete(handle)) return;
    for (const listener of this.#listeners) listener();
  }

  onRelease(listener: () => void): void {
    this.#listeners.push(listener);
  }

  isHeld(handle: string): boolean {
    return this.#held.has(handle);
  }

  async sweep(live: ReadonlySet<string>): Promise<void> {
    for (const handle of this.handles()) {
      if (live.has(handle) || this.isHeld(handle)) continue;
      this.index.data.delete(handle);
      await rm(this.index.link(handle), { force: true });
    }
    const needed = this.index.needed();
    for (const data of await readdir(this.index.dataFolder)) {
      if (needed.has(data) || this.#filling.has(data)) continue;
      await rm(this.index.path(data), { force: true });
      this.index.parent.delete(data);
      this.#sizes.delete(data);
    }
    for (const name of await readdir(this.index.incomingFolder)) if (!live.has(name)) await rm(this.incoming(name), { force: true });
  }

  /** Idempotent: a volume that is there already is left alone. The link comes last, so a volume is whole or absent. */
  #create(handle: string, bytes: number | undefined, fill: (path: string) => Promise<void>, backing?: string): Promise<void> {
    return this.#lock(`new ${handle}`, async () => {
      if (this.has(handle)) return;
      const data = `${randomUUID()}.qcow2`;
      this.#filling.add(data);
      try {
        await fill(this.index.path(data));
        if (backing !== undefined) this.index.parent.set(data, backing);
        if (bytes !== undefined) this.#sizes.set(data, bytes);
        await this.#point(handle, data);
      } catch (error) {
        await rm(this.index.path(data), { force: true });
        throw error;
      } finally {
        this.#filling.delete(data);
      }
    });
  }

  async #layOver(handle: string): Promise<void> {
    const under = this.#dataOf(handle);
    const data = `${randomUUID()}.qcow2`;
    const bytes = await this.sizeBytes(handle);
    this.#filling.add(data);
    try {
      await this.#tool.overlay(this.index.path(data), under, bytes);
      this.index.parent.set(data, under);
      this.#sizes.set(data, bytes);
      await this.#point(handle, data);
    } finally {
      this.#filling.delete(data);
    }
  }

  async #point(handle: string, data: string): Promise<void> {
    const next = `${this.index.link(handle)}.next`;
    await rm(next, { force: true });
    await symlink(join("..", "data", data), next);
    await rename(next, this.index.link(handle));
    this.index.data.set(handle, data);
  }

  #dataOf(handle: string): string {
    const data = this.index.data.get(handle);
    if (data === undefined) throw new KumulusError("NotFound", `volume ${handle} is not on this host`);
    return data;
  }
}

/** Opens the folder; what an earlier run left half done is gone after the first `sweep`. */
export async function openVolumeStore(deps: Deps): Promise<VolumeStore> {
  const store = new FileVolumeStore(deps);
  await store.index.load();
  await Promise.all((await readdir(store.index.incomingFolder)).map((name) => rm(store.incoming(name), { force: true })));
  await stat(deps.folder);
  return store;
}
