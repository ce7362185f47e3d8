// What ends with what, on a real API server: domains with their contents, groups with their memberships, bindings with what they name.
import assert from "node:assert/strict";
import { systemNamespace } from "../../domain/id.ts";
import { boundAnnotation } from "../../domain/identity/bound.ts";
import { Domain } from "../../models/identity/domain.ts";
import { Endpoint } from "../../models/identity/endpoint.ts";
import { Group } from "../../models/identity/group.ts";
import { ImpliedRole } from "../../models/identity/implied-role.ts";
import { Region } from "../../models/identity/region.ts";
import { Role } from "../../models/identity/role.ts";
import { RoleAssignment } from "../../models/identity/role-assignment.ts";
import { Service } from "../../models/identity/service.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { User } from "../../models/identity/user.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import { createCaches } from "../../operator/cache/caches.ts";
import { readyOf } from "../../operator/controller/status.ts";
import { Namespace } from "../../operator/kube/core-kinds.ts";
import { createLog } from "../../operator/log.ts";
import { createManager } from "../../operator/manager.ts";
import { createMetrics } from "../../operator/metrics.ts";
import { type ControlPlane, startControlPlane } from "../../operator/testing/control-plane.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { identityControllers } from "./controllers.ts";

const log = createLog({ name: "test", level: "error" });
const domainRef = { name: "acme" };

describe("what ends with a domain, a group, a role", function () {
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

  async function made<T extends KubeObject & { spec: object }>(kind: Kind<T>, name: string, spec: T["spec"], isReady = true): Promise<T> {
    await plane.client.create(kind, {
      apiVersion: `${kind.group}/${kind.version}`,
      kind: kind.kind,
      metadata: { name },
      spec,
    } as unknown as T);
    return eventually(async () => {
      const object = await plane.client.get(kind, { name });
      assert.equal(readyOf(object)?.status, isReady ? "True" : "False");
      return object;
    });
  }
  const isGone = (kind: Kind, name: string) => eventually(() => assert.rejects(plane.client.get(kind, { name }), { code: "NotFound" }));

  it("lets a group's members out before it goes", async () => {
    await made(Domain, "acme", {});
    await made(Group, "ops", { domainRef });
    const spec = { domainRef, groupRefs: [{ name: "ops" }, { name: "dev" }] };
    for (const name of ["ada", "bob"]) await made(User, name, spec);
    await plane.client.delete(Group, { name: "ops" });
    await isGone(Group as Kind, "ops");
    for (const name of ["ada", "bob"]) assert.deepEqual((await plane.client.get(User, { name })).spec.groupRefs, [{ name: "dev" }]);
  });

  it("ends implied roles and grants to groups with what they name", async () => {
    await made(Group, "dev", { domainRef });
    for (const name of ["cook", "eater"]) await made(Role, name, {});
    await made(ImpliedRole, "cook-eats", { priorRoleRef: { name: "cook" }, impliedRoleRef: { name: "eater" } });
    await made(RoleAssignment, "dev-cooks", { roleRef: { name: "cook" }, groupRef: { name: "dev" }, domainRef });
    await plane.client.delete(Role, { name: "eater" });
    await isGone(ImpliedRole as Kind, "cook-eats");
    await plane.client.delete(Group, { name: "dev" });
    await isGone(RoleAssignment as Kind, "dev-cooks");
  });

  it("ties a project to its very parent, and refuses to move it", async () => {
    await made(Tenant, "child", { domainRef, parentRef: { name: "parent" } });
    const parent = await made(Tenant, "parent", { domainRef });
    await eventually(async () => {
      const child = await plane.client.get(Tenant, { name: "child" });
      assert.equal(child.metadata.annotations?.[boundAnnotation], parent.metadata.uid);
    });
    const move = plane.client.patch(Tenant, { name: "child" }, { spec: { parentRef: { name: "other" } } });
    await assert.rejects(move, { code: "Invalid" });
  });

  it("says what an endpoint and a region wait for", async () => {
    await made(Endpoint, "dns-public", { serviceRef: { name: "dns" }, interface: "public", url: "https://dns.example" }, false);
    await made(Service, "dns", { type: "dns" });
    await made(Region, "north", { parentRegionRef: { name: "world" } }, false);
    await made(Region, "world", {});
    for (const [kind, name] of [
      [Endpoint, "dns-public"],
      [Region, "north"],
    ] as [Kind, string][]) {
      await eventually(async () => assert.equal(readyOf(await plane.client.get(kind, { name }))?.status, "True"));
    }
  });

  it("keeps what is immutable as it is until that is taken away", async () => {
    await made(Role, "rock", { immutable: true });
    const change = (spec: object) => plane.client.patch(Role, { name: "rock" }, { spec });
    await assert.rejects(change({ description: "soft" }), { code: "Invalid" });
    await change({ immutable: false, description: "soft" });
  });

  it("takes all that belongs to a domain with it", async () => {
    await made(Role, "own", { domainRef });
    await made(Group, "last", { domainRef });
    await plane.client.delete(Domain, { name: "acme" });
    await isGone(Domain as Kind, "acme");
    for (const kind of [Tenant, User, Group] as Kind[]) assert.deepEqual(await plane.client.list(kind), [], kind.kind);
    assert.deepEqual((await plane.client.list(Role)).map(({ metadata }) => metadata.name).sort(), ["cook", "rock"]);
    await assert.rejects(plane.client.get(Namespace, { name: "kumulus-parent" }), { code: "NotFound" });
  });
});
