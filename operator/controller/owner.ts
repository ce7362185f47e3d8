// Owner references: how an object says whose part it is, and how a change of a part leads back to its whole.
import type { Kind, KubeObject, OwnerReference } from "../../models/kind.ts";
import type { ObjectKey } from "../contract.ts";
import { apiVersionOf } from "../kube/path.ts";

function ownerReferenceTo(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "", controller: true, blockOwnerDeletion: true };
}

/** Throws for an owner in another namespace: the garbage collector would take the object as orphaned. */
export function withOwner<T extends KubeObject>(object: T, owner: KubeObject | undefined): T {
  if (!owner) return object;
  const { namespace } = owner.metadata;
  if (namespace !== undefined && namespace !== object.metadata.namespace) {
    throw new TypeError(
      `${owner.kind} ${namespace}/${owner.metadata.name} can not own ${object.kind} of namespace ${object.metadata.namespace}`,
    );
  }
  const others = object.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid) ?? [];
  return { ...object, metadata: { ...object.metadata, ownerReferences: [...others, ownerReferenceTo(owner)] } };
}

/** Key of the controlling owner, where it is of that kind. */
export function controllerOf(object: KubeObject, kind: Kind): ObjectKey | undefined {
  const group = (apiVersion: string) => (apiVersion.includes("/") ? apiVersion.split("/")[0] : "");
  const owner = object.metadata.ownerReferences?.find(
    (each) => each.controller === true && each.kind === kind.kind && group(each.apiVersion) === group(apiVersionOf(kind)),
  );
  if (!owner) return undefined;
  return kind.namespaced && object.metadata.namespace !== undefined
    ? { name: owner.name, namespace: object.metadata.namespace }
    : { name: owner.name };
}
