// What an archive keeps of an object, and whether it keeps it at all. Pure.
import { createdAnnotation, createdAt, idLabel, idOf } from "../../domain/id.ts";
import type { KubeObject, ObjectMeta, OwnerReference } from "../../models/kind.ts";
import { kumulusKinds } from "../../models/kinds.ts";
import { appliedAnnotation } from "../../operator/controller/context.ts";

/** An owner by name: uids are the old cluster's. */
export type SavedOwner = Omit<OwnerReference, "uid">;

/** One writer of an object, as the API server notes it. */
export interface ManagedFields {
  manager?: string;
  operation?: string;
  subresource?: string;
}

export interface SavedObject extends KubeObject {
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  owners?: SavedOwner[];
  /** Of our kinds only. */
  managers?: ManagedFields[];
  spec?: object;
  data?: Record<string, string>;
  type?: string;
  status?: Record<string, unknown>;
}

type Any = KubeObject & { spec?: object; data?: Record<string, string>; type?: string; status?: Record<string, unknown> };

/** What controllers could not find out again. All other status shows the world, and is made anew from it. */
const keptStatus: Readonly<Record<string, readonly string[] | "all">> = {
  Image: "all",
  ServerAction: "all",
  User: ["passwordChangedAt", "passwordFingerprint"],
  Credential: ["lastPeriod"],
  Trust: ["uses"],
  Port: ["macAddress"],
  Server: ["flavor"],
  Volume: ["imageMetadata", "bootable"],
};
const neverKept = ["conditions", "observedGeneration"];
/** Annotations that stand on uids: the controllers write them again. */
const isDropped = (name: string) => name === "identity.kumulus.cloud/bound-to" || name.startsWith(appliedAnnotation);

const ours = new Set(kumulusKinds.map(({ group, kind }) => `${group}/${kind}`));
export const isOurs = ({ apiVersion, kind }: KubeObject): boolean => ours.has(`${apiVersion.split("/")[0]}/${kind}`);

function statusOf({ kind, status = {} }: Any): Record<string, unknown> | undefined {
  const kept = keptStatus[kind] ?? [];
  const entries = Object.entries(status).filter(([name]) => !neverKept.includes(name) && (kept === "all" || kept.includes(name)));
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

const undropped = (annotations: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(annotations).filter(([name]) => !isDropped(name)));

/** Whose fields are whose: without it whoever applies the object next could take nothing out of it any more. Status has its own writers. */
export function managersOf(metadata: ObjectMeta & { managedFields?: ManagedFields[] }): ManagedFields[] {
  return (metadata.managedFields ?? []).filter(({ subresource }) => subresource === undefined);
}

/** Owners of other kinds are not in the archive: what they own comes back without them. */
const isKept = ({ apiVersion, kind }: OwnerReference) => isOurs({ apiVersion, kind, metadata: { name: "" } });

/** An object of ours gets its id and its age written down: both would change with its uid. */
export function savedObject(object: Any): SavedObject {
  const { apiVersion, kind, metadata, spec, data, type } = object;
  const { name, namespace, ownerReferences = [] } = metadata;
  const isKumulus = isOurs(object);
  const labels = { ...metadata.labels, ...(isKumulus && { [idLabel]: idOf(object) }) };
  const annotations = {
    ...undropped(metadata.annotations),
    ...(isKumulus && { [createdAnnotation]: createdAt(object) }),
  };
  const owners = ownerReferences.filter(isKept).map(({ uid: _uid, ...owner }) => owner);
  const managers = isKumulus ? managersOf(metadata) : [];
  const status = isKumulus ? statusOf(object) : undefined;
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace !== undefined && { namespace }), labels, annotations },
    ...(owners.length > 0 && { owners }),
    ...(managers.length > 0 && { managers }),
    ...(isKumulus && spec && { spec }),
    ...(data && { data }),
    ...(type && { type }),
    ...(status && { status }),
  };
}

/** A verb that was not carried out was meant for a guest that is no more. */
const isUnfinished = ({ kind, status }: Any) => kind === "ServerAction" && status?.phase !== "Succeeded" && status?.phase !== "Failed";

/** Objects that go, and what goes with an owner that does, are left behind. */
export function savedObjects(objects: readonly KubeObject[]): SavedObject[] {
  let kept = objects.filter((object) => object.metadata.deletionTimestamp === undefined && !isUnfinished(object));
  for (;;) {
    const uids = new Set(kept.map(({ metadata }) => metadata.uid));
    const rest = kept.filter(({ metadata }) => (metadata.ownerReferences ?? []).filter(isKept).every(({ uid }) => uids.has(uid)));
    if (rest.length === kept.length) return kept.map(savedObject);
    kept = rest;
  }
}
