// Objects that name others by Kubernetes name, and are bound to those very objects: what has the name later is somebody else.
import type { KubeObject } from "../../models/kind.ts";

/** Annotation with the uids of the objects that one was bound to. */
export const boundAnnotation = "identity.kumulus.cloud/bound-to";

/** The annotation's value for the objects that one names, in the order of its references. */
export const bindingTo = (named: readonly (KubeObject | undefined)[]): string =>
  named.map((object) => object?.metadata.uid ?? "").join(",");

/** Whether it still stands for these objects. One that was not bound yet stands for whatever has the names. */
export function isBoundTo({ metadata }: KubeObject, named: readonly (KubeObject | undefined)[]): boolean {
  const bound = metadata.annotations?.[boundAnnotation];
  return named.every((object) => object !== undefined) && (bound === undefined || bound === bindingTo(named));
}

/** The same for what must not hold before it is bound, nor for what is just going. */
export function isFirmlyBound(object: KubeObject, named: readonly (KubeObject | undefined)[]): boolean {
  const stays = [object, ...named].every((each) => each !== undefined && each.metadata.deletionTimestamp === undefined);
  return stays && object.metadata.annotations?.[boundAnnotation] === bindingTo(named);
}
