// OS-FEDERATION identity providers (Identity API v3 extensions, "Identity providers"). How one is asked is spec.oidc, which only kubectl sets.
import { Type } from "typebox";
import { KumulusError } from "../../../domain/errors.ts";
import { idOf, newMetadata } from "../../../domain/id.ts";
import type { Domain } from "../../../models/identity/domain.ts";
import type { IdentityProvider } from "../../../models/identity/identity-provider.ts";
import type { ApiRequest } from "../../http/request.ts";
import { type Route, route } from "../../http/route.ts";
import { collection, found } from "../collection.ts";
import { federationID, metadataFor } from "./federation-id.ts";
import type { FederationWorld } from "./world.ts";

const collectionPath = "/v3/OS-FEDERATION/identity_providers";
const nullable = <T extends Parameters<typeof Type.Optional>[0]>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

const changeable = {
  description: nullable(Type.String({ maxLength: 255 })),
  enabled: Type.Optional(Type.Boolean()),
  remote_ids: nullable(Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 100, uniqueItems: true })),
  authorization_ttl: nullable(Type.Integer({ minimum: 0, maximum: 527_040 })),
};
const closed = { additionalProperties: false };
const createBody = Type.Object({
  identity_provider: Type.Object({ ...changeable, domain_id: nullable(Type.String({ maxLength: 64 })) }, closed),
});
const updateBody = Type.Object({ identity_provider: Type.Object(changeable, closed) });

interface Changes {
  description?: string | null;
  enabled?: boolean;
  remote_ids?: string[] | null;
  authorization_ttl?: number | null;
}

export function viewProvider({ identity }: FederationWorld, provider: IdentityProvider, request: Pick<ApiRequest, "url">) {
  const { description, enabled, remoteIDs, authorizationTTLMinutes, domainRef } = provider.spec;
  const id = federationID(provider);
  const domain = domainRef && identity.domains.get(domainRef.name);
  const self = request.url(`${collectionPath}/${id}`);
  return {
    id,
    domain_id: domain ? idOf(domain) : null,
    description: description ?? null,
    enabled: enabled !== false,
    remote_ids: remoteIDs ?? [],
    authorization_ttl: authorizationTTLMinutes ?? null,
    links: { self, protocols: `${self}/protocols` },
  };
}

/** What of the spec a body changes: null takes a field away. */
const specOf = ({ description, enabled, remote_ids: remoteIDs, authorization_ttl: ttl }: Changes) => ({
  ...(description !== undefined && { description }),
  ...(enabled !== undefined && { enabled }),
  ...(remoteIDs !== undefined && { remoteIDs }),
  ...(ttl !== undefined && { authorizationTTLMinutes: ttl }),
});

const withoutNulls = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null)) as { [K in keyof T]: Exclude<T[K], null> };

function refuseTakenRemoteIDs(world: FederationWorld, own: string, remoteIDs: readonly string[] | null | undefined): void {
  const taken = remoteIDs?.find((remoteID) => world.providersCalled(remoteID).some((other) => federationID(other) !== own));
  if (taken !== undefined)
    throw new KumulusError("Conflict", `Conflict occurred attempting to store identity_provider - Duplicate remote ID: ${taken}.`);
}

/** The domain that the client names, else a new one of the provider's own. */
async function domainFor({ identity }: FederationWorld, id: string, domainID: string | null | undefined): Promise<Domain> {
  if (domainID !== undefined && domainID !== null) return found(await identity.domains.byId(domainID), "domain", domainID);
  const spec = { displayName: `federated-${id}`, description: `Made for identity provider ${id}` };
  return identity.domains.create({ apiVersion: "identity.kumulus.cloud/v1alpha1", kind: "Domain", metadata: newMetadata(id), spec });
}

async function create(world: FederationWorld, id: string, body: Changes & { domain_id?: string | null }): Promise<IdentityProvider> {
  const metadata = metadataFor(id);
  refuseTakenRemoteIDs(world, id, body.remote_ids);
  if (world.providers.get(metadata.name))
    throw new KumulusError("Conflict", `Conflict occurred attempting to store identity_provider - Duplicate entry found with ID ${id}.`);
  const domain = await domainFor(world, id, body.domain_id);
  const spec = { enabled: false, ...withoutNulls(specOf(body)), domainRef: { name: domain.metadata.name } };
  return world.providers.create({ apiVersion: "identity.kumulus.cloud/v1alpha1", kind: "IdentityProvider", metadata, spec });
}

export function providerRoutes(world: FederationWorld): Route[] {
  const view = (provider: IdentityProvider, request: ApiRequest) => ({
    body: { identity_provider: viewProvider(world, provider, request) },
  });
  return [
    route({
      method: "PUT",
      path: `${collectionPath}/:id`,
      policy: "identity:create_identity_provider",
      status: 201,
      body: createBody,
      handle: async (request) => view(await create(world, request.params.id, request.body.identity_provider), request),
    }),
    route({
      method: "GET",
      path: collectionPath,
      policy: "identity:list_identity_providers",
      handle: (request) => ({
        body: collection(
          "identity_providers",
          world.providers.list().map((provider) => viewProvider(world, provider, request)),
          request,
          ["id", "enabled"],
        ),
      }),
    }),
    route({
      method: "GET",
      path: `${collectionPath}/:id`,
      policy: "identity:get_identity_provider",
      handle: (request) => view(world.provider(request.params.id), request),
    }),
    route({
      method: "PATCH",
      path: `${collectionPath}/:id`,
      policy: "identity:update_identity_provider",
      body: updateBody,
      async handle(request) {
        const provider = world.provider(request.params.id);
        const { identity_provider: changes } = request.body;
        refuseTakenRemoteIDs(world, request.params.id, changes.remote_ids);
        return view(await world.providers.patch(provider, { spec: specOf(changes) }), request);
      },
    }),
    route({
      method: "DELETE",
      path: `${collectionPath}/:id`,
      policy: "identity:delete_identity_provider",
      status: 204,
      async handle(request) {
        const provider = world.provider(request.params.id);
        for (const protocol of world.protocolsOf(provider)) await world.protocols.delete(protocol);
        await world.providers.delete(provider);
        return {};
      },
    }),
  ];
}
