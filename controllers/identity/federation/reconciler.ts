// IdentityProvider, FederationMapping and FederationProtocol: each shows whether it can be used; logins are the API's.
import { Domain } from "../../../models/identity/domain.ts";
import { FederationMapping } from "../../../models/identity/federation-mapping.ts";
import { FederationProtocol } from "../../../models/identity/federation-protocol.ts";
import { IdentityProvider } from "../../../models/identity/identity-provider.ts";
import { defineController, index, watch } from "../../../operator/controller/define-controller.ts";
import { mappingCondition, protocolCondition, providerCondition } from "./desired.ts";

const byDomain = "federation-domain";
const byPart = "federation-part";
const nameOnly = ({ metadata }: { metadata: { name: string } }) => ({ name: metadata.name });

export const identityProviderController = defineController<IdentityProvider>({
  kind: IdentityProvider,
  indexes: [index(IdentityProvider, byDomain, ({ spec }) => (spec.domainRef ? [spec.domainRef.name] : []))],
  watches: [watch(Domain, ({ metadata }, caches) => caches.of(IdentityProvider).byIndex(byDomain, metadata.name).map(nameOnly))],
  async reconcile(provider, ctx) {
    const domain = provider.spec.domainRef && ctx.get(Domain, provider.spec.domainRef.name);
    await ctx.applyStatus(IdentityProvider, provider, { conditions: [providerCondition(provider, domain)] });
    return {};
  },
});

export const federationMappingController = defineController<FederationMapping>({
  kind: FederationMapping,
  async reconcile(mapping, ctx) {
    await ctx.applyStatus(FederationMapping, mapping, { conditions: [mappingCondition(mapping)] });
    return {};
  },
});

export const federationProtocolController = defineController<FederationProtocol>({
  kind: FederationProtocol,
  indexes: [
    index(FederationProtocol, byPart, ({ spec }) => [
      `IdentityProvider/${spec.identityProviderRef.name}`,
      `FederationMapping/${spec.mappingRef.name}`,
    ]),
  ],
  watches: [IdentityProvider, FederationMapping].map((kind) =>
    watch(kind as typeof IdentityProvider, ({ metadata }, caches) =>
      caches.of(FederationProtocol).byIndex(byPart, `${kind.kind}/${metadata.name}`).map(nameOnly),
    ),
  ),
  async reconcile(protocol, ctx) {
    const provider = ctx.get(IdentityProvider, protocol.spec.identityProviderRef.name);
    const mapping = ctx.get(FederationMapping, protocol.spec.mappingRef.name);
    await ctx.applyStatus(FederationProtocol, protocol, { conditions: [protocolCondition(protocol, provider, mapping)] });
    return {};
  },
});
