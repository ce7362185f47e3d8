// Lookup tables over one kind's objects: from a value that a function gives to the objects it gave it for.
import type { KubeObject } from "../../models/kind.ts";

type Values<T> = (object: T) => readonly string[];

/** Most values are one object's alone: such a bucket is the object itself, which takes no memory of its own. */
type Bucket<T> = T | Set<T>;

interface Index<T> {
  values: Values<T>;
  buckets: Map<string, Bucket<T>>;
}

export class Indexes<T extends KubeObject> {
  readonly #indexes = new Map<string, Index<T>>();
  readonly #onError: (error: unknown, index: string) => void;

  constructor(onError: (error: unknown, index: string) => void) {
    this.#onError = onError;
  }

  /** The first function of a name stays. */
  add(name: string, values: Values<T>, objects: Iterable<T>): void {
    if (this.#indexes.has(name)) return;
    const index: Index<T> = { values, buckets: new Map() };
    this.#indexes.set(name, index);
    for (const object of objects) this.#insertInto(name, index, object);
  }

  insert(object: T): void {
    for (const [name, index] of this.#indexes) this.#insertInto(name, index, object);
  }

  /** `object` is the very one that was inserted. */
  remove(object: T): void {
    for (const [name, { values, buckets }] of this.#indexes) {
      for (const value of this.#valuesOf(name, values, object)) {
        const bucket = buckets.get(value);
        if (bucket === object) buckets.delete(value);
        else if (bucket instanceof Set && bucket.delete(object) && bucket.size === 0) buckets.delete(value);
      }
    }
  }

  get(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name);
    if (!index) throw new TypeError(`no index "${name}"`);
    const bucket = index.buckets.get(value);
    if (bucket === undefined) return [];
    return bucket instanceof Set ? [...bucket] : [bucket];
  }

  #insertInto(name: string, { values, buckets }: Index<T>, object: T): void {
    for (const value of this.#valuesOf(name, values, object)) {
      const bucket = buckets.get(value);
      if (bucket instanceof Set) bucket.add(object);
      else if (bucket === undefined || bucket === object) buckets.set(value, object);
      else buckets.set(value, new Set([bucket, object]));
    }
  }

  /** An object that an index function cannot read is in no bucket, and harms nobody else. */
  #valuesOf(name: string, values: Values<T>, object: T): readonly string[] {
    try {
      return values(object);
    } catch (error) {
      this.#onError(error, name);
      return [];
    }
  }
}
