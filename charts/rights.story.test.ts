// The chart's service accounts have the rights that their roles need: each role runs under its own against a real API server, and is refused nothing.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiScopes } from "../api/scopes.ts";
import { startApi } from "../api/server.ts";
import { fileStore } from "../clients/image-store/file-store.ts";
import { kubeVirt } from "../clients/kubevirt/subresources.ts";
import { createOvsdbClient } from "../clients/ovsdb/client.ts";
import { allControllers, operatorLease, operatorScopes } from "../controllers/controllers.ts";
import { northboundTables, southboundTables } from "../controllers/network/ovn/tables.ts";
import { imageKeySecret } from "../domain/image/golden.ts";
import { buildEngine } from "../hack/engines.ts";
import { Flavor } from "../models/compute/flavor.ts";
import { Domain } from "../models/identity/domain.ts";
import { Tenant } from "../models/identity/tenant.ts";
import type { Condition } from "../models/kind.ts";
import { createCaches } from "../operator/cache/caches.ts";
import { kubeClient } from "../operator/kube/client.ts";
import { connect } from "../operator/kube/connection.ts";
import { Namespace } from "../operator/kube/core-kinds.ts";
import { createLog } from "../operator/log.ts";
import { createManager } from "../operator/manager.ts";
import { createMetrics } from "../operator/metrics.ts";
import { sharedKey } from "../operator/shared-key.ts";
import { type ControlPlane, startControlPlane } from "../operator/testing/control-plane.ts";
import { eventually } from "../operator/testing/eventually.ts";
import { startWebhook } from "../webhooks/server.ts";
import { kubectl, rendered } from "./testing/helm.ts";

type Role = "operator" | "api" | "webhook";

