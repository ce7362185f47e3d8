// What only lives with the objects that it names (application credentials, trusts, …): it waits for them, is bound to those very ones, and ends with the first of them.

import { isCode } from "../../domain/errors.ts";
import { boundAnnotation, boundTo, isGone, type Reference } from "../../domain/identity/bound.ts";
import { right, unasked } from "../../domain/rights.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { ConditionInput, Context, ControllerDefinition } from "../../operator/contract.ts";
import { defineController, index, watch } from "../../operator/controller/define-controller.ts";
import { notReady, ready } from "./conditions.ts";
import { referenceIndex } from "./references.ts";

type References<T> = (object: T) => readonly Reference[];

export type BoundPlan =
  | { do: "wait"; condition: ConditionInput }
  | { do: "bind"; boundTo: string; condition: ConditionInput }
  /** What it was bound to is gone. */
  | { do: "delete" };

/** `named` are the objects of `references`, in that order. Pure. */
export function desiredBound(
  object: KubeObject,
  references: readonly Reference[],
  named: readonly (KubeObject | undefined)[],
  sentence = "It can be used.",
): BoundPlan {
  const bound = object.metadata.annotations?.[boundAnnotation];
  const now = boundTo(named);
  if (bound !== undefined && bound !== now) return { do: "delete" };
  if (now !== undefined) return { do: "bind", boundTo: now, condition: ready("Bound", sentence) };
  const missing = references.find((_, at) => isGone(named[at]));
  return { do: "wait", condition: notReady(`${missing?.kind.kind}Missing`, `Waiting for ${missing?.kind.kind} ${missing?.name}`) };
}

/** The uid makes the API server refuse to create it anew when it was deleted meanwhile. */
export function boundNote({ apiVersion, kind, metadata }: KubeObject, text: string): KubeObject {
  const { name, uid } = metadata;
  return { apiVersion, kind, metadata: { name, ...(uid && { uid }), annotations: { [boundAnnotation]: text } } };
}

/** What the API server says: the cache of one kind may be behind that of another, and an API binds what it makes at once. */
function freshly(references: readonly Reference[], { client }: Context): Promise<(KubeObject | undefined)[]> {
  return Promise.all(
    references.map(({ kind, name }) =>
      client.get(kind, { name }).catch((error: unknown) => {
        if (isCode(error, "NotFound")) return undefined;
        throw error;
      }),
    ),
  );
}

const names = (references: readonly Reference[]) => references.map(({ kind, name }) => `${kind.kind}/${name}`);

/** `named` are the kinds that `references` may give; `sentence` tells people that the object is bound. */
export function boundController<T extends KubeObject>(
  kind: Kind<T>,
  named: readonly Kind[],
  references: References<T>,
  sentence?: string,
): ControllerDefinition {
  return defineController<T>({
    kind,
    watches: named.map((other) =>
      watch(other, ({ metadata }, caches) =>
        caches
          .of(kind)
          .byIndex(referenceIndex, `${other.kind}/${metadata.name}`)
          .map((object) => ({ name: object.metadata.name })),
      ),
    ),
    indexes: [index(kind, referenceIndex, (object) => names(references(object)))],
    rights: [
      ...named.map((each) => right(each, "get")),
      right(kind, "patch", "delete"),
      unasked(right(kind, "create"), "to apply one that has just gone counts as a creation"),
    ],
    async reconcile(object, ctx) {
      const wanted = references(object);
      const found = wanted.map((each) => ctx.get(each.kind, each.name));
      let plan = desiredBound(object, wanted, found, sentence);
      if (plan.do === "delete") plan = desiredBound(object, wanted, await freshly(wanted, ctx), sentence);
      if (plan.do === "delete") {
        const { name, uid } = object.metadata;
        ctx.log.info({ kind: kind.kind, name }, "what the object was bound to is gone");
        await ctx.delete(kind as Kind, { name }, uid === undefined ? {} : { uid });
        return {};
      }
      if (plan.do === "bind") await ctx.apply(kind as Kind, boundNote(object, plan.boundTo));
      await ctx.applyStatus(kind, object, { conditions: [plan.condition] });
      return {};
    },
  });
}
