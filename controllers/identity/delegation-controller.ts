// Application credentials, access rules, credentials and trusts: each waits for what it names, is bound to those very objects, and ends with the first of them.
import { isCode } from "../../domain/errors.ts";
import type { Reference } from "../../domain/identity/delegation-references.ts";
import { right } from "../../domain/rights.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { Context, ControllerDefinition } from "../../operator/contract.ts";
import { defineController, index, watch } from "../../operator/controller/define-controller.ts";
import { desiredBinding, type Named } from "./binding.ts";
import { bindingRights, boundObject } from "./bound-controller.ts";
import { referenceIndex } from "./references.ts";

type Read = (reference: Reference) => KubeObject | undefined | Promise<KubeObject | undefined>;

const named = (references: readonly Reference[], read: Read): Promise<Named> =>
  Promise.all(references.map(async (each) => ({ kind: each.kind.kind, name: each.name, object: await read(each) })));

/** What the API server says: the cache of one kind may be behind that of another, and an API binds what it makes at once. */
const freshly =
  ({ client }: Context): Read =>
  ({ kind, name }) =>
    client.get(kind, { name }).catch((error: unknown) => {
      if (isCode(error, "NotFound")) return undefined;
      throw error;
    });

/** `refersTo` are the kinds that `references` may give. */
export function delegationController<T extends KubeObject>(
  kind: Kind<T>,
  refersTo: readonly Kind[],
  references: (object: T) => readonly Reference[],
): ControllerDefinition {
  return defineController<T>({
    kind,
    watches: refersTo.map((other) =>
      watch(other, ({ metadata }, caches) =>
        caches
          .of(kind)
          .byIndex(referenceIndex, `${other.kind}/${metadata.name}`)
          .map((object) => ({ name: object.metadata.name })),
      ),
    ),
    indexes: [index(kind, referenceIndex, (object) => references(object).map((each) => `${each.kind.kind}/${each.name}`))],
    rights: [...refersTo.map((each) => right(each, "get")), right(kind, "delete"), ...bindingRights(kind)],
    async reconcile(object, ctx) {
      const wanted = references(object);
      const planFor = async (read: Read) => desiredBinding(object, await named(wanted, read), "It can be used.");
      let plan = await planFor((each) => ctx.get(each.kind, each.name));
      if (plan.do === "delete") plan = await planFor(freshly(ctx));
      if (plan.do === "delete") {
        const { name, uid } = object.metadata;
        ctx.log.info({ kind: kind.kind, object: name }, "what it was bound to is gone");
        await ctx.delete(kind, { name }, uid === undefined ? {} : { uid });
        return {};
      }
      if (plan.do === "bind") await ctx.apply(kind as Kind, boundObject(object, plan.boundTo));
      await ctx.applyStatus(kind, object, { conditions: [plan.condition] });
      return {};
    },
  });
}
