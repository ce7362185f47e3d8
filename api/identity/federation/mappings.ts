// OS-FEDERATION mappings (Identity API v3 extensions, "Mappings").
import { Type } from "typebox";
import { KumulusError } from "../../../domain/errors.ts";
import { type MappingRule, readRules } from "../../../domain/identity/federation/rules.ts";
import type { FederationMapping } from "../../../models/identity/federation-mapping.ts";
import type { ApiRequest } from "../../http/request.ts";
import { type Route, route } from "../../http/route.ts";
import { collection } from "../collection.ts";
import { federationID, metadataFor } from "./federation-id.ts";
import type { FederationWorld } from "./world.ts";

const collectionPath = "/v3/OS-FEDERATION/mappings";
const body = Type.Object({
  mapping: Type.Object(
    { rules: Type.Array(Type.Unknown()), schema_version: Type.Optional(Type.Union([Type.Literal("1.0"), Type.Literal("2.0")])) },
    { additionalProperties: false },
  ),
});

function viewMapping(mapping: FederationMapping, request: Pick<ApiRequest, "url">) {
  const id = federationID(mapping);
  const { rules, schemaVersion } = mapping.spec;
  return { id, rules, schema_version: schemaVersion ?? "1.0", links: { self: request.url(`${collectionPath}/${id}`) } };
}

/** Invalid (400) for rules that can not be used. */
function rulesOf(value: unknown): MappingRule[] {
  const read = readRules(value);
  if ("problem" in read) throw new KumulusError("Invalid", `Invalid mapping: ${read.problem}.`);
  return read.rules;
}

function specOf({ rules, schema_version: schemaVersion }: { rules: unknown[]; schema_version?: "1.0" | "2.0" }) {
  return { rules: rulesOf(rules), ...(schemaVersion !== undefined && { schemaVersion }) };
}

export function mappingRoutes(world: FederationWorld): Route[] {
  const view = (mapping: FederationMapping, request: ApiRequest) => ({ body: { mapping: viewMapping(mapping, request) } });
  return [
    route({
      method: "PUT",
      path: `${collectionPath}/:id`,
      policy: "identity:create_mapping",
      status: 201,
      body,
      async handle(request) {
        const { id } = request.params;
        const object = { metadata: metadataFor(id), spec: specOf(request.body.mapping) };
        if (world.mappings.get(object.metadata.name)) {
          throw new KumulusError("Conflict", `Conflict occurred attempting to store mapping - Duplicate entry found with ID ${id}.`);
        }
        const mapping = { apiVersion: "identity.kumulus.cloud/v1alpha1", kind: "FederationMapping", ...object } as const;
        return view(await world.mappings.create(mapping), request);
      },
    }),
    route({
      method: "GET",
      path: collectionPath,
      policy: "identity:list_mappings",
      handle: (request) => ({
        body: collection(
          "mappings",
          world.mappings.list().map((mapping) => viewMapping(mapping, request)),
          request,
          ["id"],
        ),
      }),
    }),
    route({
      method: "GET",
      path: `${collectionPath}/:id`,
      policy: "identity:get_mapping",
      handle: (request) => view(world.mapping(request.params.id), request),
    }),
    route({
      method: "PATCH",
      path: `${collectionPath}/:id`,
      policy: "identity:update_mapping",
      body,
      async handle(request) {
        const mapping = world.mapping(request.params.id);
        return view(await world.mappings.patch(mapping, { spec: specOf(request.body.mapping) }), request);
      },
    }),
    route({
      method: "DELETE",
      path: `${collectionPath}/:id`,
      policy: "identity:delete_mapping",
      status: 204,
      async handle(request) {
        await world.mappings.delete(world.mapping(request.params.id));
        return {};
      },
    }),
  ];
}
