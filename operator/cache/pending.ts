// Read-your-writes: which keys show what we wrote rather than what the watch told last, and until when. resourceVersions are opaque: a write is
// known to have arrived only when the watch brings that very version.
import type { KubeObject } from "../../models/kind.ts";

interface Pending<T> {
  uid: string;
  /** Versions that we put and the watch has not brought yet. */
  versions: Set<string>;
  dropped: boolean;
  /** What the watch told meanwhile; shown when the wait is given up. */
  overtaken: T | undefined;
  sequence: number;
  since: number;
}

/** How long a written object is held against the watch. */
export const holdMs = 5_000;
const remembered = 4_096;

/** Set with a bounded memory: the oldest entry goes first. */
class Recent {
  readonly #entries = new Set<string>();
  add(entry: string): void {
    this.#entries.add(entry);
    if (this.#entries.size > remembered) for (const oldest of this.#entries) return void this.#entries.delete(oldest);
  }
  has(entry: string): boolean {
    return this.#entries.has(entry);
  }
}

const versionKey = (object: KubeObject) => `${object.metadata.uid}/${object.metadata.resourceVersion}`;

export class PendingWrites<T extends KubeObject> {
  readonly #pending = new Map<string, Pending<T>>();
  readonly #seen = new Recent();
  readonly #gone = new Recent();
  #sequence = 0;

  get size(): number {
    return this.#pending.size;
  }

  /** Point in the order of writes and lists; a list that began after a write shows that write. */
  mark(): number {
    return ++this.#sequence;
  }

  /** False when the watch already brought this version or the end of the object: then the cache is as new or newer. */
  put(key: string, object: T, now: number): boolean {
    const { uid = "", resourceVersion = "" } = object.metadata;
    if (this.#seen.has(versionKey(object)) || this.#gone.has(uid)) return false;
    const before = this.#pending.get(key);
    const same = before?.uid === uid && !before.dropped ? before : undefined;
    const versions = same?.versions ?? new Set<string>();
    versions.add(resourceVersion);
    this.#pending.set(key, { uid, versions, dropped: false, overtaken: same?.overtaken, sequence: this.mark(), since: now });
    return true;
  }

  drop(key: string, object: T, now: number): void {
    const { uid = "" } = object.metadata;
    this.#pending.set(key, { uid, versions: new Set(), dropped: true, overtaken: undefined, sequence: this.mark(), since: now });
  }

  /** Whether what the server told may be shown. `listMark` is the mark of the list that told it. */
  arrived(key: string, object: T, listMark: number | undefined): boolean {
    this.#seen.add(versionKey(object));
    const pending = this.#pending.get(key);
    if (!pending) return true;
    if (listMark !== undefined && pending.sequence < listMark) return this.#pending.delete(key);
    if (pending.uid === object.metadata.uid && pending.versions.delete(object.metadata.resourceVersion ?? "")) {
      if (pending.versions.size > 0) return false;
      return this.#pending.delete(key);
    }
    pending.overtaken = object;
    return false;
  }

  /** Whether a deletion that the watch told may be shown. */
  deleted(key: string, uid: string): boolean {
    this.#gone.add(uid);
    const pending = this.#pending.get(key);
    if (!pending) return true;
    if (pending.uid === uid) return this.#pending.delete(key);
    if (pending.overtaken?.metadata.uid === uid) pending.overtaken = undefined;
    return false;
  }

  /** Whether a key that a list did not have may be removed. */
  absent(key: string, listMark: number): boolean {
    const pending = this.#pending.get(key);
    return !pending || (pending.sequence < listMark && this.#pending.delete(key));
  }

  /** Gives up the waits that are over; yields what to show instead, where the watch told something else meanwhile. */
  *expire(now: number): Generator<[string, T]> {
    for (const [key, pending] of this.#pending) {
      if (now - pending.since < holdMs) continue;
      this.#pending.delete(key);
      if (pending.overtaken) yield [key, pending.overtaken];
    }
  }
}
