// What people of a project may do with kubectl, asked of the real authorizer: just what the APIs' policies let their roles do.
import assert from "node:assert/strict";
import { type Auth, anonymous } from "../api/http/auth.ts";
import { Policy, withImpliedRoles } from "../api/http/policy.ts";
import { offlineServices } from "../api/testing/offline-services.ts";
import { identityControllers } from "../controllers/identity/controllers.ts";
import { systemNamespace } from "../domain/id.ts";
import { kindRules, kubernetesUser, restricted, type StandardRole, standardRoles, verbsOf } from "../domain/identity/tenant-rights.ts";
import { Domain } from "../models/identity/domain.ts";
import { Group } from "../models/identity/group.ts";
import { ImpliedRole } from "../models/identity/implied-role.ts";
import { Role } from "../models/identity/role.ts";
import { RoleAssignment, type RoleAssignmentSpec } from "../models/identity/role-assignment.ts";
import { Tenant } from "../models/identity/tenant.ts";
import { User } from "../models/identity/user.ts";
import { kumulusKinds } from "../models/kinds.ts";
import { createCaches } from "../operator/cache/caches.ts";
import { Namespace } from "../operator/kube/core-kinds.ts";
import { createLog } from "../operator/log.ts";
import { createManager } from "../operator/manager.ts";
import { createMetrics } from "../operator/metrics.ts";
import { type ControlPlane, startControlPlane } from "../operator/testing/control-plane.ts";
import { eventually } from "../operator/testing/eventually.ts";

const apiVersion = "identity.kumulus.cloud/v1alpha1" as const;
const domainRef = { name: "default" };
const log = createLog({ name: "test", level: "error" });
const allVerbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"] as const;
/** What the API would say to the same deed in one's own project. */
const policies = new Map(offlineServices().map(({ name, policies: table }) => [name, new Policy(table)]));

function apiSays(role: StandardRole | undefined, kind: (typeof kindRules)[number], verb: string): boolean {
  const deed = (Object.keys(verbsOf) as (keyof typeof verbsOf)[]).find((each) => (verbsOf[each] as readonly string[]).includes(verb));
  const rule = deed && kind.rules[deed];
  if (!rule) return false;
  const project = { id: "p", name: "web", tenant: "web", namespace: "kumulus-web", domainId: "default" };
  const auth: Auth = { ...anonymous, userId: "u", roles: withImpliedRoles(role ? [role] : []), isAdmin: role === "admin", project };
  return policies.get(kind.service)?.allows(rule, auth) ?? assert.fail(`there is no service ${kind.service}`);
}

