// How controllers are written down: typed helpers over the contract's ControllerDefinition.
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { Caches, ControllerDefinition, ObjectKey, Watch } from "../contract.ts";

/** Controllers of different kinds share one list; each is called with objects of its own kind only. */
export function defineController<T extends KubeObject>(definition: ControllerDefinition<T>): ControllerDefinition {
  if (definition.finalize && definition.finalizer === undefined) throw new TypeError(`${definition.kind.kind}: finalize needs a finalizer`);
  return definition as unknown as ControllerDefinition;
}

/** A change of `kind` enqueues these keys of the controller's kind. */
export function watch<U extends KubeObject>(kind: Kind<U>, keys: (object: U, caches: Caches) => readonly ObjectKey[]): Watch<never> {
  return { kind, keys } as unknown as Watch<never>;
}

export type IndexDefinition = NonNullable<ControllerDefinition["indexes"]>[number];

/** An index that the controller's reads use. */
export function index<U extends KubeObject>(kind: Kind<U>, name: string, values: (object: U) => readonly string[]): IndexDefinition {
  return { kind, name, values } as unknown as IndexDefinition;
}

/** Name of a controller in field managers, metrics and logs. */
export function controllerName(definition: ControllerDefinition): string {
  return definition.name ?? definition.kind.kind.toLowerCase();
}
