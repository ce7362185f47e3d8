// What the identity controllers decide, case by case.
import assert from "node:assert/strict";
import { boundAnnotation, roleAssignmentReferences } from "../../domain/identity/bound.ts";
import { userStatusManager, withPassword, withUpgradedHash } from "../../domain/identity/password-record.ts";
import { boundAnnotation as boundTo, projectLimit, registeredLimit } from "../../domain/quota.ts";
import type { Server } from "../../models/compute/server.ts";
import type { Domain } from "../../models/identity/domain.ts";
import type { RoleAssignment } from "../../models/identity/role-assignment.ts";
import type { Tenant } from "../../models/identity/tenant.ts";
import type { User } from "../../models/identity/user.ts";
import type { KubeObject } from "../../models/kind.ts";
import { controllerName } from "../../operator/controller/define-controller.ts";
import type { Namespace, Secret } from "../../operator/kube/core-kinds.ts";
import { desiredBound } from "./bound.ts";
import { domainCondition } from "./conditions.ts";
import { desiredTenant, hardLimits } from "./tenant/desired.ts";
import { nextTeardownStep, patienceMs } from "./tenant/teardown.ts";
import { desiredUser } from "./user/desired.ts";
import { userController } from "./user/reconciler.ts";

const apiVersion = "identity.kumulus.cloud/v1alpha1" as const;
const domain: Domain = { apiVersion, kind: "Domain", metadata: { name: "acme", uid: "d" }, spec: {} };
const noLimits = { get: () => undefined };
const gone = "2026-01-01T00:00:00Z";

function tenant(name: string, spec: Partial<Tenant["spec"]> = {}): Tenant {
  return { apiVersion, kind: "Tenant", metadata: { name, uid: "t" }, spec: { domainRef: { name: "acme" }, ...spec } };
}
function namespace(metadata: Partial<Namespace["metadata"]> = {}): Namespace {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name: "kumulus-web", ...metadata } };
}

describe("desiredTenant", () => {
  const taken = namespace({ labels: { "kumulus.cloud/tenant": "other" } });
  const cases: [string, Tenant, Namespace | undefined, Domain | undefined, string][] = [
    ["a new tenant gets its parts", tenant("web"), undefined, domain, "Active"],
    ["a namespace that was made before it is taken over", tenant("web"), namespace(), domain, "Active"],
    ["a disabled one keeps its parts and says so", tenant("web", { enabled: false }), undefined, domain, "Disabled"],
    ["no domain", tenant("web"), undefined, undefined, "DomainMissing"],
    ["the old namespace is still going", tenant("web"), namespace({ deletionTimestamp: gone }), domain, "NamespaceTerminating"],
    ["another tenant's namespace", tenant("web"), taken, domain, "NamespaceTaken"],
    ["the cloud's own namespace", tenant("system"), undefined, domain, "NameReserved"],
    ["a name with dots makes no namespace", tenant("a.b"), undefined, domain, "NameInvalid"],
    ["a name that makes a namespace too long", tenant("a".repeat(56)), undefined, domain, "NameInvalid"],
  ];
  for (const [what, object, space, realm, reason] of cases) {
    it(what, () => {
      const plan = desiredTenant(object, { domain: realm, namespace: space, limits: noLimits });
      assert.equal(plan.do === "refuse" ? plan.reason : plan.condition.reason, reason);
    });
  }

  const serversOf = (limits: readonly KubeObject[], spec: Partial<Tenant["spec"]> = {}) => {
    const source = { get: <T extends KubeObject>(_: unknown, name: string) => limits.find(({ metadata }) => metadata.name === name) as T };
    return hardLimits(tenant("web", spec), source)["count/servers.compute.kumulus.cloud"];
  };

  it("counts what the API server can count; -1 is no limit", () => {
    const hard = hardLimits(tenant("web", { quota: { instances: 3, volumes: -1, cores: 7 } }), noLimits);
    assert.equal(hard["count/servers.compute.kumulus.cloud"], "3");
    assert.ok(!("count/volumes.volume.kumulus.cloud" in hard));
    assert.ok("count/routers.network.kumulus.cloud" in hard);
    const spelled = (ports: number) => hardLimits(tenant("web", { quota: { ports } }), noLimits)["count/ports.network.kumulus.cloud"];
    assert.deepEqual([0, 999, 2000, 2500, 3_000_000].map(spelled), ["0", "999", "2k", "2500", "3M"]);
  });

  it("takes the project's Limit, else what the Tenant says, else the registered default", () => {
    const registered = registeredLimit({ serviceType: "compute", resourceName: "servers", defaultLimit: 5 });
    const own = projectLimit(tenant("web"), "instances", 7);
    const former = { ...own, metadata: { ...own.metadata, annotations: { [boundTo]: "another" } } };
    assert.equal(serversOf([]), "10");
    assert.equal(serversOf([registered]), "5");
    assert.equal(serversOf([registered], { quota: { instances: 6 } }), "6");
    assert.equal(serversOf([registered, own], { quota: { instances: 6 } }), "7");
    assert.equal(serversOf([registered, former]), "5", "a Limit that a former project of this name has left");
  });
});

