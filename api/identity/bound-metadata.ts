// Metadata of an object that an API makes and that is bound from the start to the very objects that it names.
import { KumulusError } from "../../domain/errors.ts";
import { newMetadata } from "../../domain/id.ts";
import { bindingTo, boundAnnotation } from "../../domain/identity/binding.ts";
import type { Reference } from "../../domain/identity/delegation-references.ts";
import type { ObjectMeta } from "../../models/kind.ts";
import type { AuthWorld } from "./delegations.ts";

/** Value of the note that binds to them. Conflict (409) when one of them is just going. */
export function bindingOf(world: AuthWorld, references: readonly Reference[]): string {
  const named = world.named(references);
  const stay = named.every((object) => object !== undefined && object.metadata.deletionTimestamp === undefined);
  if (!stay) throw new KumulusError("Conflict", "Something that the request names is being deleted.");
  return bindingTo(named);
}

/** `name`: the object's own, where it is not made of the display name. */
export function boundMetadata(world: AuthWorld, references: readonly Reference[], displayName: string, name?: string): ObjectMeta {
  const { labels, name: made } = newMetadata(displayName);
  return { name: name ?? made, labels, annotations: { [boundAnnotation]: bindingOf(world, references) } };
}
