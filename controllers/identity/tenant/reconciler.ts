// Tenant: keeps its namespace and what belongs into it, and takes all of it down in order.
import { isCode, Terminal } from "../../../domain/errors.ts";
import { finalizers } from "../../../domain/finalizers.ts";
import { tenantLabel } from "../../../domain/id.ts";
import { appliedKind, right } from "../../../domain/rights.ts";
import { Domain } from "../../../models/identity/domain.ts";
import { Limit } from "../../../models/identity/limit.ts";
import { RegisteredLimit } from "../../../models/identity/registered-limit.ts";
import { Tenant } from "../../../models/identity/tenant.ts";
import type { Kind } from "../../../models/kind.ts";
import { SecurityGroup } from "../../../models/network/security-group.ts";
import type { Context, ControllerDefinition, Result } from "../../../operator/contract.ts";
import { defineController, index, watch } from "../../../operator/controller/define-controller.ts";
import { Namespace, ResourceQuota } from "../../../operator/kube/core-kinds.ts";
import { createStopwatch } from "../../../operator/stopwatch.ts";
import { notReady } from "../conditions.ts";
import { referenceIndex, referencesOf, watchReferenced } from "../references.ts";
import { desiredTenant, namespaceOf, type Parts } from "./desired.ts";
import { nextTeardownStep, type TeardownStep, teardownStages } from "./teardown.ts";

/** Safety net under the watches while a tenant is taken down. */
const teardownPollMs = 5_000;

async function applyParts(tenant: Tenant, parts: Parts, ctx: Context): Promise<void> {
  const owner = { owner: tenant };
  await ctx.apply(Namespace, parts.namespace, owner);
  await ctx.apply(ResourceQuota, parts.quota, owner);
  const { name, namespace } = parts.defaultGroup.metadata;
  if (ctx.get(SecurityGroup, name, namespace)) return;
  try {
    await ctx.create(SecurityGroup, parts.defaultGroup, owner);
  } catch (error) {
    if (!isCode(error, "Conflict")) throw error;
  }
}

async function carryOut(step: TeardownStep, namespace: string, ctx: Context): Promise<void> {
  if (step.do === "delete namespace") await ctx.delete(Namespace, { name: namespace });
  if (step.do !== "delete") return;
  for (const { kind, object } of step.objects) {
    try {
      await ctx.delete(kind, object.metadata, object.metadata.uid === undefined ? {} : { uid: object.metadata.uid });
    } catch (error) {
      // A webhook may refuse it for now, or somebody made another of that name: the next look decides again.
      if (!isCode(error, "Conflict") && !isCode(error, "Forbidden") && !isCode(error, "Invalid")) throw error;
      ctx.log.info({ kind: kind.kind, object: object.metadata.name, error: error.message }, "not deleted yet");
    }
  }
}

/** Objects in a namespace wake the tenant only while it is being taken down. */
const wakeDeleted = (kind: Kind) =>
  watch(kind, ({ metadata }, caches) => {
    const name = (metadata.namespace ?? metadata.name).slice(namespaceOf("").length);
    const tenant = caches.of(Tenant).get(name);
    return tenant?.metadata.deletionTimestamp === undefined ? [] : [{ name }];
  });

export function tenantController(): ControllerDefinition {
  const going = createStopwatch();
  return defineController<Tenant>({
    kind: Tenant,
    finalizer: finalizers.tenant,
    owns: [Namespace, ResourceQuota, SecurityGroup],
    watches: [
      watchReferenced(Tenant as Kind, Domain),
      watch(Namespace, ({ metadata }) => (metadata.labels?.[tenantLabel] ? [{ name: metadata.labels[tenantLabel] }] : [])),
      watch(Limit, ({ spec }) => (spec.tenantRef ? [{ name: spec.tenantRef.name }] : [])),
      watch(RegisteredLimit, (_limit, caches) =>
        caches
          .of(Tenant)
          .list()
          .map(({ metadata }) => ({ name: metadata.name })),
      ),
      ...teardownStages.flat().map(wakeDeleted),
    ],
    indexes: [index(Tenant, referenceIndex, referencesOf)],
    rights: [
      ...[Namespace, ResourceQuota].map((kind) => appliedKind(kind as Kind)),
      right(SecurityGroup, "create"),
      ...[Namespace as Kind, ...teardownStages.flat()].map((kind) => right(kind, "delete")),
    ],

    async reconcile(tenant, ctx) {
      const name = namespaceOf(tenant.metadata.name);
      const plan = desiredTenant(tenant, {
        domain: ctx.get(Domain, tenant.spec.domainRef.name),
        namespace: ctx.get(Namespace, name),
        limits: ctx,
      });
      if (plan.do === "refuse") throw new Terminal(plan.reason, plan.message);
      if (plan.do === "apply") await applyParts(tenant, plan.parts, ctx);
      const status = plan.do === "apply" ? { namespace: plan.namespace } : { ...(tenant.status?.namespace && { namespace: name }) };
      await ctx.applyStatus(Tenant, tenant, { ...status, conditions: [plan.condition] });
      return {};
    },

    async finalize(tenant, ctx): Promise<"done" | Result> {
      const name = namespaceOf(tenant.metadata.name);
      const namespace = ctx.get(Namespace, name);
      const ours = namespace?.metadata.labels?.[tenantLabel] === tenant.metadata.name ? namespace : undefined;
      const elapsedMs = going.elapsedMs(tenant.metadata.uid ?? "");
      const step = nextTeardownStep({ namespace: ours, list: (kind) => ctx.list(kind, name), elapsedMs });
      if (step.do === "finish") return "done";
      await carryOut(step, name, ctx);
      const message =
        step.do === "delete namespace" ? `Waiting for the end of namespace ${name}` : `Waiting for the end of ${step.waitingFor}`;
      await ctx.applyStatus(Tenant, tenant, { namespace: name, conditions: [notReady("Deleting", message)] });
      return { requeueAfterMs: teardownPollMs };
    },
  });
}
