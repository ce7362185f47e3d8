// Tempest's accounts: projects with a member and a network of their own, made with kubectl; they stay for the next run.
import { randomBytes } from "node:crypto";
import { hash } from "@node-rs/argon2";
import { cloud } from "./shell.ts";

export interface Account {
  username: string;
  project: string;
  password: string;
  /** Name of a network of the project with a subnet. */
  network?: string;
  types?: readonly string[];
}

const api = "identity.kumulus.cloud/v1alpha1";
const domainRef = { name: "default" };
const system = "kumulus-system";

/** The objects of one project and its member, of the same name. */
function objectsOf(name: string, passwordHash: string, role = "member"): object[] {
  const secret = `user-${name}-password`;
  return [
    { apiVersion: api, kind: "Tenant", metadata: { name }, spec: { domainRef } },
    { apiVersion: "v1", kind: "Secret", metadata: { name: secret, namespace: system }, stringData: { hash: passwordHash } },
    {
      apiVersion: api,
      kind: "User",
      metadata: { name },
      spec: { domainRef, defaultTenantRef: { name }, passwordSecretRef: { name: secret, key: "hash" } },
    },
    {
      apiVersion: api,
      kind: "RoleAssignment",
      metadata: { name: `${name}-${role}` },
      spec: { userRef: { name }, roleRef: { name: role }, tenantRef: { name } },
    },
  ];
}

/** The project's network, behind a router to the external one; made by the member, once. */
function ensureNetwork(name: string, password: string, index: number): string {
  const as = `export OS_USERNAME=${name} OS_PASSWORD=${password} OS_PROJECT_NAME=${name}`;
  const made = [
    `openstack network create ${name}`,
    `openstack subnet create --network ${name} --subnet-range 10.${110 + index}.0.0/24 ${name}`,
    `openstack router create ${name}`,
    `openstack router set --external-gateway public ${name}`,
    `openstack router add subnet ${name} ${name}`,
  ].join(" && ");
  cloud(`${as}; openstack router show ${name} >/dev/null 2>&1 || { ${made}; } >/dev/null`);
  return name;
}

/** Users with a role, each in a project of its own; they share a new password. */
async function ensureUsers(names: readonly string[], role: string): Promise<string> {
  const password = randomBytes(12).toString("hex");
  const passwordHash = await hash(password);
  const items = names.flatMap((name) => objectsOf(name, passwordHash, role));
  cloud("kubectl apply -f - >/dev/null", { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
  for (const name of names) cloud(`kubectl wait --for=condition=Ready tenant/${name} user/${name} --timeout=30s >/dev/null`);
  return password;
}

const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);

/** `count` administrators beside the cloud's own: each worker of Tempest takes one for itself. */
export async function ensureAdministrators(count: number): Promise<Account[]> {
  const names = numbered("conformance-admin", count);
  const password = await ensureUsers(names, "admin");
  return names.map((name) => ({ username: name, project: name, password, types: ["admin"] }));
}

/** `count` members, each in a project of its own. */
export async function ensureAccounts(count: number): Promise<Account[]> {
  const names = numbered("conformance", count);
  const password = await ensureUsers(names, "member");
  return names.map((name, index) => ({ username: name, project: name, password, network: ensureNetwork(name, password, index) }));
}

/** The administrator as openrc-admin has it. */
export const administrator = (): Account => ({
  username: "admin",
  project: "admin",
  password: cloud('echo "$OS_PASSWORD"'),
  types: ["admin"],
});

/** JSON is YAML. */
export function accountsFile(accounts: readonly Account[]): string {
  const entries = accounts.map(({ username, project, password, network, types }) => ({
    username,
    project_name: project,
    password,
    domain_name: "Default",
    user_domain_name: "Default",
    project_domain_name: "Default",
    ...(types ? { types } : { roles: ["member"] }),
    ...(network === undefined ? {} : { resources: { network } }),
  }));
  return `${JSON.stringify(entries, null, 2)}\n`;
}
