// OS-FEDERATION protocols of an identity provider (Identity API v3 extensions, "Identity provider protocols").
import { Type } from "typebox";
import { KumulusError } from "../../../domain/errors.ts";
import { hashedName } from "../../../domain/id.ts";
import type { FederationProtocol } from "../../../models/identity/federation-protocol.ts";
import type { IdentityProvider } from "../../../models/identity/identity-provider.ts";
import type { ApiRequest } from "../../http/request.ts";
import { type Route, route } from "../../http/route.ts";
import { collection } from "../collection.ts";
import { federationID, metadataFor } from "./federation-id.ts";
import type { FederationWorld } from "./world.ts";

const collectionPath = "/v3/OS-FEDERATION/identity_providers/:idp/protocols";
const text = Type.String({ minLength: 1, maxLength: 64 });
const attribute = Type.Optional(Type.Union([text, Type.Null()]));
const closed = { additionalProperties: false };
const createBody = Type.Object({ protocol: Type.Object({ mapping_id: text, remote_id_attribute: attribute }, closed) });
const updateBody = Type.Object({ protocol: Type.Object({ mapping_id: Type.Optional(text), remote_id_attribute: attribute }, closed) });

function viewProtocol(world: FederationWorld, provider: IdentityProvider, { spec }: FederationProtocol, request: Pick<ApiRequest, "url">) {
  const parent = request.url(`/v3/OS-FEDERATION/identity_providers/${federationID(provider)}`);
  const mapping = world.mappings.get(spec.mappingRef.name);
  return {
    id: spec.protocol,
    mapping_id: mapping ? federationID(mapping) : spec.mappingRef.name,
    ...(spec.remoteIDAttribute !== undefined && { remote_id_attribute: spec.remoteIDAttribute }),
    links: { self: `${parent}/protocols/${spec.protocol}`, identity_provider: parent },
  };
}

/** Invalid (400) for a mapping that is not there, as Keystone answers. */
function mappingRef(world: FederationWorld, id: string): { name: string } {
  try {
    return { name: world.mapping(id).metadata.name };
  } catch {
    throw new KumulusError("Invalid", `Could not find mapping: ${id}.`);
  }
}

export function protocolRoutes(world: FederationWorld): Route[] {
  const view = (provider: IdentityProvider, protocol: FederationProtocol, request: ApiRequest<{ idp: string }, unknown, unknown>) => ({
    body: { protocol: viewProtocol(world, provider, protocol, request) },
  });
  return [
    route({
      method: "PUT",
      path: `${collectionPath}/:id`,
      policy: "identity:create_protocol",
      status: 201,
      body: createBody,
      async handle(request) {
        const { idp, id } = request.params;
        const provider = world.provider(idp);
        const { mapping_id: mapping, remote_id_attribute: remoteIDAttribute } = request.body.protocol;
        metadataFor(id);
        if (world.protocolsOf(provider).some(({ spec }) => spec.protocol === id)) {
          throw new KumulusError(
            "Conflict",
            `Conflict occurred attempting to store federation_protocol - Duplicate entry found with ID ${id}.`,
          );
        }
        const protocol = await world.protocols.create({
          apiVersion: "identity.kumulus.cloud/v1alpha1",
          kind: "FederationProtocol",
          metadata: { name: hashedName(idp, id) },
          spec: {
            identityProviderRef: { name: provider.metadata.name },
            protocol: id,
            mappingRef: mappingRef(world, mapping),
            ...(typeof remoteIDAttribute === "string" && { remoteIDAttribute }),
          },
        });
        return view(provider, protocol, request);
      },
    }),
    route({
      method: "GET",
      path: collectionPath,
      policy: "identity:list_protocols",
      handle(request) {
        const provider = world.provider(request.params.idp);
        const views = world.protocolsOf(provider).map((protocol) => viewProtocol(world, provider, protocol, request));
        return { body: collection("protocols", views, request, ["id"]) };
      },
    }),
    route({
      method: "GET",
      path: `${collectionPath}/:id`,
      policy: "identity:get_protocol",
      handle(request) {
        const provider = world.provider(request.params.idp);
        return view(provider, world.protocol(provider, request.params.id), request);
      },
    }),
    route({
      method: "PATCH",
      path: `${collectionPath}/:id`,
      policy: "identity:update_protocol",
      body: updateBody,
      async handle(request) {
        const provider = world.provider(request.params.idp);
        const { mapping_id: mapping, remote_id_attribute: remoteIDAttribute } = request.body.protocol;
        const spec = {
          ...(mapping !== undefined && { mappingRef: mappingRef(world, mapping) }),
          ...(remoteIDAttribute !== undefined && { remoteIDAttribute }),
        };
        const protocol = await world.protocols.patch(world.protocol(provider, request.params.id), { spec });
        return view(provider, protocol, request);
      },
    }),
    route({
      method: "DELETE",
      path: `${collectionPath}/:id`,
      policy: "identity:delete_protocol",
      status: 204,
      async handle(request) {
        await world.protocols.delete(world.protocol(world.provider(request.params.idp), request.params.id));
        return {};
      },
    }),
  ];
}