describe("nextTeardownStep", () => {
  const object = (name: string, deletionTimestamp?: string): KubeObject => ({
    apiVersion: "v1",
    kind: "X",
    metadata: { name, ...(deletionTimestamp && { deletionTimestamp }) },
  });
  const step = (objects: Record<string, KubeObject[]>, space: Namespace | undefined = namespace(), elapsedMs = 0) =>
    nextTeardownStep({ namespace: space, elapsedMs, list: (kind) => objects[kind.kind] ?? [] });

  it("deletes servers before what they use", () => {
    const next = step({ Server: [object("vm")], Port: [object("p")], Network: [object("n")] });
    assert.ok(next.do === "delete");
    assert.deepEqual(
      next.objects.map((each) => each.object.metadata.name),
      ["vm"],
    );
  });
  it("waits for what is going before it goes on", () => {
    assert.equal(step({ Server: [object("vm", gone)], Port: [object("p")] }).do, "wait");
  });
  it("deletes ports and volumes together", () => {
    const next = step({ Port: [object("p")], Volume: [object("v"), object("w", gone)] });
    assert.ok(next.do === "delete");
    assert.deepEqual(
      next.objects.map((each) => each.object.metadata.name),
      ["p", "v"],
    );
  });
  it("leaves a network's own port to the network", () => {
    const owner = { apiVersion: "v1", kind: "Network", name: "n", uid: "n", controller: true };
    const port = { ...object("m"), spec: { networkRef: { name: "n" }, deviceOwner: "network:distributed" } };
    const own = { ...port, metadata: { ...port.metadata, ownerReferences: [owner] } };
    const first = (objects: Record<string, KubeObject[]>) => {
      const next = step(objects);
      return next.do === "delete" && next.objects.map((each) => each.object.metadata.name);
    };
    assert.deepEqual(first({ Port: [own], Subnet: [object("s")] }), ["s"]);
    assert.deepEqual(first({ Port: [port], Subnet: [object("s")] }), ["m"], "a user's port that only says so");
  });
  it("deletes the namespace when the stages are empty, or when patience is over", () => {
    assert.equal(step({ Image: [object("i")] }).do, "delete namespace");
    assert.equal(step({ Server: [object("vm", gone)] }, namespace(), patienceMs + 1).do, "delete namespace");
  });
  it("waits for the namespace's end and finishes then", () => {
    assert.equal(step({}, namespace({ deletionTimestamp: gone })).do, "wait");
    assert.equal(nextTeardownStep({ namespace: undefined, elapsedMs: 0, list: () => [] as Server[] }).do, "finish");
  });
});

