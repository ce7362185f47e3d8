// Controllers of kinds whose objects stand for what they name and end with it: they read what is named, make one pure call, and write.
import { boundAnnotation } from "../../domain/identity/binding.ts";
import { right, unasked } from "../../domain/rights.ts";
import type { Kind, KubeObject, LocalRef } from "../../models/kind.ts";
import type { Context, ControllerDefinition } from "../../operator/contract.ts";
import { defineController, index } from "../../operator/controller/define-controller.ts";
import { desiredBinding, type Named } from "./binding.ts";
import { type Referring, referenceIndex, referencesOf, watchReferenced } from "./references.ts";

/** A reference of an object, undefined where it has none. Their order is that of the binding: it MUST NOT change. */
export type Reference = readonly [Kind, LocalRef | undefined];

export function namedBy(refs: readonly Reference[], ctx: Context): Named {
  return refs.flatMap(([kind, ref]) => (ref ? [{ kind: kind.kind, name: ref.name, object: ctx.get(kind, ref.name) }] : []));
}

/** The uid makes the API server refuse to create it anew when it was deleted meanwhile. The spec is the user's: it is not applied. */
export function boundObject({ apiVersion, kind, metadata }: KubeObject, boundTo: string): KubeObject {
  const { name, uid } = metadata;
  return { apiVersion, kind, metadata: { name, ...(uid && { uid }), annotations: { [boundAnnotation]: boundTo } } };
}

export const bindingRights = (kind: Kind) => [
  right(kind, "patch"),
  unasked(right(kind, "create"), "to apply one that has just gone counts as a creation"),
];

interface BoundOptions<T extends Referring> {
  kind: Kind<T>;
  refersTo: readonly Kind[];
  references(object: T): readonly Reference[];
  /** Says that it holds: a sentence for people. */
  whenBound: string;
}

export function boundController<T extends Referring>({ kind, refersTo, references, whenBound }: BoundOptions<T>): ControllerDefinition {
  return defineController<T>({
    kind,
    watches: refersTo.map((named) => watchReferenced(kind as Kind, named)),
    indexes: [index(kind, referenceIndex, referencesOf)],
    rights: [right(kind as Kind, "delete"), ...bindingRights(kind as Kind)],
    async reconcile(object, ctx) {
      const plan = desiredBinding(object, namedBy(references(object), ctx), whenBound);
      if (plan.do === "delete") {
        const { name, uid } = object.metadata;
        ctx.log.info({ kind: kind.kind, object: name }, "what it was bound to is gone");
        await ctx.delete(kind as Kind, { name }, uid === undefined ? {} : { uid });
        return {};
      }
      if (plan.do === "bind") await ctx.apply(kind as Kind, boundObject(object, plan.boundTo));
      await ctx.applyStatus(kind as Kind, object, { conditions: [plan.condition] });
      return {};
    },
  });
}
