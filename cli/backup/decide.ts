// What a restore does with one object of the archive, given what the cluster has of that name. Pure.
import { isDeepStrictEqual } from "node:util";
import { systemNamespace } from "../../domain/id.ts";
import { readTokenKeys, tokenKeysData, tokenKeysSecret, unitedTokenKeys } from "../../domain/identity/token-keys.ts";
import type { KubeObject, OwnerReference } from "../../models/kind.ts";
import type { SavedObject } from "./saved-object.ts";

export type Present = KubeObject & Pick<SavedObject, "spec" | "data" | "status">;

export type Step =
  | { do: "create"; object: KubeObject }
  /** Replaces the one that is there. */
  | { do: "change"; object: KubeObject }
  | { do: "keep" };

/** A new one, as the API server takes it. */
function fresh(
  { owners: _owners, managers: _managers, status: _status, ...saved }: SavedObject,
  ownerReferences: OwnerReference[],
): KubeObject {
  return { ...saved, metadata: { ...saved.metadata, ...(ownerReferences.length > 0 && { ownerReferences }) } };
}

const isTokenKeys = ({ kind, metadata }: KubeObject) =>
  kind === "Secret" && metadata.namespace === systemNamespace && metadata.name === tokenKeysSecret;

/** Both clouds' tokens stay valid: the API of an empty cloud has made a key of its own already. */
function unitedKeys(saved: SavedObject, present: Present): Step {
  const [old, now] = [readTokenKeys(saved.data), readTokenKeys(present.data)];
  const united = unitedTokenKeys(old, now);
  return united.length === now.length ? { do: "keep" } : { do: "change", object: { ...present, data: tokenKeysData(united) } as Present };
}

const includes = (all: Record<string, string> = {}, some: Record<string, string> = {}) =>
  Object.entries(some).every(([name, value]) => all[name] === value);

/** In `merge` the archive wins over what is there; else what is there stays. */
export function stepOf(saved: SavedObject, present: Present | undefined, ownerReferences: OwnerReference[], merge: boolean): Step {
  if (!present) return { do: "create", object: fresh(saved, ownerReferences) };
  if (isTokenKeys(saved)) return unitedKeys(saved, present);
  if (!merge) return { do: "keep" };
  const { labels, annotations } = saved.metadata;
  const same =
    isDeepStrictEqual(saved.spec, saved.kind === "Namespace" ? undefined : present.spec) &&
    isDeepStrictEqual(saved.data, present.data) &&
    includes(present.metadata.labels, labels) &&
    includes(present.metadata.annotations, annotations);
  if (same) return { do: "keep" };
  const metadata = {
    ...present.metadata,
    labels: { ...present.metadata.labels, ...labels },
    annotations: { ...present.metadata.annotations, ...annotations },
  };
  return {
    do: "change",
    object: { ...present, metadata, ...(saved.spec && { spec: saved.spec }), ...(saved.data && { data: saved.data }) } as Present,
  };
}

/** The part of the archive's status that the object does not show; undefined when it shows all. What a controller has written stays. */
export function missingStatus({ status: saved = {} }: SavedObject, present: Present | undefined): Record<string, unknown> | undefined {
  const missing = Object.entries(saved).filter(([name]) => present?.status?.[name] === undefined);
  return missing.length > 0 ? Object.fromEntries(missing) : undefined;
}
