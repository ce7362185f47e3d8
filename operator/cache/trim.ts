// What a cache keeps of an object: no managedFields, no last-applied annotation (40 % of the memory), each common text once, and nobody can change it.
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

/**
 * Texts and small objects seen lately. Objects of one kind repeat most of theirs: versions, reasons, sentences, times of a burst, whole conditions,
 * references.
 */
const texts = new Map<string, string>();
const objects = new Map<string, object>();
const mostKnown = 4_096;
const longestText = 200;

/** The first value of that spelling. */
function first<T>(known: Map<string, T>, spelling: string, value: T): T {
  const before = known.get(spelling);
  if (before !== undefined) return before;
  if (known.size >= mostKnown) known.clear();
  known.set(spelling, value);
  return value;
}

const isLeaf = (value: unknown) => typeof value !== "object" || value === null;

/** Freezes the value and all below it, in place, with equal texts and equal small objects made one: the result may be another than the argument. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "string") return value.length > longestText ? value : (first(texts, value, value) as T);
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  let isSmall = !Array.isArray(value);
  for (const key in value) {
    isSmall &&= isLeaf(value[key]);
    value[key] = deepFreeze(value[key]);
  }
  Object.freeze(value);
  if (!isSmall) return value;
  const spelling = JSON.stringify(value);
  return spelling.length > longestText ? value : (first<object>(objects, spelling, value) as T);
}
