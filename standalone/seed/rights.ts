// The rights of the roles on one machine: the rules of the chart, so that what works here works in a cluster.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { systemNamespace } from "../../domain/id.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { ClusterRole, ClusterRoleBinding, KubeRole, RoleBinding } from "../../operator/kube/core-kinds.ts";
import { type LimitedRole, limitedRoles } from "../instance.ts";
import { fieldManager } from "./crds.ts";

const group = "rbac.authorization.k8s.io";
type Rules = NonNullable<KubeRole["rules"]>;

function objectsOf(role: LimitedRole, { cluster, system }: { cluster: Rules; system: Rules }): [Kind, KubeObject][] {
  const name = `kumulus-${role}`;
  const [apiVersion, metadata, namespaced] = [`${group}/v1` as const, { name }, { name, namespace: systemNamespace }];
  const subjects = [{ kind: "ServiceAccount", name, namespace: systemNamespace }];
  const bound = (kind: string) => ({ apiGroup: group, kind, name });
  const objects: [Kind, (KubeObject & Pick<ClusterRoleBinding, "roleRef" | "subjects">) | ClusterRole | KubeRole][] = [
    [ClusterRole as Kind, { apiVersion, kind: "ClusterRole", metadata, rules: cluster }],
    [ClusterRoleBinding as Kind, { apiVersion, kind: "ClusterRoleBinding", metadata, roleRef: bound("ClusterRole"), subjects }],
    [KubeRole as Kind, { apiVersion, kind: "Role", metadata: namespaced, rules: system }],
    [RoleBinding as Kind, { apiVersion, kind: "RoleBinding", metadata: namespaced, roleRef: bound("Role"), subjects }],
  ];
  return objects;
}

/** Applied at every start, so that they follow this version of the code. */
export async function applyRights(client: KubeClient, root: string): Promise<void> {
  const objects = limitedRoles.flatMap((role) =>
    objectsOf(role, parse(readFileSync(join(root, `charts/kumulus/files/rights/${role}.yaml`), "utf8"))),
  );
  await Promise.all(objects.map(([kind, object]) => client.apply(kind, object, { fieldManager })));
}
