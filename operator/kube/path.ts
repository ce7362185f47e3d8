// URLs of the API server.
import type { Kind } from "../../models/kind.ts";
import type { ObjectKey } from "../contract.ts";

export type Query = Record<string, string | number | boolean | undefined>;

/** `v1` or `group/version`, as `apiVersion` spells it. */
export function apiVersionOf(kind: Kind): string {
  return kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
}

/** Name of a kind for people and as a key: `servers.compute.kumulus.cloud`. */
export function kindName(kind: Kind): string {
  return kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
}

/** Path of a collection; all namespaces when none is given. */
export function collectionPath(kind: Kind, namespace?: string): string {
  const root = kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const inside = kind.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}${inside}/${kind.plural}`;
}

/** Path of one object. Throws when the key and the kind do not agree on a namespace, since that would address something else. */
export function objectPath(kind: Kind, key: ObjectKey, subresource?: string): string {
  if (key.name === "") throw new TypeError(`${kind.kind} without a name`);
  if (kind.namespaced && !key.namespace) throw new TypeError(`${kind.kind} ${key.name} needs a namespace`);
  const path = `${collectionPath(kind, key.namespace)}/${encodeURIComponent(key.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

export function withQuery(path: string, query: Query): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== "") pairs.set(name, String(value));
  return pairs.size === 0 ? path : `${path}?${pairs}`;
}
