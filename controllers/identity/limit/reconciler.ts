// Limit: bound to the very project or domain that it names, and gone with it: a later one of the same name does not get it.
import { boundAnnotation } from "../../../domain/quota.ts";
import { right, unasked } from "../../../domain/rights.ts";
import { Domain } from "../../../models/identity/domain.ts";
import { Limit } from "../../../models/identity/limit.ts";
import { Tenant } from "../../../models/identity/tenant.ts";
import type { Kind, KubeObject } from "../../../models/kind.ts";
import type { ConditionInput, Context } from "../../../operator/contract.ts";
import { defineController, index } from "../../../operator/controller/define-controller.ts";
import { notReady, ready } from "../conditions.ts";
import { referenceIndex, referencesOf, watchReferenced } from "../references.ts";

type Plan =
  | { do: "wait"; condition: ConditionInput }
  | { do: "bind"; boundTo: string; condition: ConditionInput }
  /** Whose limit it was is gone. */
  | { do: "delete" };

const isGone = (holder: KubeObject | undefined) => holder === undefined || holder.metadata.deletionTimestamp !== undefined;

export function desiredLimit({ metadata, spec }: Limit, holder: KubeObject | undefined): Plan {
  const bound = metadata.annotations?.[boundAnnotation];
  const uid = holder?.metadata.uid ?? "";
  if (bound !== undefined && (isGone(holder) || bound !== uid)) return { do: "delete" };
  if (!isGone(holder)) return { do: "bind", boundTo: uid, condition: ready("Bound", "The limit holds.") };
  const missing = spec.tenantRef ? `Tenant ${spec.tenantRef.name}` : `Domain ${spec.domainRef?.name}`;
  return { do: "wait", condition: notReady(spec.tenantRef ? "TenantMissing" : "DomainMissing", `Waiting for ${missing}`) };
}

/** With its uid, so that the API server does not make it anew when it was deleted meanwhile. The spec is the user's: it is not applied. */
function boundLimit({ apiVersion, kind, metadata }: Limit, boundTo: string): KubeObject {
  const { name, uid } = metadata;
  return { apiVersion, kind, metadata: { name, ...(uid && { uid }), annotations: { [boundAnnotation]: boundTo } } };
}

function holderOf({ spec }: Limit, ctx: Context): KubeObject | undefined {
  return spec.tenantRef ? ctx.get(Tenant, spec.tenantRef.name) : ctx.get(Domain, spec.domainRef?.name ?? "");
}

export const limitController = defineController<Limit>({
  kind: Limit,
  watches: ([Tenant, Domain] as readonly Kind[]).map((kind) => watchReferenced(Limit, kind)),
  indexes: [index(Limit, referenceIndex, referencesOf)],
  rights: [right(Limit, "patch", "delete"), unasked(right(Limit, "create"), "to apply one that has just gone counts as a creation")],
  async reconcile(limit, ctx) {
    const plan = desiredLimit(limit, holderOf(limit, ctx));
    if (plan.do === "delete") {
      const { name, uid } = limit.metadata;
      ctx.log.info({ limit: name }, "whose limit it was is gone");
      await ctx.delete(Limit, { name }, uid === undefined ? {} : { uid });
      return {};
    }
    if (plan.do === "bind") await ctx.apply(Limit as Kind, boundLimit(limit, plan.boundTo));
    await ctx.applyStatus(Limit, limit, { conditions: [plan.condition] });
    return {};
  },
});
