// The Roles and RoleBindings of a project's namespace: what its people may do with kubectl. Pure.
import { createHash } from "node:crypto";
import { kubernetesUser, rightsOfRole, type StandardRole, standardRoles } from "../../../domain/identity/tenant-rights.ts";
import type { KubeRole, RoleBinding } from "../../../operator/kube/core-kinds.ts";

const group = "rbac.authorization.k8s.io";

/** What a release before this one left in every namespace: all rights for the holders of a group. */
export const oldName = "kumulus-tenant";

/** Every change of one subject writes a whole binding: they are kept short. */
const subjectsOfOne = 250;

export const isOurs = (name: string) =>
  name === oldName || standardRoles.some((role) => name === `kumulus-${role}` || name.startsWith(`kumulus-${role}-`));

export function roleFor(role: StandardRole, namespace: string): KubeRole {
  const rules = rightsOfRole(role).map(({ group: apiGroup, resource, verbs }) => ({
    apiGroups: [apiGroup],
    resources: [resource],
    verbs: [...verbs],
  }));
  return { apiVersion: `${group}/v1`, kind: "Role", metadata: { name: `kumulus-${role}`, namespace }, rules };
}

const bucketOf = (user: string, buckets: number) => createHash("sha256").update(user).digest().readUInt16BE() % buckets;

/** Doubles with the number of users, so that few names move to another binding. */
function bucketsFor(users: number): number {
  let buckets = 1;
  while (users / buckets > subjectsOfOne) buckets *= 2;
  return buckets;
}

function bindingsOf(role: StandardRole, users: readonly string[], namespace: string): RoleBinding[] {
  const buckets = bucketsFor(users.length);
  const grouped = Map.groupBy(users.toSorted(), (user) => bucketOf(user, buckets));
  return [...grouped].map(([bucket, names]) => ({
    apiVersion: `${group}/v1`,
    kind: "RoleBinding",
    metadata: { name: buckets === 1 ? `kumulus-${role}` : `kumulus-${role}-${buckets}-${bucket}`, namespace },
    roleRef: { apiGroup: group, kind: "Role", name: `kumulus-${role}` },
    subjects: names.map((name) => ({ apiGroup: group, kind: "User", name: kubernetesUser(name) })),
  }));
}

/** Of the roles that somebody holds. */
export function desiredAccess(
  holders: ReadonlyMap<string, StandardRole>,
  namespace: string,
): { roles: KubeRole[]; bindings: RoleBinding[] } {
  const users = Map.groupBy(holders.keys(), (user) => holders.get(user) ?? "reader");
  const held = standardRoles.filter((role) => users.has(role));
  return {
    roles: held.map((role) => roleFor(role, namespace)),
    bindings: held.flatMap((role) => bindingsOf(role, users.get(role) ?? [], namespace)),
  };
}
