// Lookup tables over one kind's objects: from a value that a function gives to the objects it gave it for.
import type { KubeObject } from "../../models/kind.ts";

type Values<T> = (object: T) => readonly string[];

interface Index<T> {
  values: Values<T>;
  buckets: Map<string, Map<string, T>>;
}

export class Indexes<T extends KubeObject> {
  readonly #indexes = new Map<string, Index<T>>();
  readonly #onError: (error: unknown, index: string) => void;

  constructor(onError: (error: unknown, index: string) => void) {
    this.#onError = onError;
  }

  /** The first function of a name stays. */
  add(name: string, values: Values<T>, objects: Iterable<[string, T]>): void {
    if (this.#indexes.has(name)) return;
    const index: Index<T> = { values, buckets: new Map() };
    this.#indexes.set(name, index);
    for (const [key, object] of objects) this.#insertInto(name, index, key, object);
  }

  insert(key: string, object: T): void {
    for (const [name, index] of this.#indexes) this.#insertInto(name, index, key, object);
  }

  remove(key: string, object: T): void {
    for (const [name, index] of this.#indexes) {
      for (const value of this.#valuesOf(name, index, object)) {
        const bucket = index.buckets.get(value);
        if (bucket?.delete(key) && bucket.size === 0) index.buckets.delete(value);
      }
    }
  }

  get(name: string, value: string): readonly T[] {
    const index = this.#indexes.get(name);
    if (!index) throw new TypeError(`no index "${name}"`);
    const bucket = index.buckets.get(value);
    return bucket ? [...bucket.values()] : [];
  }

  #insertInto(name: string, index: Index<T>, key: string, object: T): void {
    for (const value of this.#valuesOf(name, index, object)) {
      const bucket = index.buckets.get(value);
      if (bucket) bucket.set(key, object);
      else index.buckets.set(value, new Map([[key, object]]));
    }
  }

  /** An object that an index function cannot read is in no bucket, and harms nobody else. */
  #valuesOf(name: string, index: Index<T>, object: T): readonly string[] {
    try {
      return index.values(object);
    } catch (error) {
      this.#onError(error, name);
      return [];
    }
  }
}
