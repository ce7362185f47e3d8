// Who is there in a new cloud: the domain, projects, users and roles that every OpenStack has. Pure.
import { idLabel, systemNamespace } from "../domain/id.ts";
import { registeredDefaults, registeredLimit } from "../domain/quota.ts";
import { Domain } from "../models/identity/domain.ts";
import { ImpliedRole } from "../models/identity/implied-role.ts";
import { RegisteredLimit } from "../models/identity/registered-limit.ts";
import { Role } from "../models/identity/role.ts";
import { RoleAssignment, type RoleAssignmentSpec } from "../models/identity/role-assignment.ts";
import { Tenant } from "../models/identity/tenant.ts";
import { User } from "../models/identity/user.ts";
import type { Kind, KubeObject } from "../models/kind.ts";
import { Secret } from "../operator/kube/core-kinds.ts";

/** Name of a user of every new cloud, who has a project of the same name. */
export type SeededUser = "admin" | "demo";
export type Passwords = Record<SeededUser, string>;

export interface Seed<T extends KubeObject = KubeObject> {
  kind: Kind<T>;
  object: T;
}

const api = "identity.kumulus.cloud/v1alpha1";
export const seed = <T extends KubeObject>(kind: Kind<T>, object: T): Seed => ({ kind: kind as Kind, object });

const domainRef = { name: "default" };
export const seededUsers: readonly SeededUser[] = ["admin", "demo"];
export const roleNames = ["admin", "manager", "member", "reader", "service"] as const;

const domain = seed(Domain, {
  apiVersion: api,
  kind: "Domain",
  metadata: { name: "default", labels: { [idLabel]: "default" } },
  spec: { displayName: "Default", description: "The default domain" },
});

const limits = registeredDefaults.map((spec) => seed(RegisteredLimit, registeredLimit(spec)));

const role = (name: string) => seed(Role, { apiVersion: api, kind: "Role", metadata: { name }, spec: {} });

const implied = (prior: string, other: string) =>
  seed(ImpliedRole, {
    apiVersion: api,
    kind: "ImpliedRole",
    metadata: { name: `${prior}-implies-${other}` },
    spec: { priorRoleRef: { name: prior }, impliedRoleRef: { name: other } },
  });

/** Which of them come with which (Keystone's default roles). */
export const impliedRoleSeeds: readonly Seed[] = [implied("admin", "manager"), implied("manager", "member"), implied("member", "reader")];

/** OpenStack's defaults (10 servers, 10 volumes) are for clouds with strangers on them; here people try things out. */
const quota = { instances: 200, cores: 400, ramMiB: 512_000, volumes: 200, gigabytes: 10_000, ports: 2_000, securityGroups: 100 };

const tenant = (name: string) => seed(Tenant, { apiVersion: api, kind: "Tenant", metadata: { name }, spec: { domainRef, quota } });

const passwordName = (user: string) => `user-${user}-password`;

/** `hash` is an argon2id hash in PHC form. */
const password = (user: string, hash: string) =>
  seed(Secret, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: passwordName(user), namespace: systemNamespace },
    type: "Opaque",
    data: { hash: Buffer.from(hash).toString("base64") },
  });

const user = (name: string) =>
  seed(User, {
    apiVersion: api,
    kind: "User",
    metadata: { name },
    spec: { domainRef, defaultTenantRef: { name }, passwordSecretRef: { name: passwordName(name), key: "hash" } },
  });

const assignment = (name: string, spec: RoleAssignmentSpec) =>
  seed(RoleAssignment, { apiVersion: api, kind: "RoleAssignment", metadata: { name }, spec });

const admin = { userRef: { name: "admin" }, roleRef: { name: "admin" } };

const assignments: readonly Seed[] = [
  assignment("admin-admin-project-admin", { ...admin, tenantRef: { name: "admin" } }),
  assignment("admin-admin-project-demo", { ...admin, tenantRef: { name: "demo" } }),
  assignment("admin-admin-domain-default", { ...admin, domainRef }),
  assignment("admin-admin-system", { ...admin, system: true }),
  assignment("demo-member-project-demo", { userRef: { name: "demo" }, roleRef: { name: "member" }, tenantRef: { name: "demo" } }),
];

/** In an order in which each object's references exist already. */
export function identitySeeds(hashes: Record<SeededUser, string>): Seed[] {
  return [
    domain,
    ...limits,
    ...roleNames.map(role),
    ...impliedRoleSeeds,
    ...seededUsers.map(tenant),
    ...seededUsers.map((name) => password(name, hashes[name])),
    ...seededUsers.map(user),
    ...assignments,
  ];
}
