// Tenant's people in Kubernetes: keeps the RoleBindings of its namespace equal to the roles that are held on it.
import { tenantLabel } from "../../../domain/id.ts";
import { rightsOfRole } from "../../../domain/identity/tenant-rights.ts";
import { appliedKind, right, unasked } from "../../../domain/rights.ts";
import { ImpliedRole } from "../../../models/identity/implied-role.ts";
import { RoleAssignment } from "../../../models/identity/role-assignment.ts";
import { Tenant } from "../../../models/identity/tenant.ts";
import { User } from "../../../models/identity/user.ts";
import type { Kind, KubeObject } from "../../../models/kind.ts";
import type { Context } from "../../../operator/contract.ts";
import { defineController, index, watch } from "../../../operator/controller/define-controller.ts";
import { KubeRole, Namespace, RoleBinding } from "../../../operator/kube/core-kinds.ts";
import { referenceIndex, referencesOf } from "../references.ts";
import { namespaceOf } from "../tenant/desired.ts";
import { desiredAccess, isOurs, oldName } from "./desired.ts";
import { groupIndex, holdersOf } from "./holders.ts";
import { wakeTenants } from "./wake.ts";

/** The rights that the Roles grant: nobody can grant what he has not got himself. */
const granted = rightsOfRole("admin").map((each) =>
  unasked(each, "granted by the tenants' Roles, and nobody can grant what he has not got himself"),
);

async function removeOthers(kind: Kind, namespace: string, isStale: (object: KubeObject) => boolean, ctx: Context): Promise<void> {
  for (const { metadata } of ctx.list(kind, namespace).filter(isStale))
    await ctx.delete(kind, metadata, metadata.uid === undefined ? {} : { uid: metadata.uid });
}

export const tenantAccessController = defineController<Tenant>({
  name: "tenant-access",
  kind: Tenant,
  owns: [KubeRole, RoleBinding],
  watches: [
    watch(Namespace, ({ metadata }) => (metadata.labels?.[tenantLabel] ? [{ name: metadata.labels[tenantLabel] }] : [])),
    ...wakeTenants,
  ],
  indexes: [
    ...[Tenant, User, RoleAssignment, ImpliedRole].map((kind) =>
      index(kind as Kind, referenceIndex, referencesOf as (object: KubeObject) => string[]),
    ),
    index(User, groupIndex, ({ spec }) => (spec.groupRefs ?? []).map(({ name }) => name)),
  ],
  rights: [...[KubeRole, RoleBinding].flatMap((kind) => [appliedKind(kind as Kind), right(kind as Kind, "delete")]), ...granted],
  ownConditions: false,

  async reconcile(tenant, ctx) {
    const namespace = namespaceOf(tenant.metadata.name);
    const found = ctx.get(Namespace, namespace);
    if (found?.metadata.labels?.[tenantLabel] !== tenant.metadata.name || found.metadata.deletionTimestamp) return {};
    const { roles, bindings } = desiredAccess(holdersOf(tenant, ctx), namespace);
    const wanted = new Set(bindings.map(({ metadata }) => metadata.name));
    // Less first: what somebody may no longer do ends before anything else begins.
    await removeOthers(RoleBinding as Kind, namespace, ({ metadata }) => isOurs(metadata.name) && !wanted.has(metadata.name), ctx);
    for (const role of roles) await ctx.apply(KubeRole, role, { owner: tenant });
    for (const binding of bindings) await ctx.apply(RoleBinding, binding, { owner: tenant });
    await removeOthers(KubeRole as Kind, namespace, ({ metadata }) => metadata.name === oldName, ctx);
    return {};
  },
});
