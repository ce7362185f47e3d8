// Metadata of an object that an API makes and that is bound from the start to the very objects that it names.
import { KumulusError } from "../../domain/errors.ts";
import { newMetadata } from "../../domain/id.ts";
import { boundAnnotation, boundTo, type Reference } from "../../domain/identity/bound.ts";
import type { KubeObject, ObjectMeta } from "../../models/kind.ts";
import type { AuthWorld } from "./delegations.ts";

function binding(named: readonly (KubeObject | undefined)[]): string {
  const bound = boundTo(named);
  if (bound === undefined) throw new KumulusError("Conflict", "Something that the request names is being deleted.");
  return bound;
}

/** Value of the note that binds to them. Conflict (409) when one of them is just going. */
export const bindingOf = (world: AuthWorld, references: readonly Reference[]): string => binding(world.named(references));

/** Annotations of an object that names these, in the order of its references. */
export const boundAnnotations = (named: readonly KubeObject[]): Record<string, string> => ({ [boundAnnotation]: binding(named) });

/** `name`: the object's own, where it is not made of the display name. */
export function boundMetadata(world: AuthWorld, references: readonly Reference[], displayName: string, name?: string): ObjectMeta {
  const { labels, name: made } = newMetadata(displayName);
  return { name: name ?? made, labels, annotations: { [boundAnnotation]: bindingOf(world, references) } };
}
