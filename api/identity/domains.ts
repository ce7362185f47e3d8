// Keystone v3 /domains.
import { type Static, Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { finalizers } from "../../domain/finalizers.ts";
import { displayNameOf, idOf, newMetadata } from "../../domain/id.ts";
import type { Domain } from "../../models/identity/domain.ts";
import { lastValueOf } from "../http/query.ts";
import type { ApiRequest } from "../http/request.ts";
import {
  defined,
  description,
  enabled,
  id,
  nameOf,
  options,
  patched,
  requireChangeable,
  requireDeletable,
  requireFree,
  viewOptions,
} from "./input.ts";
import { type IdentityResource, resourceRoutes } from "./resource.ts";
import { tags } from "./tags.ts";
import { type IdentityWorld, named, plainNameIndex } from "./world.ts";

const fields = { description, enabled, options, tags };
const createFields = Type.Object({ ...fields, name: nameOf(64), explicit_domain_id: Type.Optional(id) });
const updateFields = Type.Object({ ...fields, name: Type.Optional(nameOf(64)) });

export type NewDomain = Static<typeof createFields>;
export type DomainChange = Static<typeof updateFields>;

/** Every field of a domain (Identity API v3, "Show domain details"). */
export function viewDomain(domain: Domain, request: Pick<ApiRequest, "url">) {
  return {
    ...named(domain),
    description: domain.spec.description ?? "",
    enabled: domain.spec.enabled !== false,
    options: viewOptions(domain),
    tags: domain.spec.tags ?? [],
    links: { self: request.url(`/v3/domains/${idOf(domain)}`) },
  };
}

export function newDomain(world: IdentityWorld, input: NewDomain): Domain {
  requireFree("domain", input.name, world.domainByName(input.name));
  const { explicit_domain_id: chosen } = input;
  if (chosen !== undefined) requireFree("domain", chosen, world.byId(world.domains, chosen));
  const metadata = newMetadata(input.name, undefined, finalizers.domain);
  return {
    apiVersion: "identity.kumulus.cloud/v1alpha1",
    kind: "Domain",
    metadata: chosen === undefined ? metadata : { ...metadata, labels: { "kumulus.cloud/id": chosen } },
    spec: defined({
      displayName: input.name,
      description: input.description ?? undefined,
      enabled: input.enabled,
      tags: input.tags,
      immutable: input.options?.immutable ?? undefined,
    }),
  };
}

export function domainChange(world: IdentityWorld, input: DomainChange, domain: Domain): (draft: Domain) => void {
  requireChangeable("domain", domain, input);
  if (input.name !== undefined) requireFree("domain", input.name, world.domainByName(input.name), domain);
  return (draft) => {
    draft.spec = patched(draft.spec, {
      displayName: input.name ?? displayNameOf(draft),
      description: input.description,
      enabled: input.enabled,
      tags: input.tags,
      immutable: input.options?.immutable,
    });
  };
}

/** All that belongs to a domain goes with it, so it must be disabled first. */
export function requireDomainDeletable(domain: Domain): void {
  requireDeletable("domain", domain);
  if (domain.spec.enabled === false) return;
  throw new KumulusError("Forbidden", "Cannot delete a domain that is enabled, please disable it first.");
}

function domains(world: IdentityWorld): IdentityResource<Domain, typeof createFields, typeof updateFields> {
  return {
    singular: "domain",
    plural: "domains",
    path: "/v3/domains",
    source: world.domains,
    createFields,
    updateFields,
    filters: ["name", "enabled"],
    list(request) {
      const name = lastValueOf(request.query, "name");
      return name === undefined ? world.domains.list() : world.domains.byIndex(plainNameIndex, name.toLowerCase());
    },
    view: viewDomain,
    target: (domain) => ({ "target.domain.id": idOf(domain) }),
    listTarget: (request) => ({ "target.domain.id": request.auth.domainId }),
    isListed: (domain, request) => idOf(domain) === request.auth.domainId,
    make: (input) => newDomain(world, input),
    change: (input, domain) => domainChange(world, input, domain),
    beforeDelete: requireDomainDeletable,
  };
}

export const domainRoutes = (world: IdentityWorld) => resourceRoutes(domains(world));