describe("desiredUser", () => {
  const secret = (hash: string): Secret => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s" },
    data: { hash: Buffer.from(hash).toString("base64") },
  });
  const user = (spec: Partial<User["spec"]> = {}, status?: User["status"]): User => ({
    apiVersion,
    kind: "User",
    metadata: { name: "ada" },
    spec: { domainRef: { name: "acme" }, passwordSecretRef: { name: "s" }, ...spec },
    ...(status && { status }),
  });
  const [before, now] = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"];
  const seen = desiredUser(user(), { domain, secret: secret("one") }, before);

  it("notes the first hash", () => {
    assert.equal(seen.conditions[0]?.reason, "Active");
    assert.equal(seen.passwordChangedAt, before);
  });
  it("keeps the time while the hash stays, whatever the line end", () => {
    const again = desiredUser(user({}, { ...seen, conditions: [] }), { domain, secret: secret("one\n") }, now);
    assert.deepEqual(again, seen);
  });
  it("takes a better hash of the same password for no change", () => {
    const data = withUpgradedHash(secret("one").data, "hash", "better", before);
    assert.deepEqual(desiredUser(user({}, { ...seen, conditions: [] }), { domain, secret: { ...secret(""), data } }, now), seen);
  });
  it("shows when the password expires", () => {
    const data = withPassword({}, "hash", { hash: "h", createdAt: before, expiresAt: now, remembered: 0 });
    assert.equal(desiredUser(user(), { domain, secret: { ...secret(""), data } }, now).passwordExpiresAt, now);
  });
  it("notes when it was disabled, once, and keeps that when it is enabled again", () => {
    const first = desiredUser(user({ enabled: false }, { conditions: [] }), { domain, secret: secret("one") }, before);
    const status = { ...first, conditions: first.conditions.map((each) => ({ ...each, lastTransitionTime: before })) };
    const disabledAt = (enabled: boolean) => desiredUser(user({ enabled }, status), { domain, secret: secret("one") }, now).disabledAt;
    assert.deepEqual([first.disabledAt, disabledAt(false), disabledAt(true), seen.disabledAt], [before, before, before, undefined]);
  });
  it("is written under the name that the API uses too", () => {
    assert.equal(userStatusManager, `kumulus-${controllerName(userController)}`);
  });
  it("moves the time with the hash, and with its loss", () => {
    const status = { ...seen, conditions: [] };
    assert.equal(desiredUser(user({}, status), { domain, secret: secret("two") }, now).passwordChangedAt, now);
    const lost = desiredUser(user({}, status), { domain, secret: undefined }, now);
    assert.deepEqual([lost.passwordChangedAt, lost.passwordFingerprint, lost.conditions[0]?.reason], [now, undefined, "PasswordMissing"]);
  });
  it("says why nobody can log in", () => {
    const reason = (object: User, realm: Domain | undefined) =>
      desiredUser(object, { domain: realm, secret: secret("one") }, now).conditions[0]?.reason;
    assert.equal(reason(user(), undefined), "DomainMissing");
    assert.equal(reason(user({ enabled: false }), domain), "Disabled");
    const { passwordSecretRef: _, ...spec } = user().spec;
    assert.equal(reason({ ...user(), spec }, domain), "NoPassword");
  });
});

describe("desiredBound", () => {
  const assignment = (boundTo?: string): RoleAssignment => ({
    apiVersion,
    kind: "RoleAssignment",
    metadata: { name: "x", ...(boundTo !== undefined && { annotations: { [boundAnnotation]: boundTo } }) },
    spec: { roleRef: { name: "r" }, userRef: { name: "u" }, system: true },
  });
  const named = (uid: string | undefined, more: { deletionTimestamp?: string } = {}) => [
    domain,
    uid === undefined ? undefined : { apiVersion, kind: "User", metadata: { name: "u", uid, ...more } },
  ];
  const cases: [string, RoleAssignment, ReturnType<typeof named>, string][] = [
    ["binds when all is there", assignment(), named("u1"), "bind"],
    ["waits for what was never there", assignment(), named(undefined), "wait"],
    ["does not bind to what is going", assignment(), named("u1", { deletionTimestamp: gone }), "wait"],
    ["stays bound", assignment("d,u1"), named("u1"), "bind"],
    ["ends with what it was bound to", assignment("d,u1"), named(undefined), "delete"],
    ["ends when that is going", assignment("d,u1"), named("u1", { deletionTimestamp: gone }), "delete"],
    ["gives nothing to another of the same name", assignment("d,u1"), named("u2"), "delete"],
  ];
  for (const [what, object, seen, action] of cases)
    it(what, () => assert.equal(desiredBound(object, roleAssignmentReferences(object), seen).do, action));
});

describe("domainCondition", () => {
  it("asks only for a domain that is named", () => {
    assert.equal(domainCondition(undefined, undefined, "Good.").status, "True");
    assert.equal(domainCondition({ name: "acme" }, undefined, "Good.").reason, "DomainMissing");
    assert.equal(domainCondition({ name: "acme" }, domain, "Good.").status, "True");
  });
});