describe("what people of a project may do with kubectl", function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  const abort = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const assign = (name: string, spec: RoleAssignmentSpec) =>
    plane.client.create(RoleAssignment, { apiVersion, kind: "RoleAssignment", metadata: { name }, spec });
  const makeUser = (name: string, groups: string[] = []) =>
    plane.client.create(User, {
      apiVersion,
      kind: "User",
      metadata: { name },
      spec: { domainRef, groupRefs: groups.map((each) => ({ name: each })) },
    });
  const makeTenant = (name: string, parent?: string) =>
    plane.client.create(Tenant, {
      apiVersion,
      kind: "Tenant",
      metadata: { name },
      spec: { domainRef, ...(parent && { parentRef: { name: parent } }) },
    });

  async function may(user: string, verb: string, group: string, resource: string, namespace = "kumulus-web"): Promise<boolean> {
    const review = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: { user: kubernetesUser(user), resourceAttributes: { verb, group, resource, namespace } },
    };
    const { body } = await plane.client.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review);
    return (body as { status: { allowed: boolean } }).status.allowed;
  }
  const readsServers = (user: string, namespace?: string) => may(user, "list", "compute.kumulus.cloud", "servers", namespace);
  const writesServers = (user: string) => may(user, "create", "compute.kumulus.cloud", "servers");

  before(async () => {
    plane = await startControlPlane({ controllers: ["namespace-controller"] });
    const caches = createCaches(plane.client, { log });
    const manager = createManager({ client: plane.client, caches, controllers: identityControllers(), log, metrics: createMetrics() });
    running = manager.run(abort.signal);
    await plane.client.create(Namespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: systemNamespace } });
    await plane.client.create(Domain, { apiVersion, kind: "Domain", metadata: { name: "default" }, spec: {} });
    for (const name of [...standardRoles, "service", "auditor"]) {
      await plane.client.create(Role, { apiVersion, kind: "Role", metadata: { name }, spec: {} });
    }
    for (const [prior, implied] of [
      ["admin", "manager"],
      ["manager", "member"],
      ["member", "reader"],
    ] as const) {
      const spec = { priorRoleRef: { name: prior }, impliedRoleRef: { name: implied } };
      await plane.client.create(ImpliedRole, { apiVersion, kind: "ImpliedRole", metadata: { name: `${prior}-${implied}` }, spec });
    }
    for (const name of ["web", "other"]) await makeTenant(name);
    for (const role of standardRoles) {
      await makeUser(role);
      await assign(`${role}-web`, { roleRef: { name: role }, userRef: { name: role }, tenantRef: { name: "web" } });
    }
    await makeUser("foreign");
    await assign("foreign", { roleRef: { name: "admin" }, userRef: { name: "foreign" }, tenantRef: { name: "other" } });
    await makeUser("service");
    await assign("service", { roleRef: { name: "service" }, userRef: { name: "service" }, tenantRef: { name: "web" } });
    await eventually(async () => {
      for (const role of standardRoles) assert.ok(await readsServers(role), role);
      assert.ok(await readsServers("foreign", "kumulus-other"));
    });
  });
  after(async () => {
    abort.abort();
    await running;
    await plane?.stop();
  });

  it("names every kind of a project", () => {
    const namespaced = kumulusKinds.filter((kind) => kind.namespaced).map(({ kind }) => kind);
    assert.deepEqual(kindRules.map(({ kind }) => kind.kind).sort(), namespaced.sort());
  });

  for (const role of standardRoles) {
    it(`${role}: each verb on each kind as the API says`, async () => {
      for (const each of kindRules) {
        const { group, plural, kind } = each.kind;
        for (const verb of allVerbs) {
          assert.equal(await may(role, verb, group, plural), apiSays(role, each, verb), `${role} ${verb} ${kind}`);
          for (const part of ["status", "finalizers"])
            assert.equal(await may(role, verb, group, `${plural}/${part}`), false, `${verb} ${kind}/${part}`);
        }
      }
    });
  }

  it("is nothing for holders of other roles and for other projects' administrators", async () => {
    for (const user of ["service", "foreign", "nobody"]) {
      for (const { kind } of kindRules) {
        for (const verb of allVerbs) assert.equal(await may(user, verb, kind.group, kind.plural), false, `${user} ${verb} ${kind.kind}`);
      }
    }
  });

  it("is nothing beyond the cloud's kinds", async () => {
    for (const [group, resource] of [
      ["", "secrets"],
      ["", "configmaps"],
      ["", "pods"],
      ["rbac.authorization.k8s.io", "rolebindings"],
      ["kubevirt.io", "virtualmachines"],
      ["identity.kumulus.cloud", "tenants"],
      ["identity.kumulus.cloud", "users"],
    ] as const) {
      for (const verb of allVerbs) assert.equal(await may("admin", verb, group, resource), false, `${verb} ${resource}`);
    }
  });

  it("tells managers and administrators from members", async () => {
    const { group, resource, manager, administrator } = restricted;
    const has = (verb: string) => Promise.all(standardRoles.map((role) => may(role, verb, group, resource)));
    assert.deepEqual(await has(manager), [false, false, true, true]);
    assert.deepEqual(await has(administrator), [false, false, false, true]);
  });

  it("ends with the role, with the membership of a group, and with the user's being enabled", async () => {
    await plane.client.create(Group, { apiVersion, kind: "Group", metadata: { name: "team" }, spec: { domainRef } });
    await makeUser("ada", ["team"]);
    await makeUser("bob", ["team"]);
    await assign("team-web", { roleRef: { name: "member" }, groupRef: { name: "team" }, tenantRef: { name: "web" } });
    await eventually(async () => assert.deepEqual([await writesServers("ada"), await writesServers("bob")], [true, true]));
    await plane.client.patch(User, { name: "ada" }, { spec: { groupRefs: [] } });
    await eventually(async () => assert.deepEqual([await readsServers("ada"), await writesServers("bob")], [false, true]));
    await plane.client.patch(User, { name: "bob" }, { spec: { enabled: false } });
    await eventually(async () => assert.equal(await readsServers("bob"), false));
    await plane.client.patch(User, { name: "bob" }, { spec: { enabled: true } });
    await eventually(async () => assert.ok(await writesServers("bob")));
    await plane.client.delete(RoleAssignment, { name: "team-web" });
    await eventually(async () => assert.equal(await readsServers("bob"), false));
  });

  it("follows roles that come with others, and roles that projects inherit", async () => {
    await makeUser("cyd");
    await makeTenant("shop", "web");
    await assign("cyd-below-web", { roleRef: { name: "auditor" }, userRef: { name: "cyd" }, tenantRef: { name: "web" }, inherited: true });
    const spec = { priorRoleRef: { name: "auditor" }, impliedRoleRef: { name: "reader" } };
    await plane.client.create(ImpliedRole, { apiVersion, kind: "ImpliedRole", metadata: { name: "auditor-reader" }, spec });
    await eventually(async () => assert.ok(await readsServers("cyd", "kumulus-shop")));
    assert.equal(await readsServers("cyd"), false, "an inherited role does not hold on the project itself");
    await plane.client.delete(ImpliedRole, { name: "auditor-reader" });
    await eventually(async () => assert.equal(await readsServers("cyd", "kumulus-shop"), false));
  });

  it("is never handed on to a later user of the same name", async () => {
    await makeUser("dan");
    await assign("dan-web", { roleRef: { name: "member" }, userRef: { name: "dan" }, tenantRef: { name: "web" } });
    await eventually(async () => assert.ok(await writesServers("dan")));
    await plane.client.delete(User, { name: "dan" });
    await makeUser("dan");
    await eventually(() => assert.rejects(plane.client.get(RoleAssignment, { name: "dan-web" }), { code: "NotFound" }));
    await eventually(async () => assert.equal(await readsServers("dan"), false));
  });
});
