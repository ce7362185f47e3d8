// What the federation kinds show: whether users can come in. Pure.
import { readRules } from "../../../domain/identity/federation/rules.ts";
import type { Domain } from "../../../models/identity/domain.ts";
import type { FederationMapping } from "../../../models/identity/federation-mapping.ts";
import type { FederationProtocol } from "../../../models/identity/federation-protocol.ts";
import type { IdentityProvider } from "../../../models/identity/identity-provider.ts";
import type { ConditionInput } from "../../../operator/contract.ts";
import { notReady, ready } from "../conditions.ts";

export function providerCondition({ spec }: IdentityProvider, domain: Domain | undefined): ConditionInput {
  if (!spec.domainRef) return notReady("InvalidInput", "spec.domainRef is missing: its users need a domain.");
  if (!domain) return notReady("DomainMissing", `Waiting for Domain ${spec.domainRef.name}`);
  if (spec.enabled === false) return notReady("Disabled", "It lets nobody in.");
  return spec.oidc ? ready("Active", "Its users can come in.") : ready("NotConnected", "It has no spec.oidc: nobody can come in.");
}

export function mappingCondition({ spec }: FederationMapping): ConditionInput {
  const read = readRules(spec.rules);
  return "problem" in read ? notReady("InvalidInput", read.problem) : ready("Active", "Its rules are used.");
}

export function protocolCondition(
  { spec }: FederationProtocol,
  provider: IdentityProvider | undefined,
  mapping: FederationMapping | undefined,
): ConditionInput {
  if (!provider) return notReady("IdentityProviderMissing", `Waiting for IdentityProvider ${spec.identityProviderRef.name}`);
  if (!mapping) return notReady("MappingMissing", `Waiting for FederationMapping ${spec.mappingRef.name}`);
  return ready("Active", "Users can come in by it.");
}
