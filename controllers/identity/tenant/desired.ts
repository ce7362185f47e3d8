// What one Tenant needs to exist: its namespace, limits and default security group. Pure.
import { namespaceOfTenant, systemNamespace, tenantLabel } from "../../../domain/id.ts";
import { defaultGroupRules } from "../../../domain/net/security-group.ts";
import { countedByKubernetes, type LimitSource, limitOf, type QuotaKey } from "../../../domain/quota.ts";
import type { Domain } from "../../../models/identity/domain.ts";
import type { Tenant } from "../../../models/identity/tenant.ts";
import type { SecurityGroup } from "../../../models/network/security-group.ts";
import type { ConditionInput } from "../../../operator/contract.ts";
import type { Namespace, ResourceQuota } from "../../../operator/kube/core-kinds.ts";
import { enabledCondition, notReady } from "../conditions.ts";

export interface Seen {
  domain: Domain | undefined;
  namespace: Namespace | undefined;
  /** The RegisteredLimits and Limits. */
  limits: LimitSource;
}

export interface Parts {
  namespace: Namespace;
  quota: ResourceQuota;
  /** Made once: its rules are the user's from then on. */
  defaultGroup: SecurityGroup;
}

export type Plan =
  | { do: "refuse"; reason: string; message: string }
  | { do: "wait"; condition: ConditionInput }
  | { do: "apply"; parts: Parts; namespace: string; condition: ConditionInput };

export const namespaceOf = namespaceOfTenant;

/** The API server's own spelling (2000 is "2k"): another one would look like a change for ever. */
function countQuantity(value: number): string {
  const [power = 0] = [4, 3, 2, 1].filter((each) => value > 0 && value % 1000 ** each === 0);
  return `${value / 1000 ** power}${["", "k", "M", "G", "T"][power]}`;
}

export function hardLimits(tenant: Tenant, limits: LimitSource): Record<string, string> {
  const rows = (Object.entries(countedByKubernetes) as [QuotaKey, string][]).map(
    ([key, name]) => [name, limitOf(limits, tenant, key)] as const,
  );
  return Object.fromEntries(rows.filter(([, limit]) => limit >= 0).map(([name, limit]) => [name, countQuantity(limit)]));
}

function partsOf(tenant: Tenant, limits: LimitSource): Parts {
  const { name } = tenant.metadata;
  const namespace = namespaceOf(name);
  return {
    namespace: { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: { [tenantLabel]: name } } },
    quota: {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "kumulus", namespace },
      spec: { hard: hardLimits(tenant, limits) },
    },
    defaultGroup: {
      apiVersion: "network.kumulus.cloud/v1alpha1",
      kind: "SecurityGroup",
      metadata: { name: "default", namespace },
      spec: { displayName: "default", description: "Default security group", isDefault: true, rules: defaultGroupRules("default") },
    },
  };
}

function refusal({ metadata }: Tenant, namespace: Namespace | undefined): { reason: string; message: string } | undefined {
  const name = namespaceOf(metadata.name);
  if (name === systemNamespace) return { reason: "NameReserved", message: `Namespace ${name} is the cloud's own; take another name.` };
  if (!/^[a-z0-9]([a-z0-9-]{0,53}[a-z0-9])?$/.test(metadata.name)) {
    return {
      reason: "NameInvalid",
      message: "The name must be 1 to 55 lower-case letters, digits and dashes, since a namespace is named after it.",
    };
  }
  const other = namespace?.metadata.labels?.[tenantLabel];
  if (other !== undefined && other !== metadata.name)
    return { reason: "NamespaceTaken", message: `Namespace ${name} belongs to Tenant ${other}.` };
  return undefined;
}

export function desiredTenant(tenant: Tenant, { domain, namespace, limits }: Seen): Plan {
  const refused = refusal(tenant, namespace);
  if (refused) return { do: "refuse", ...refused };
  const { domainRef, enabled } = tenant.spec;
  if (!domain) return { do: "wait", condition: notReady("DomainMissing", `Waiting for Domain ${domainRef.name}`) };
  const parts = partsOf(tenant, limits);
  if (namespace?.metadata.deletionTimestamp !== undefined) {
    return {
      do: "wait",
      condition: notReady("NamespaceTerminating", `Waiting for the end of the old namespace ${parts.namespace.metadata.name}`),
    };
  }
  const condition = enabledCondition(enabled, "The project is disabled: it gives no tokens.");
  return { do: "apply", parts, namespace: parts.namespace.metadata.name, condition };
}
