// What is asked of projects before they are made, changed and deleted: their place in the hierarchy, and names that are free.

import { KumulusError } from "../../domain/errors.ts";
import { finalizers } from "../../domain/finalizers.ts";
import { displayNameOf, idOf, newMetadata, slug } from "../../domain/id.ts";
import { maxProjectDepth } from "../../domain/identity/hierarchy.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { ApiRequest } from "../http/request.ts";
import { boundAnnotations } from "./bound-metadata.ts";
import { found } from "./collection.ts";
import { defined, domainFor, patched, requireChangeable, requireDeletable, requireFree } from "./input.ts";
import type { NewProject, ProjectChange } from "./projects.ts";
import { type IdentityWorld, isEnabled } from "./world.ts";

const forbidden = (message: string) => new KumulusError("Forbidden", message);
const invalid = (message: string) => new KumulusError("Invalid", message);

/** A namespace is named after it: `kumulus-` and this must fit into 63 characters. */
const longestSlug = 40;

interface Place {
  domain: Domain;
  parent: Tenant | undefined;
}

function requireRoomBelow(world: IdentityWorld, parent: Tenant): void {
  const above = [parent, ...world.ancestorsOf(parent)];
  if (above.length >= maxProjectDepth) throw forbidden(`Max hierarchy depth reached for ${idOf(parent)} branch.`);
  if (above.every(isEnabled)) return;
  throw forbidden(`Cannot create a project in a branch that contains a disabled project: ${idOf(parent)}.`);
}

/** Where a new project comes to be: a `parent_id` may name a project or the domain itself. */
async function placeOf(world: IdentityWorld, input: NewProject, request: ApiRequest): Promise<Place> {
  const parent = input.parent_id ? await world.tenants.byId(input.parent_id) : undefined;
  if (!parent) {
    const top = input.parent_id ? found(await world.domains.byId(input.parent_id), "project", input.parent_id) : undefined;
    const domain = await domainFor(world, request, input.domain_id ?? (top && idOf(top)));
    if (top && idOf(top) !== idOf(domain)) throw invalid("The parent's domain is not the project's domain.");
    return { domain, parent: undefined };
  }
  const own = found(world.domainOf(parent), "domain", parent.spec.domainRef.name);
  if (input.domain_id && input.domain_id !== idOf(own)) {
    throw invalid(
      `Cannot create project, since it specifies its domain_id ${input.domain_id}, but its parent is in the domain ${idOf(own)}.`,
    );
  }
  requireRoomBelow(world, parent);
  return { domain: own, parent };
}

const knownFields = ["name", "description", "enabled", "options", "tags", "domain_id", "parent_id", "is_domain", "id", "links", "extra"];

/** Attributes that Keystone keeps without knowing them, such as those of `openstack project set --property`. */
function extraOf(input: object): Record<string, string | null> {
  const entries = Object.entries(input).filter(([name]) => !knownFields.includes(name));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value === null || typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

const withoutNulls = (values: Record<string, string | null>): Record<string, string> | undefined => {
  const kept = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
};

export async function newTenant(world: IdentityWorld, input: NewProject, request: ApiRequest): Promise<Tenant> {
  const { domain, parent } = await placeOf(world, input, request);
  if (!isEnabled(domain)) throw forbidden(`Cannot create a project in the disabled domain ${idOf(domain)}.`);
  requireFree("project", input.name, world.tenantByName(input.name, domain));
  const metadata = newMetadata(slug(input.name, longestSlug), undefined, finalizers.tenant);
  return {
    apiVersion: "identity.kumulus.cloud/v1alpha1",
    kind: "Tenant",
    metadata: { ...metadata, ...(parent && { annotations: boundAnnotations([parent]) }) },
    spec: defined({
      displayName: input.name,
      description: input.description ?? undefined,
      enabled: input.enabled,
      immutable: input.options?.immutable ?? undefined,
      domainRef: { name: domain.metadata.name },
      parentRef: parent && { name: parent.metadata.name },
      tags: input.tags,
      extra: withoutNulls(extraOf(input)),
    }),
  };
}

/** A project is not used while one above it is switched off, so neither end may be out of step. */
function requireBranchInStep(world: IdentityWorld, tenant: Tenant, enabled: boolean | undefined): void {
  if (enabled === undefined || enabled === isEnabled(tenant)) return;
  if (enabled && !world.ancestorsOf(tenant).every(isEnabled)) {
    throw forbidden(`Cannot enable project ${idOf(tenant)} since it has disabled parents.`);
  }
  if (!enabled && world.descendantsOf(tenant).some(isEnabled)) {
    throw forbidden(`Cannot disable project ${idOf(tenant)} since its subtree contains enabled projects.`);
  }
}

function requireSamePlace(world: IdentityWorld, input: ProjectChange, tenant: Tenant): void {
  const domain = world.domainOf(tenant);
  const domainId = domain ? idOf(domain) : tenant.spec.domainRef.name;
  const parent = world.parentOf(tenant);
  const parentId = parent ? idOf(parent) : domainId;
  if (input.domain_id !== undefined && input.domain_id !== domainId) throw invalid("Cannot change Domain ID.");
  if (input.parent_id !== undefined && input.parent_id !== parentId) throw forbidden("Update of `parent_id` is not allowed.");
  if (input.is_domain) throw invalid("Update of `is_domain` is not allowed.");
}

export function tenantChange(world: IdentityWorld, input: ProjectChange, tenant: Tenant): (draft: Tenant) => void {
  requireChangeable("project", tenant, input);
  requireSamePlace(world, input, tenant);
  requireBranchInStep(world, tenant, input.enabled);
  const domain = world.domainOf(tenant);
  if (input.name !== undefined && domain) requireFree("project", input.name, world.tenantByName(input.name, domain), tenant);
  return (draft) => {
    draft.spec = patched(draft.spec, {
      displayName: input.name ?? displayNameOf(draft),
      description: input.description,
      enabled: input.enabled,
      immutable: input.options?.immutable,
      tags: input.tags,
      extra: withoutNulls({ ...draft.spec.extra, ...extraOf(input) }) ?? null,
    });
  };
}

export function requireTenantDeletable(world: IdentityWorld, tenant: Tenant): void {
  requireDeletable("project", tenant);
  if (world.childrenOf(tenant).length === 0) return;
  throw forbidden(`Cannot delete the project ${idOf(tenant)} since it is not a leaf in the hierarchy.`);
}
