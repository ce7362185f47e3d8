// Who somebody is here whom an identity provider vouches for: the User, its groups and projects, made or brought up to date at a login.

import { randomUUID } from "node:crypto";
import { isCode } from "../../../domain/errors.ts";
import { finalizers } from "../../../domain/finalizers.ts";
import { displayNameOf, hashedName, idLabel, newMetadata } from "../../../domain/id.ts";
import { boundAnnotation, boundTo } from "../../../domain/identity/bound.ts";
import type { DomainRef, Mapped, MappedProject } from "../../../domain/identity/federation/mapping.ts";
import type { Domain } from "../../../models/identity/domain.ts";
import type { FederationProtocol } from "../../../models/identity/federation-protocol.ts";
import type { Group } from "../../../models/identity/group.ts";
import type { IdentityProvider } from "../../../models/identity/identity-provider.ts";
import type { Tenant } from "../../../models/identity/tenant.ts";
import type { User, UserFederated } from "../../../models/identity/user.ts";
import type { KubeObject } from "../../../models/kind.ts";
import type { Store } from "../../http/store.ts";
import { unauthorized } from "../tokens.ts";
import type { IdentityWorld } from "../world.ts";

const apiVersion = "identity.kumulus.cloud/v1alpha1";

/** By whom and how somebody came in. */
export interface Entry {
  provider: IdentityProvider;
  protocol: FederationProtocol;
  /** Of the provider's users. */
  domain: Domain;
  /** RFC 3339: until when the groups hold. */
  until: string;
}

const domainBy = (world: IdentityWorld, ref: DomainRef | undefined): Domain | undefined =>
  ref?.id !== undefined ? world.byId(world.domains, ref.id) : ref?.name === undefined ? undefined : world.domainByName(ref.name);

/** The groups that there are; others are not made: a provider must not fill the cloud with them. */
function groupsOf(world: IdentityWorld, mapped: Mapped, own: Domain): Group[] {
  const groups = mapped.groups.flatMap(({ id, name, domain: ref }) => {
    if (id !== undefined) return world.byId(world.groups, id) ?? [];
    const domain = ref ? domainBy(world, ref) : own;
    return (domain && name !== undefined && world.groupByName(name, domain)) || [];
  });
  return [...new Map(groups.map((group) => [group.metadata.uid, group])).values()];
}

/** The object as it is made, or the one that another replica made meanwhile. */
async function made<T extends KubeObject>(store: Store<T>, object: T): Promise<T> {
  try {
    return await store.create(object);
  } catch (error) {
    if (!isCode(error, "Conflict")) throw error;
    return store.refresh(object);
  }
}

/** A provider that calls somebody by the same id always means the same user. */
const userName = (provider: IdentityProvider, uniqueID: string) => hashedName("federated", provider.metadata.name, uniqueID);

function desiredSpec(
  mapped: Mapped,
  { provider, protocol, domain, until }: Entry,
  uniqueID: string,
  groups: readonly Group[],
): User["spec"] {
  const federated: UserFederated = {
    identityProviderRef: { name: provider.metadata.name },
    protocol: protocol.spec.protocol,
    uniqueID,
    groupRefs: groups.map(({ metadata }) => ({ name: metadata.name, uid: metadata.uid ?? "" })),
    groupsUntil: until,
  };
  const { name = uniqueID, email } = mapped.user;
  return { displayName: name, ...(email !== undefined && { email }), domainRef: { name: domain.metadata.name }, federated };
}

async function federatedUser(world: IdentityWorld, mapped: Mapped, entry: Entry): Promise<User> {
  const uniqueID = mapped.user.id ?? mapped.user.name;
  if (uniqueID === undefined) throw unauthorized();
  const spec = desiredSpec(mapped, entry, uniqueID, groupsOf(world, mapped, entry.domain));
  const { metadata: owner } = entry.provider;
  const ownerReferences = [{ apiVersion, kind: "IdentityProvider", name: owner.name, uid: owner.uid ?? "" }];
  const metadata = { name: userName(entry.provider, uniqueID), labels: { [idLabel]: randomUUID() }, ownerReferences };
  const before = world.users.get(metadata.name);
  const known = before ?? (await made(world.users, { apiVersion, kind: "User", metadata, spec }));
  // What was the user of an earlier provider of that name is not this provider's.
  if (!known.metadata.ownerReferences?.some(({ uid }) => uid === owner.uid)) throw unauthorized();
  if (!before && known.spec.federated?.groupsUntil === entry.until) return known;
  return world.users.update(known, (draft) => {
    Object.assign(draft.spec, spec);
  });
}

/** A user of this cloud whom the provider only lets in. */
function localUser(world: IdentityWorld, { user }: Mapped): User {
  const domain = domainBy(world, user.domain);
  const found = user.id !== undefined ? world.byId(world.users, user.id) : domain && user.name && world.userByName(user.name, domain);
  if (!found) throw unauthorized();
  return found;
}

async function tenantFor(world: IdentityWorld, name: string, domain: Domain): Promise<Tenant> {
  const known = world.tenantByName(name, domain);
  if (known) return known;
  const metadata = { ...newMetadata(name), name: hashedName(domain.metadata.name, name), finalizers: [finalizers.tenant] };
  const spec = { displayName: name, domainRef: { name: domain.metadata.name } };
  return made(world.tenants, { apiVersion, kind: "Tenant", metadata, spec });
}

/** Projects of the mapping are made where they are missing, and its roles given; roles that the cloud does not have are left out. */
async function giveProjects(world: IdentityWorld, user: User, projects: readonly MappedProject[], own: Domain): Promise<void> {
  for (const { name, roles, domain: ref } of projects) {
    const domain = ref ? domainBy(world, ref) : own;
    if (!domain) continue;
    const tenant = await tenantFor(world, name, domain);
    const held = new Set(world.rolesOf(user, { tenant }).map(displayNameOf));
    for (const roleName of roles.filter((each) => !held.has(each))) {
      const role = world.roleByName(roleName, undefined);
      if (!role) continue;
      const named = [role, user, tenant];
      const metadata = {
        name: hashedName("federated", ...named.map(({ metadata: { uid = "" } }) => uid)),
        annotations: { [boundAnnotation]: boundTo(named) ?? "" },
      };
      const spec = {
        userRef: { name: user.metadata.name },
        roleRef: { name: role.metadata.name },
        tenantRef: { name: tenant.metadata.name },
      };
      await made(world.assignments, { apiVersion, kind: "RoleAssignment", metadata, spec });
    }
  }
}

/** Unauthorized (401) for somebody who can be nobody here. */
export async function memberOf(world: IdentityWorld, mapped: Mapped, entry: Entry): Promise<User> {
  const user = mapped.user.type === "local" ? localUser(world, mapped) : await federatedUser(world, mapped, entry);
  await giveProjects(world, user, mapped.projects, entry.domain);
  return user;
}
