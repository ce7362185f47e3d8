// What federation reads: identity providers, mappings and protocols by the ids that clients give them.

import { FederationMapping } from "../../../models/identity/federation-mapping.ts";
import { FederationProtocol } from "../../../models/identity/federation-protocol.ts";
import { IdentityProvider } from "../../../models/identity/identity-provider.ts";
import type { Store, Stores } from "../../http/store.ts";
import { found } from "../collection.ts";
import type { IdentityWorld } from "../world.ts";
import { federationID } from "./federation-id.ts";

const byID = "federation-id";
const byProvider = "federation-provider";
const byMapping = "federation-mapping";
const byRemoteID = "federation-remote-id";

export interface FederationWorld {
  readonly identity: IdentityWorld;
  readonly providers: Store<IdentityProvider>;
  readonly mappings: Store<FederationMapping>;
  readonly protocols: Store<FederationProtocol>;
  /** NotFound (404). */
  provider(id: string): IdentityProvider;
  /** NotFound (404). */
  mapping(id: string): FederationMapping;
  /** NotFound (404). */
  protocol(provider: IdentityProvider, id: string): FederationProtocol;
  protocolsOf(provider: IdentityProvider): readonly FederationProtocol[];
  protocolsBy(mapping: FederationMapping): readonly FederationProtocol[];
  providersCalled(remoteID: string): readonly IdentityProvider[];
}

export function federationWorld(stores: Stores, identity: IdentityWorld): FederationWorld {
  const providers = stores.of(IdentityProvider);
  const mappings = stores.of(FederationMapping);
  const protocols = stores.of(FederationProtocol);
  providers.cache.addIndex(byID, (object) => [federationID(object)]);
  providers.cache.addIndex(byRemoteID, ({ spec }) => spec.remoteIDs ?? []);
  mappings.cache.addIndex(byID, (object) => [federationID(object)]);
  protocols.cache.addIndex(byProvider, ({ spec }) => [spec.identityProviderRef.name]);
  protocols.cache.addIndex(byMapping, ({ spec }) => [spec.mappingRef.name]);
  const protocolsOf = ({ metadata }: IdentityProvider) => protocols.byIndex(byProvider, metadata.name);
  return {
    identity,
    providers,
    mappings,
    protocols,
    provider: (id) => found(providers.byIndex(byID, id)[0], "Identity Provider", id),
    mapping: (id) => found(mappings.byIndex(byID, id)[0], "mapping", id),
    protocol: (provider, id) =>
      found(
        protocolsOf(provider).find(({ spec }) => spec.protocol === id),
        "federated protocol",
        `${id} for identity provider ${federationID(provider)}`,
      ),
    protocolsOf,
    protocolsBy: ({ metadata }) => protocols.byIndex(byMapping, metadata.name),
    providersCalled: (remoteID) => providers.byIndex(byRemoteID, remoteID),
  };
}
