// What a request takes of its project's limits, and whether that is too much. Pure.
import { tenantOf } from "../../domain/id.ts";
import { countedByKubernetes, limitOf, projectLimitName, type QuotaKey } from "../../domain/quota.ts";
import { type Amounts, growth, quotaProblem, sumOf } from "../../domain/quota-problem.ts";
import { Limit } from "../../models/identity/limit.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import type { KubeObject } from "../../models/kind.ts";
import { isSame, namespaceOf, type QuotaRule, type Reference, type Rules, type Verdict, type View } from "../rules.ts";

export interface Demand {
  readonly rule: Rules & { readonly quota: QuotaRule<KubeObject> };
  readonly object: KubeObject;
  readonly old: KubeObject | null;
  /** What it takes more than before, where there is a limit. */
  readonly more: Amounts;
}

const keysOf = (amounts: Amounts) => Object.keys(amounts) as QuotaKey[];

const tenantIn = (namespace: string, view: View): Tenant | undefined => view.get(Tenant, tenantOf(namespace));

/** Undefined when it takes nothing of anything that is limited. */
export function demandOf(rule: Rules, object: KubeObject, old: KubeObject | null, view: View): Demand | undefined {
  const { quota } = rule;
  if (!quota) return undefined;
  const tenant = tenantIn(namespaceOf(object), view);
  const more = growth(quota.amounts(object, view), old ? quota.amounts(old, view) : {});
  const limited = keysOf(more).filter((key) => limitOf(view, tenant, key) >= 0);
  if (limited.length === 0) return undefined;
  return { rule: { ...rule, quota }, object, old, more: Object.fromEntries(limited.map((key) => [key, more[key] ?? 0])) };
}

/** Whether it takes what only admission counts: the API server counts objects itself, and exactly. */
export const mustBeBooked = ({ more }: Demand): boolean => keysOf(more).some((key) => !(key in countedByKubernetes));

/** `elsewhere`: what other processes have let through and the view does not show yet. */
export function overQuota({ rule, object, old, more }: Demand, view: View, elsewhere: Amounts = {}): Verdict {
  const { kind, quota } = rule;
  const namespace = namespaceOf(object);
  const others = view.list(kind, namespace).filter((other) => !isSame(other, object) && (quota.isTogether?.(other, object) ?? true));
  const used = sumOf([...others.map((other) => quota.amounts(other, view)), ...(old ? [quota.amounts(old, view)] : []), elsewhere]);
  const tenant = tenantIn(namespace, view);
  const problem = quotaProblem(quota.service, more, used, (key) => limitOf(view, tenant, key));
  if (!problem) return undefined;
  // What was deleted a moment ago no longer counts, and a limit may just have been raised: both are read again before the refusal.
  const named: Reference[] = tenant ? keysOf(more).map((key) => ({ kind: Limit, name: projectLimitName(tenant, key) })) : [];
  return { error: problem, because: tenant ? [tenant] : [], lookAgain: { kind, namespace }, named };
}
