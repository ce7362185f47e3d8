// Projects of a story's own, made with kubectl, with demo as their member.
import { type Cloud, login } from "../bench/cloud.ts";
import { cloud, eventually } from "./cloud.ts";

/** Applies one object of ours. */
async function apply(object: Record<string, unknown>): Promise<void> {
  await cloud(`kubectl apply -f - <<'END'\n${JSON.stringify(object)}\nEND`);
}

/** Resolves with demo's login in the new project. */
export async function makeTenant(name: string, quota: Record<string, number> = {}): Promise<Cloud> {
  const apiVersion = "identity.kumulus.cloud/v1alpha1";
  const role = { userRef: { name: "demo" }, roleRef: { name: "member" }, tenantRef: { name } };
  await apply({ apiVersion, kind: "Tenant", metadata: { name }, spec: { domainRef: { name: "default" }, quota } });
  await apply({ apiVersion, kind: "RoleAssignment", metadata: { name: `demo-member-${name}` }, spec: role });
  await cloud(`kubectl wait --for=condition=Ready tenant/${name} --timeout=20s`);
  return eventually(() => login("openrc", name), 10_000, 100);
}

export async function removeTenant(name: string): Promise<void> {
  await cloud(`kubectl delete tenant ${name} --timeout=60s; kubectl delete roleassignment demo-member-${name} --ignore-not-found`);
}
