// The identity controllers against a real API server: a project comes with all its parts, follows its quota, and goes with all that is in it.
import assert from "node:assert/strict";
import { systemNamespace } from "../../domain/id.ts";
import { Server } from "../../models/compute/server.ts";
import { Domain } from "../../models/identity/domain.ts";
import { Role } from "../../models/identity/role.ts";
import { RoleAssignment } from "../../models/identity/role-assignment.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { User } from "../../models/identity/user.ts";
import { Network } from "../../models/network/network.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { createCaches } from "../../operator/cache/caches.ts";
import { readyOf } from "../../operator/controller/status.ts";
import { Namespace, ResourceQuota, Secret } from "../../operator/kube/core-kinds.ts";
import { createLog } from "../../operator/log.ts";
import { createManager } from "../../operator/manager.ts";
import { createMetrics } from "../../operator/metrics.ts";
import { type ControlPlane, startControlPlane } from "../../operator/testing/control-plane.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { identityControllers } from "./controllers.ts";

const log = createLog({ name: "test", level: "error" });
const apiVersion = "identity.kumulus.cloud/v1alpha1" as const;
const domainRef = { name: "acme" };
const namespace = "kumulus-web";

describe("identity controllers", function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  const abort = new AbortController();
  let running: Promise<void> = Promise.resolve();

  before(async () => {
    plane = await startControlPlane({ controllers: ["namespace-controller", "resourcequota-controller"] });
    const caches = createCaches(plane.client, { log });
    const manager = createManager({ client: plane.client, caches, controllers: identityControllers(), log, metrics: createMetrics() });
    running = manager.run(abort.signal);
    await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: systemNamespace } });
  });
  after(async () => {
    abort.abort();
    await running;
    await plane?.stop();
  });

  const reason = async (kind: typeof Tenant | typeof RoleAssignment | typeof User, name: string, wanted: string) =>
    assert.equal(readyOf(await plane.client.get(kind as typeof Tenant, { name }))?.reason, wanted);

  it("waits for the domain, then makes namespace, quota, rights and default group", async () => {
    await plane.client.create(Tenant, {
      apiVersion,
      kind: "Tenant",
      metadata: { name: "web" },
      spec: { domainRef, quota: { networks: 1, ports: -1 } },
    });
    await eventually(() => reason(Tenant, "web", "DomainMissing"));
    await plane.client.create(Domain, { apiVersion, kind: "Domain", metadata: { name: "acme" }, spec: {} });
    await eventually(() => reason(Tenant, "web", "Active"));
    assert.equal((await plane.client.get(Tenant, { name: "web" })).status?.namespace, namespace);
    const made = await plane.client.get(Namespace, { name: namespace });
    assert.equal(made.metadata.labels?.["kumulus.cloud/tenant"], "web");
    const group = await plane.client.get(SecurityGroup, { name: "default", namespace });
    assert.equal(group.spec.rules?.length, 4);
    const hard = (await plane.client.get(ResourceQuota, { name: "kumulus", namespace })).spec?.hard ?? {};
    assert.equal(hard["count/networks.network.kumulus.cloud"], "1");
    assert.ok(!("count/ports.network.kumulus.cloud" in hard));
  });

  it("lets the API server refuse what is over the quota, and follows a changed one", async () => {
    const network = (name: string) =>
      plane.client.create(Network, {
        apiVersion: "network.kumulus.cloud/v1alpha1",
        kind: "Network",
        metadata: { name, namespace },
        spec: {},
      });
    await eventually(async () => {
      const quota = await plane.client.get(ResourceQuota, { name: "kumulus", namespace });
      assert.equal(quota.status?.hard?.["count/networks.network.kumulus.cloud"], "1");
    });
    await network("one");
    await assert.rejects(network("two"), { code: "OverQuota" });
    await plane.client.patch(Tenant, { name: "web" }, { spec: { quota: { networks: -1 } } });
    await eventually(async () => {
      const quota = await plane.client.get(ResourceQuota, { name: "kumulus", namespace });
      assert.ok(!("count/networks.network.kumulus.cloud" in (quota.status?.hard ?? {})));
    });
    await network("two");
  });

  it("leaves the default group's rules to the user, and makes it anew when it is deleted", async () => {
    await plane.client.patch(SecurityGroup, { name: "default", namespace }, { spec: { rules: [] } });
    await plane.client.delete(ResourceQuota, { name: "kumulus", namespace });
    await eventually(() => plane.client.get(ResourceQuota, { name: "kumulus", namespace }));
    assert.deepEqual((await plane.client.get(SecurityGroup, { name: "default", namespace })).spec.rules, []);
    await plane.client.delete(SecurityGroup, { name: "default", namespace });
    await eventually(async () =>
      assert.equal((await plane.client.get(SecurityGroup, { name: "default", namespace })).spec.rules?.length, 4),
    );
  });

  it("notes when a password changed", async () => {
    const hash = (text: string) => ({ hash: Buffer.from(text).toString("base64") });
    const spec = { domainRef, passwordSecretRef: { name: "user-ada" } };
    await plane.client.create(User, { apiVersion, kind: "User", metadata: { name: "ada" }, spec });
    await eventually(() => reason(User, "ada", "PasswordMissing"));
    const secret: Secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "user-ada", namespace: systemNamespace },
      data: hash("one"),
    };
    await plane.client.create(Secret, secret);
    await eventually(() => reason(User, "ada", "Active"));
    const first = (await plane.client.get(User, { name: "ada" })).status;
    await plane.client.patch(Secret, secret.metadata, { data: hash("two") });
    await eventually(async () => {
      const status = (await plane.client.get(User, { name: "ada" })).status;
      assert.match(status?.passwordFingerprint ?? "", /^[0-9a-f]{64}$/);
      assert.notEqual(status?.passwordFingerprint, first?.passwordFingerprint);
    });
  });

  it("binds a role assignment to the very objects it names and ends it with the first of them", async () => {
    const spec = { roleRef: { name: "member" }, userRef: { name: "ada" }, tenantRef: { name: "web" } };
    await plane.client.create(RoleAssignment, { apiVersion, kind: "RoleAssignment", metadata: { name: "ada-member" }, spec });
    await eventually(() => reason(RoleAssignment, "ada-member", "RoleMissing"));
    await plane.client.create(Role, { apiVersion, kind: "Role", metadata: { name: "member" }, spec: {} });
    await eventually(() => reason(RoleAssignment, "ada-member", "Bound"));
    await plane.client.delete(User, { name: "ada" });
    await eventually(() => assert.rejects(plane.client.get(RoleAssignment, { name: "ada-member" }), { code: "NotFound" }));
  });

  it("takes a project down in order while a server is being built, and makes its namespace anew for a successor", async () => {
    const server = {
      apiVersion: "compute.kumulus.cloud/v1alpha1",
      kind: "Server",
      metadata: { name: "vm", namespace, finalizers: ["test.kumulus.cloud/building"] },
      spec: { flavorRef: { name: "f" }, imageRef: { name: "i" }, networks: [{ networkRef: { name: "one" } }] },
    } as Server;
    await plane.client.create(Server, server);
    await plane.client.delete(Tenant, { name: "web" });
    await eventually(async () => assert.ok((await plane.client.get(Server, server.metadata)).metadata.deletionTimestamp));
    assert.equal(
      (await plane.client.get(Network, { name: "one", namespace })).metadata.deletionTimestamp,
      undefined,
      "the network outlives the server",
    );
    await plane.client.patch(Server, server.metadata, { metadata: { finalizers: null } });
    await eventually(() => assert.rejects(plane.client.get(Tenant, { name: "web" }), { code: "NotFound" }), 30_000);
    await assert.rejects(plane.client.get(Namespace, { name: namespace }), { code: "NotFound" });
    await plane.client.create(Tenant, { apiVersion, kind: "Tenant", metadata: { name: "web" }, spec: { domainRef } });
    await eventually(() => reason(Tenant, "web", "Active"));
  });
});
