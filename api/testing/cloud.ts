// A small cloud for the API's story tests: a real kube-apiserver with two projects and their users, and the API on it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hash } from "@node-rs/argon2";
import { fileStore } from "../../clients/image-store/file-store.ts";
import { idLabel, systemNamespace } from "../../domain/id.ts";
import { Server } from "../../models/compute/server.ts";
import { Domain } from "../../models/identity/domain.ts";
import { ImpliedRole } from "../../models/identity/implied-role.ts";
import { Role } from "../../models/identity/role.ts";
import { RoleAssignment, type RoleAssignmentSpec } from "../../models/identity/role-assignment.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { User } from "../../models/identity/user.ts";
import type { Kind } from "../../models/kind.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { Router } from "../../models/network/router.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { Volume } from "../../models/volume/volume.ts";
import { createCaches } from "../../operator/cache/caches.ts";
import type { KubeClient } from "../../operator/contract.ts";
import type { ApiClient } from "../../operator/kube/client.ts";
import { Namespace, Secret } from "../../operator/kube/core-kinds.ts";
import { createLog, type LogLevel } from "../../operator/log.ts";
import { createMetrics } from "../../operator/metrics.ts";
import { type ControlPlane, startControlPlane } from "../../operator/testing/control-plane.ts";
import { apiScopes } from "../scopes.ts";
import { type Api, startApi } from "../server.ts";

export interface TestCloud {
  readonly plane: ControlPlane;
  readonly client: KubeClient;
  readonly api: Api;
  /** Folder for the test's files; gone after stop(). */
  readonly directory: string;
  /** Of the images. */
  readonly imageDirectory: string;
  /** Environment of Debian's `openstack` as one of the users. */
  environment(user: "admin" | "demo"): Record<string, string>;
  /** Token of a user on the project of the same name. */
  token(user: "admin" | "demo"): Promise<string>;
  stop(): Promise<void>;
}

export const passwords = { admin: "admin-secret", demo: "demo-secret" } as const;
const identity = "identity.kumulus.cloud/v1alpha1" as const;
const domainRef = { name: "default" };

async function seedProject(client: KubeClient, name: "admin" | "demo"): Promise<void> {
  const namespace = `kumulus-${name}`;
  await client.create(Namespace, {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace, labels: { "kumulus.cloud/tenant": name } },
  });
  await client.create(Tenant, { apiVersion: identity, kind: "Tenant", metadata: { name }, spec: { domainRef } });
  await client.patch(Tenant, { name }, { status: { namespace } }, { subresource: "status" });
  const data = { hash: Buffer.from(await hash(passwords[name])).toString("base64") };
  const metadata = { name: `user-${name}-password`, namespace: systemNamespace };
  await client.create(Secret, { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data });
  const spec = { domainRef, defaultTenantRef: { name }, passwordSecretRef: { name: metadata.name } };
  await client.create(User, { apiVersion: identity, kind: "User", metadata: { name }, spec });
}

async function makeSystemNamespace(client: KubeClient): Promise<void> {
  await client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: systemNamespace } });
}

/** The roles, and the projects and users `admin` and `demo`. */
export async function seed(client: KubeClient): Promise<void> {
  await makeSystemNamespace(client);
  await client.create(Domain, {
    apiVersion: identity,
    kind: "Domain",
    metadata: { name: "default", labels: { [idLabel]: "default" } },
    spec: { displayName: "Default" },
  });
  for (const name of ["admin", "manager", "member", "reader", "service"]) {
    await client.create(Role, { apiVersion: identity, kind: "Role", metadata: { name }, spec: {} });
  }
  for (const [prior, implied] of [["admin", "manager"] as const, ["manager", "member"] as const, ["member", "reader"] as const]) {
    const spec = { priorRoleRef: { name: prior }, impliedRoleRef: { name: implied } };
    await client.create(ImpliedRole, {
      apiVersion: identity,
      kind: "ImpliedRole",
      metadata: { name: `${prior}-implies-${implied}` },
      spec,
    });
  }
  await seedProject(client, "admin");
  await seedProject(client, "demo");
  const assign = (name: string, spec: RoleAssignmentSpec) =>
    client.create(RoleAssignment, { apiVersion: identity, kind: "RoleAssignment", metadata: { name }, spec });
  const admin = { userRef: { name: "admin" }, roleRef: { name: "admin" } };
  await assign("admin-admin-admin", { ...admin, tenantRef: { name: "admin" } });
  await assign("admin-admin-system", { ...admin, system: true });
  await assign("demo-member-demo", { userRef: { name: "demo" }, roleRef: { name: "member" }, tenantRef: { name: "demo" } });
}

