// The objects that a Keystone database asks for, beside those that are there. An object is found by its OpenStack id, else by its name: what is known stays under
// its name, so that an import can be repeated. Pure.
import { displayNameOf, hashedName, idLabel, idOf, slug, systemNamespace } from "../../domain/id.ts";
import { Domain } from "../../models/identity/domain.ts";
import { Group } from "../../models/identity/group.ts";
import { ImpliedRole } from "../../models/identity/implied-role.ts";
import { Role } from "../../models/identity/role.ts";
import { RoleAssignment } from "../../models/identity/role-assignment.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { User } from "../../models/identity/user.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { Secret } from "../../operator/kube/core-kinds.ts";
import type { Source, SourceAssignment, SourceUser } from "./source.ts";

const apiVersion = "identity.kumulus.cloud/v1alpha1";

type Named = KubeObject & { spec: { displayName?: string; domainRef?: { name: string } } };

export interface Present {
  domains: readonly Domain[];
  tenants: readonly Tenant[];
  roles: readonly Role[];
  users: readonly User[];
  groups: readonly Group[];
}

/** An object to apply. `isNew`: nothing of that id or name was there. */
export interface Wanted {
  kind: Kind;
  object: KubeObject;
  isNew: boolean;
  /** A user's password: made after the user, which owns it, and never changed afterwards, since a login may have upgraded its hash. */
  secret?: Secret;
}

export interface Plan {
  /** In an order in which each object's references exist already. */
  wanted: Wanted[];
  refusals: string[];
}

interface Place {
  name: string;
  isNew: boolean;
}

const ref = (name: string) => ({ name });
/** A Tenant of this name would have the cloud's own namespace. */
const reserved = "system";

/** Names of the objects of one kind, by OpenStack id. */
class Names {
  readonly #byId = new Map<string, Place>();
  readonly #present: readonly Named[];
  readonly #ids: ReadonlyMap<string, Named>;
  readonly #names: ReadonlyMap<string, Named>;
  readonly #taken: Set<string>;
  readonly #adopts: boolean;

  /** `adopts`: one of the same name is the same, whatever its id: it gets the imported one. */
  constructor(present: readonly Named[], adopts: boolean) {
    this.#adopts = adopts;
    this.#present = present;
    this.#ids = new Map(present.map((object) => [idOf(object), object]));
    this.#names = new Map(present.map((object) => [this.#key(displayNameOf(object), object.spec.domainRef?.name), object]));
    this.#taken = new Set(this.#present.map(({ metadata }) => metadata.name));
  }

  #key(name: string, domain: string | undefined): string {
    return `${domain ?? ""}/${name.toLowerCase()}`;
  }

  /** Where the object of that id is, or will be; undefined where another one of its name stands in its way. */
  place(id: string, name: string, domain: string | undefined): Place | undefined {
    const twin = this.#names.get(this.#key(name, domain));
    const known = this.#ids.get(id) ?? (this.#adopts ? twin : undefined);
    if (!known && twin) return undefined;
    const plain = slug(name, 40);
    const free = /^[a-z]/.test(plain) && plain !== reserved && !this.#taken.has(plain) ? plain : hashedName(name, id);
    const place = { name: known?.metadata.name ?? free, isNew: known === undefined };
    this.#taken.add(place.name);
    this.#byId.set(id, place);
    return place;
  }

  /** Also of objects that are there and in no row. */
  of(id: string | undefined): string | undefined {
    if (id === undefined) return undefined;
    return this.#byId.get(id)?.name ?? this.#ids.get(id)?.metadata.name;
  }
}

const metadataOf = (name: string, id: string) => ({ name, labels: { [idLabel]: id } });

function passwordSecret(id: string, hash: string): Secret {
  const metadata = { name: `user-${hashedName("imported", id)}-password`, namespace: systemNamespace };
  return { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data: { hash: Buffer.from(hash).toString("base64") } };
}

const defined = (fields: object) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

class Planner {
  readonly wanted: Wanted[] = [];
  readonly refusals: string[] = [];
  readonly #source: Source;
  readonly #domains: Names;
  readonly #tenants: Names;
  readonly #roles: Names;
  readonly #users: Names;
  readonly #groups: Names;

  constructor(source: Source, present: Present) {
    this.#source = source;
    this.#domains = new Names(present.domains, true);
    this.#tenants = new Names(present.tenants, false);
    this.#roles = new Names(present.roles, true);
    this.#users = new Names(present.users, false);
    this.#groups = new Names(present.groups, false);
  }

  run(): Plan {
    const { domains, roles, groups, users, implied, assignments } = this.#source;
    for (const { id, name, description, enabled } of domains)
      this.#add(Domain, this.#domains, id, name, { description, enabled }, undefined);
    for (const { id, name, domain, description } of roles) this.#add(Role, this.#roles, id, name, { description }, domain);
    this.#addProjects();
    for (const { id, name, domain, description } of groups) this.#add(Group, this.#groups, id, name, { description }, domain);
    for (const user of users) this.#addUser(user);
    for (const each of implied) this.#addImplied(each.prior, each.implied);
    for (const assignment of assignments) this.#addAssignment(assignment);
    return { wanted: this.wanted, refusals: this.refusals };
  }

