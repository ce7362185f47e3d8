// What a cache keeps of an object: no managedFields, no last-applied annotation (40 % of the memory), and nobody can change it.
import type { KubeObject } from "../../models/kind.ts";

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

function withoutKey<T extends object>(from: T, key: string): T {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name !== key)) as T;
}

/** A copy at the top only: parts below are shared with the argument. */
export function trim<T extends KubeObject>(object: T): T {
  let metadata = object.metadata;
  if ("managedFields" in metadata) metadata = withoutKey(metadata, "managedFields");
  if (metadata.annotations?.[lastApplied] !== undefined) {
    metadata = { ...metadata, annotations: withoutKey(metadata.annotations, lastApplied) };
  }
  return metadata === object.metadata ? object : { ...object, metadata };
}

/** Freezes the value and all below it, in place. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const key in value) deepFreeze(value[key]);
  return Object.freeze(value);
}
