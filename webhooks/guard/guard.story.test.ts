// The guards as the real API server calls them: for members of a project, not for its administrators, and not for the cloud itself.
import assert from "node:assert/strict";
import { request as send } from "node:https";
import { systemNamespace } from "../../domain/id.ts";
import { kubernetesUser, rightsOfRole, type StandardRole } from "../../domain/identity/tenant-rights.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import type { Kind } from "../../models/kind.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { Network } from "../../models/network/network.ts";
import { Volume } from "../../models/volume/volume.ts";
import { createCaches } from "../../operator/cache/caches.ts";
import { KubeRole, Namespace, RoleBinding } from "../../operator/kube/core-kinds.ts";
import { collectionPath } from "../../operator/kube/path.ts";
import { createLog } from "../../operator/log.ts";
import { type ControlPlane, startControlPlane } from "../../operator/testing/control-plane.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { startWebhook } from "../server.ts";

const namespace = "kumulus-demo";
const rbac = "rbac.authorization.k8s.io";
const log = createLog({ name: "webhook", level: "error" });

describe("guards", function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  const stop = new AbortController();

  /** Asks as a person of the project: the administrator's token, and the name that Kubernetes is to take it for. */
  function ask(role: StandardRole, method: string, path: string, body: object): Promise<{ status: number; message: string }> {
    const headers = {
      authorization: `Bearer ${plane.token}`,
      "impersonate-user": kubernetesUser(role),
      "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
    };
    return new Promise((resolve, reject) => {
      const request = send(`${plane.url}${path}`, { method, headers, rejectUnauthorized: false }, (answer) => {
        let text = "";
        answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, message: String(JSON.parse(text).message ?? "") }));
      });
      request.on("error", reject).end(JSON.stringify(body));
    });
  }

  const object = (kind: Kind, name: string, spec: object, metadata: object = {}) => ({
    apiVersion: `${kind.group}/${kind.version}`,
    kind: kind.kind,
    metadata: { name, namespace, ...metadata },
    spec,
  });
  const make = (role: StandardRole, kind: Kind, name: string, spec: object, metadata?: object) =>
    ask(role, "POST", collectionPath(kind, namespace), object(kind, name, spec, metadata));
  const change = (role: StandardRole, kind: Kind, name: string, patch: object, part = "") =>
    ask(role, "PATCH", `${collectionPath(kind, namespace)}/${name}${part}`, patch);

  async function giveRole(role: StandardRole): Promise<void> {
    const rules = rightsOfRole(role).map(({ group, resource, verbs }) => ({
      apiGroups: [group],
      resources: [resource],
      verbs: [...verbs],
    }));
    const metadata = { name: role, namespace };
    await plane.client.create(KubeRole, { apiVersion: `${rbac}/v1`, kind: "Role", metadata, rules });
    await plane.client.create(RoleBinding, {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: rbac, kind: "Role", name: role },
      subjects: [{ apiGroup: rbac, kind: "User", name: kubernetesUser(role) }],
    });
  }

  before(async () => {
    plane = await startControlPlane();
    const caches = createCaches(plane.client, { log });
    for (const name of [namespace, systemNamespace])
      await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await plane.client.create(Tenant, {
      apiVersion: "identity.kumulus.cloud/v1alpha1",
      kind: "Tenant",
      metadata: { name: "demo" },
      spec: { domainRef: { name: "default" } },
    });
    await plane.client.patch(Tenant, { name: "demo" }, { status: { namespace } }, { subresource: "status" });
    for (const role of ["reader", "member", "manager", "admin"] as const) await giveRole(role);
    void caches.start(stop.signal);
    await startWebhook({ client: plane.client, caches, log, signal: stop.signal, host: "127.0.0.1", port: 0 });
    // A configuration takes effect in the API server a moment after it is written.
    await eventually(async () =>
      assert.equal((await make("member", Network as Kind, `probe-${Math.random()}`, { shared: true })).status, 403),
    );
  });
  after(async () => {
    stop.abort();
    await plane?.stop();
  });

  it("let a member make what is a member's, and refuse what is an administrator's", async () => {
    assert.equal((await make("member", Network as Kind, "plain", {})).status, 201);
    const refused = await make("member", Network as Kind, "open", { shared: true });
    assert.equal(refused.status, 403);
    assert.match(refused.message, /Network open: spec\.shared is set by an administrator only/);
    assert.equal((await change("manager", Network as Kind, "plain", { spec: { external: true } })).status, 403);
    assert.equal((await change("member", Network as Kind, "plain", { spec: { displayName: "still mine" } })).status, 200);
  });

  it("let an administrator of the project, and the cloud itself, set all of it", async () => {
    assert.equal((await make("admin", Network as Kind, "public", { external: true, shared: true })).status, 201);
    await plane.client.patch(Network, { name: "plain", namespace }, { metadata: { labels: { "kumulus.cloud/id": "7" } } });
  });

  it("keep the ids and finalizers that the cloud relies on", async () => {
    assert.equal((await change("member", Network as Kind, "plain", { metadata: { labels: { "kumulus.cloud/id": "8" } } })).status, 403);
    assert.equal((await make("member", Volume as Kind, "mine", { sizeGiB: 1 }, { labels: { "kumulus.cloud/id": "7" } })).status, 403);
    await plane.client.patch(Network, { name: "plain", namespace }, { metadata: { finalizers: ["network.kumulus.cloud/network"] } });
    const refused = await change("member", Network as Kind, "plain", { metadata: { finalizers: null } });
    assert.match(refused.message, /metadata\.finalizers is set by an administrator only/);
    assert.equal((await change("admin", Network as Kind, "plain", { metadata: { finalizers: null } })).status, 200);
  });

  it("tell managers from members", async () => {
    const spec = { networkRef: { name: "public" }, ipAddress: "172.24.4.99" };
    assert.match((await make("member", FloatingIP as Kind, "chosen", spec)).message, /spec\.ipAddress is set by a manager only/);
    const { message } = await make("manager", FloatingIP as Kind, "chosen", spec);
    assert.doesNotMatch(message, /is set by/);
  });

  it("leave states to the controllers, and objects to those who may write", async () => {
    for (const role of ["reader", "member", "manager", "admin"] as const)
      assert.equal((await change(role, Network as Kind, "plain", { status: { phase: "DOWN" } }, "/status")).status, 403, role);
    assert.equal((await make("reader", Network as Kind, "read-only", {})).status, 403);
  });
});