  #push(kind: Kind, metadata: object, spec: object, isNew: boolean, secret?: Secret): void {
    const object = { apiVersion, kind: kind.kind, metadata, spec } as KubeObject;
    this.wanted.push({ kind, isNew, object, ...(secret && { secret }) });
  }

  /** `domain`: the id of its Domain, undefined for what is in none. */
  #add(kind: Kind, names: Names, id: string, name: string, fields: object, domain: string | undefined, secret?: Secret): void {
    const domainName = this.#domains.of(domain);
    const what = `${kind === Tenant ? "project" : kind.kind.toLowerCase()} ${name} (${id})`;
    if (domain !== undefined && domainName === undefined) {
      this.refusals.push(`${what}: its domain ${domain} is neither in the files nor in the cloud`);
      return;
    }
    const place = names.place(id, name, domainName);
    if (!place) {
      this.refusals.push(`${what}: the cloud has another one of that name`);
      return;
    }
    const domainRef = domainName === undefined ? undefined : ref(domainName);
    this.#push(kind, metadataOf(place.name, id), defined({ displayName: name, domainRef, ...fields }), place.isNew, secret);
  }

  /** Parents first. */
  #addProjects(): void {
    const open = new Map(this.#source.projects.map((project) => [project.id, project]));
    const add = (id: string, below: ReadonlySet<string>): void => {
      const project = open.get(id);
      if (!project) return;
      const { name, domain, parent, description, enabled, tags } = project;
      if (parent !== undefined && below.has(parent)) {
        open.delete(id);
        this.refusals.push(`project ${name} (${id}): it is below itself`);
        return;
      }
      if (parent !== undefined) add(parent, new Set([...below, id]));
      if (!open.delete(id)) return;
      const above = this.#tenants.of(parent);
      if (parent !== undefined && above === undefined) {
        this.refusals.push(`project ${name} (${id}): its parent ${parent} is neither in the files nor in the cloud`);
        return;
      }
      const parentRef = above === undefined ? undefined : ref(above);
      this.#add(Tenant, this.#tenants, id, name, { parentRef, description, enabled, tags: tags.length > 0 ? tags : undefined }, domain);
    };
    for (const { id } of this.#source.projects) add(id, new Set([id]));
  }

  #addUser({ id, name, domain, enabled, extra, project, hash, options }: SourceUser): void {
    const { email, description, ...rest } = extra;
    const groups = (this.#source.memberships.get(id) ?? []).flatMap((group) => this.#groups.of(group) ?? []);
    const tenant = this.#tenants.of(project);
    const attributes = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
    const secret = hash === undefined ? undefined : passwordSecret(id, hash);
    this.#add(
      User,
      this.#users,
      id,
      name,
      {
        enabled,
        email: typeof email === "string" && email ? email : undefined,
        description: typeof description === "string" && description ? description.slice(0, 255) : undefined,
        defaultTenantRef: tenant === undefined ? undefined : ref(tenant),
        groupRefs: groups.length > 0 ? groups.map(ref) : undefined,
        options: Object.keys(options).length > 0 ? options : undefined,
        extra: Object.keys(attributes).length > 0 ? attributes : undefined,
        passwordSecretRef: secret && { name: secret.metadata.name, key: "hash" },
      },
      domain,
      secret,
    );
  }

  #addImplied(prior: string, implied: string): void {
    const [from, to] = [this.#roles.of(prior), this.#roles.of(implied)];
    if (from === undefined || to === undefined)
      this.refusals.push(`role ${prior} implies ${implied}: one of them is neither in the files nor in the cloud`);
    else this.#push(ImpliedRole, ref(hashedName(from, "implies", to)), { priorRoleRef: ref(from), impliedRoleRef: ref(to) }, true);
  }

  #addAssignment({ role, actor, target, inherited }: SourceAssignment): void {
    const roleName = this.#roles.of(role);
    const who = actor.kind === "user" ? this.#users.of(actor.id) : this.#groups.of(actor.id);
    const where = target.kind === "system" ? "" : target.kind === "project" ? this.#tenants.of(target.id) : this.#domains.of(target.id);
    if (roleName === undefined || who === undefined || where === undefined) {
      const missing = roleName === undefined ? `role ${role}` : who === undefined ? `${actor.kind} ${actor.id}` : `its ${target.kind}`;
      this.refusals.push(`assignment of role ${role} to ${actor.kind} ${actor.id}: ${missing} is neither in the files nor in the cloud`);
      return;
    }
    const names = [roleName, who, ...(where === "" ? [] : [where])];
    const spec = {
      roleRef: ref(roleName),
      ...(actor.kind === "user" ? { userRef: ref(who) } : { groupRef: ref(who) }),
      ...(target.kind === "system" ? { system: true } : target.kind === "project" ? { tenantRef: ref(where) } : { domainRef: ref(where) }),
      ...(inherited && { inherited: true }),
    };
    // The name that the API gives to the same grant.
    const name = hashedName(...names, `${actor.kind}-${target.kind}`, ...(inherited ? ["inherited"] : []));
    this.#push(RoleAssignment, ref(name), spec, true);
  }
}

export const planImport = (source: Source, present: Present): Plan => new Planner(source, present).run();