const namespace = "kumulus-system";
/** With the configuration that the webhook may change but not make. */
const rightsKinds = ["ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "ValidatingWebhookConfiguration"];
const log = createLog({ name: "rights", level: "silent" });

const isReady = (status: { conditions?: Condition[] } | undefined) =>
  status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;

describe("rights of the chart's service accounts", () => {
  let plane: ControlPlane;
  const stop = new AbortController();
  const { signal } = stop;

  before(async function () {
    this.timeout(900_000);
    buildEngine("helm");
    plane = await startControlPlane({
      crds: [join(import.meta.dirname, "../standalone/engine-crds")],
      // As strict clusters have it: who makes an object that blocks its owner's deletion must have a right to the owner.
      apiServerFlags: ["--enable-admission-plugins=OwnerReferencesPermissionEnforcement"],
    });
    await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const objects = rendered().filter(({ kind }) => rightsKinds.includes(kind));
    const { ok, stderr } = kubectl(plane.kubeconfig, ["apply", "--filename", "-"], objects);
    assert.ok(ok, stderr);
  });
  after(async () => {
    stop.abort();
    await plane?.stop();
  });

  /** A client with the token that a pod of the role has, and how often the API server said 403 to it. */
  async function as(role: Role) {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/kumulus-${role}/token`;
    const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
    const { token } = ((await plane.client.request("POST", path, request)).body as { status: { token: string } }).status;
    const file = join(plane.directory, `kubeconfig-${role}`);
    const config = JSON.parse(readFileSync(plane.kubeconfig, "utf8"));
    writeFileSync(file, JSON.stringify({ ...config, users: [{ name: "admin", user: { token } }] }), { mode: 0o600 });
    const answers: number[] = [];
    const client = kubeClient(connect(file), { fieldManager: `kumulus-${role}`, onRequest: (_method, status) => answers.push(status) });
    const assertAllowed = () => {
      assert.ok(answers.length > 0);
      assert.deepEqual(
        answers.filter((status) => status === 401 || status === 403),
        [],
      );
    };
    const scopes = role === "operator" ? operatorScopes : role === "api" ? apiScopes : [];
    return { client, caches: createCaches(client, { log, scopes }), assertAllowed };
  }

  it("suffice for the webhook: caches, certificate, configuration", async () => {
    const { client, caches, assertAllowed } = await as("webhook");
    await caches.start(signal);
    await startWebhook({ client, caches, log, signal, host: "127.0.0.1", port: 0 });
    assertAllowed();
  });

  it("suffice for the API's start: caches and token keys", async () => {
    const { client, caches, assertAllowed } = await as("api");
    const imageStore = fileStore(join(plane.directory, "images"));
    await startApi({ client, caches, imageStore, log, metrics: createMetrics(), listen: { port: 0 }, signal });
    await sharedKey(imageKeySecret)(client);
    assertAllowed();
  });

  it("suffice for the operator: caches of all controllers, leadership, a tenant with the rights that it grants", async () => {
    const { client, caches, assertAllowed } = await as("operator");
    // Nobody listens there: no controller of a network kind gets to act.
    const ovn = (database: string, tables: typeof northboundTables) =>
      createOvsdbClient({ remotes: ["tcp:127.0.0.1:1"], database, tables, leaderOnly: true, log, signal });
    const manager = createManager({
      client,
      caches,
      log,
      metrics: createMetrics(),
      leaderElection: { name: operatorLease, namespace, identity: "test" },
      controllers: allControllers({
        northbound: ovn("OVN_Northbound", northboundTables),
        southbound: ovn("OVN_Southbound", southboundTables),
        caches,
        log,
        imageBaseURL: "http://api.test",
        imageKey: sharedKey(imageKeySecret),
        imageStore: fileStore(join(plane.directory, "images")),
        kubeVirt: kubeVirt(client),
      }),
    });
    void manager.run(signal);
    await eventually(() => assert.ok(manager.ready() && manager.leads), 20_000);
    const identity = "identity.kumulus.cloud/v1alpha1" as const;
    const domain = { apiVersion: identity, kind: "Domain" as const, metadata: { name: "default" }, spec: { displayName: "Default" } };
    await plane.client.create(Domain, domain);
    const tenant = { apiVersion: identity, kind: "Tenant" as const, metadata: { name: "web" }, spec: { domainRef: { name: "default" } } };
    await plane.client.create(Tenant, tenant);
    await plane.client.create(Flavor, {
      apiVersion: "compute.kumulus.cloud/v1alpha1",
      kind: "Flavor",
      metadata: { name: "small" },
      spec: { vcpus: 1, ramMiB: 64, diskGiB: 1 },
    });
    await eventually(async () => {
      assert.ok(isReady((await plane.client.get(Tenant, { name: "web" })).status));
      assert.ok(isReady((await plane.client.get(Flavor, { name: "small" })).status));
    });
    assertAllowed();
  });

  const refused: [role: Role, request: string[]][] = [
    ["operator", ["create", "pods"]],
    ["operator", ["escalate", "roles.rbac.authorization.k8s.io"]],
    ["operator", ["create", "users.identity.kumulus.cloud"]],
    ["operator", ["list", "secrets"]],
    ["operator", ["get", "secrets", "--namespace", "kumulus-web"]],
    ["operator", ["create", "validatingwebhookconfigurations"]],
    ["api", ["list", "secrets"]],
    ["api", ["get", "secrets", "--namespace", "kumulus-web"]],
    ["webhook", ["delete", "servers.compute.kumulus.cloud"]],
    ["webhook", ["get", "secrets", "--namespace", namespace]],
    ["webhook", ["create", "namespaces"]],
    ["webhook", ["create", "validatingwebhookconfigurations"]],
  ];
  for (const [role, request] of refused) {
    it(`do not let ${role} ${request.join(" ")}`, () => {
      const { stdout } = kubectl(plane.kubeconfig, [
        "auth",
        "can-i",
        ...request,
        `--as=system:serviceaccount:${namespace}:kumulus-${role}`,
      ]);
      assert.equal(stdout.trim(), "no");
    });
  }
});
