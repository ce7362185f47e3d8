// Domain: nothing but its own switch decides about it. When it goes, all that belongs to it goes before.
import { finalizers } from "../../../domain/finalizers.ts";
import { right } from "../../../domain/rights.ts";
import { Domain } from "../../../models/identity/domain.ts";
import { Group } from "../../../models/identity/group.ts";
import { Role } from "../../../models/identity/role.ts";
import { Tenant } from "../../../models/identity/tenant.ts";
import { User } from "../../../models/identity/user.ts";
import type { Kind } from "../../../models/kind.ts";
import { defineController } from "../../../operator/controller/define-controller.ts";
import { enabledCondition, notReady } from "../conditions.ts";
import { referenceIndex, wakeNamed } from "../references.ts";

/** What belongs to a domain, in the order in which it goes. */
const contents: readonly Kind[] = [Tenant, User, Group, Role] as Kind[];
/** So many objects are deleted at a time. */
const batch = 100;
const nextBatchMs = 50;
/** Safety net under the watches. */
const pollMs = 5_000;

export const domainController = defineController<Domain>({
  kind: Domain,
  finalizer: finalizers.domain,
  watches: contents.map((kind) => wakeNamed(kind, Domain)),
  rights: contents.map((kind) => right(kind, "delete")),
  async reconcile(domain, ctx) {
    const condition = enabledCondition(domain.spec.enabled, "The domain is disabled: nobody of it can log in.");
    await ctx.applyStatus(Domain, domain, { conditions: [condition] });
    return {};
  },
  async finalize(domain, ctx) {
    const left = contents.flatMap((kind) =>
      ctx.byIndex(kind, referenceIndex, `Domain/${domain.metadata.name}`).map((object) => ({ kind, object })),
    );
    if (left.length === 0) return "done";
    const going = left.filter(({ object }) => object.metadata.deletionTimestamp === undefined).slice(0, batch);
    for (const { kind, object } of going) {
      await ctx.delete(kind, { name: object.metadata.name }, object.metadata.uid === undefined ? {} : { uid: object.metadata.uid });
    }
    await ctx.applyStatus(Domain, domain, { conditions: [notReady("Deleting", "Waiting for the end of what belongs to the domain")] });
    return { requeueAfterMs: going.length > 0 ? nextBatchMs : pollMs };
  },
});
