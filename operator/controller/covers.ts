// Whether the object that is there already has all that we want: then nothing is sent.

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Absent, null and empty mean the same to the API server's typed fields. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.values(value).every((entry) => entry === undefined);
}

/** Every field of `wanted` is in `actual` with that value; `actual` may hold more, except more list entries. */
export function covers(wanted: unknown, actual: unknown): boolean {
  if (wanted === actual || (isEmpty(wanted) && isEmpty(actual))) return true;
  if (Array.isArray(wanted)) {
    return Array.isArray(actual) && wanted.length === actual.length && wanted.every((entry, index) => covers(entry, actual[index]));
  }
  if (!isObject(wanted) || !isObject(actual)) return false;
  return Object.entries(wanted).every(([name, value]) => value === undefined || covers(value, actual[name]));
}

/** Both hold the same. */
export function same(one: unknown, other: unknown): boolean {
  return covers(one, other) && covers(other, one);
}

interface Meta {
  finalizers?: readonly string[];
  ownerReferences?: readonly { uid: string }[];
}

/** `covers` for whole objects: lists of metadata are shared with other writers, so ours need only be among them; status is not applied. */
export function objectCovers(wanted: { metadata: Meta }, actual: { metadata: Meta }): boolean {
  const { metadata, status: _, ...rest } = wanted as { metadata: Meta; status?: unknown };
  const { finalizers = [], ownerReferences = [], ...plain } = metadata;
  return (
    finalizers.every((name) => actual.metadata.finalizers?.includes(name)) &&
    ownerReferences.every((owner) => actual.metadata.ownerReferences?.some((other) => other.uid === owner.uid && covers(owner, other))) &&
    covers(plain, actual.metadata) &&
    covers(rest, actual)
  );
}