/** Plays the controllers' part in deletions: nobody else here takes off the finalizers that the API sets. */
async function playFinalizers(client: ApiClient, signal: AbortSignal): Promise<void> {
  const caches = createCaches(client, { log: createLog({ name: "played", level: "silent" }) });
  for (const kind of [Server, Volume, Network, Subnet, Port, Router, FloatingIP, SecurityGroup] as Kind[]) {
    caches.of(kind).onChange((change) => {
      const { metadata } = change.object;
      const ends = change.type !== "deleted" && metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length > 0;
      if (ends) client.patch(kind, metadata, { metadata: { finalizers: null } }).catch(() => undefined);
    });
  }
  await caches.start(signal);
}

/**
 * Call it in `before` (give the hook 60 s), and stop() in `after`. `tune` changes the world before the API starts; `empty` leaves out the projects and
 * users.
 */
export async function startTestCloud(
  options: {
    empty?: boolean;
    tokenLifetimeMs?: number;
    logLevel?: LogLevel;
    logDestination?: { write(line: string): void };
    tune?(client: KubeClient): Promise<void>;
  } = {},
): Promise<TestCloud> {
  const plane = await startControlPlane();
  const { client } = plane;
  const directory = mkdtempSync(join(tmpdir(), "kumulus-api-"));
  const imageDirectory = join(directory, "images");
  const stopping = new AbortController();
  if (options.empty) await makeSystemNamespace(client);
  else await seed(client);
  await playFinalizers(client, stopping.signal);
  await options.tune?.(client);
  const { logLevel = "error", logDestination: destination } = options;
  const log = createLog({ name: "api", level: logLevel, ...(destination && { destination }) });
  const api = await startApi({
    client,
    caches: createCaches(client, { log, scopes: apiScopes }),
    imageStore: fileStore(imageDirectory),
    log,
    metrics: createMetrics(),
    listen: [{ port: 0 }],
    signal: stopping.signal,
    ...(options.tokenLifetimeMs !== undefined && { tokenLifetimeMs: options.tokenLifetimeMs }),
  });

  return {
    plane,
    client,
    api,
    directory,
    imageDirectory,
    environment: (user) => ({
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      HOME: directory,
      LC_ALL: "C.UTF-8",
      OS_AUTH_URL: `${api.url}/identity`,
      OS_USERNAME: user,
      OS_PASSWORD: passwords[user],
      OS_PROJECT_NAME: user,
      OS_USER_DOMAIN_ID: "default",
      OS_PROJECT_DOMAIN_ID: "default",
      OS_REGION_NAME: "RegionOne",
      OS_IDENTITY_API_VERSION: "3",
    }),
    async token(user) {
      const scope = { project: { name: user, domain: { id: "default" } } };
      const password = { user: { name: user, domain: { id: "default" }, password: passwords[user] } };
      const answer = await fetch(`${api.url}/identity/v3/auth/tokens`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ auth: { identity: { methods: ["password"], password }, scope } }),
      });
      const token = answer.headers.get("x-subject-token");
      if (token === null) throw new Error(`login of ${user}: ${answer.status} ${await answer.text()}`);
      return token;
    },
    async stop() {
      stopping.abort();
      await api.closed;
      await plane.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
