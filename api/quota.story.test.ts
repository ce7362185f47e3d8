// One limit, seen and set through every API: Keystone's limits, the quotas of Nova, Neutron and Cinder, and kubectl.
import assert from "node:assert/strict";
import { idOf } from "../domain/id.ts";
import { Limit } from "../models/identity/limit.ts";
import { RegisteredLimit } from "../models/identity/registered-limit.ts";
import { Tenant } from "../models/identity/tenant.ts";
import { Volume } from "../models/volume/volume.ts";
import { VolumeType } from "../models/volume/volume-type.ts";
import { eventually } from "../operator/testing/eventually.ts";
import { startTestCloud, type TestCloud } from "./testing/cloud.ts";

type Body = Record<string, Record<string, unknown> & unknown[]>;
const group = "identity.kumulus.cloud/v1alpha1" as const;

describe("quotas", function () {
  this.timeout(120_000);
  let cloud: TestCloud;
  let tokens: Record<"admin" | "demo", string>;
  let project: string;
  let adminProject: string;
  const services = new Map<string, string>();

  const call = async (method: string, path: string, body?: object, as: "admin" | "demo" = "admin", headers = {}) => {
    const answer = await fetch(`${cloud.api.url}${path}`, {
      method,
      headers: { "x-auth-token": tokens[as], ...(body && { "content-type": "application/json" }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text ? JSON.parse(text) : {}) as Body };
  };
  const nova = (path = "") => `/compute/v2.1/os-quota-sets/${project}${path}`;
  const neutron = (path = "") => `/network/v2.0/quotas/${project}${path}`;
  const cinder = (path = "") => `/volume/v3/${adminProject}/os-quota-sets/${project}${path}`;
  const fault = (body: Body) => String(Object.values(body)[0]?.message);

  before(async () => {
    cloud = await startTestCloud();
    tokens = { admin: await cloud.token("admin"), demo: await cloud.token("demo") };
    project = idOf(await cloud.client.get(Tenant, { name: "demo" }));
    adminProject = idOf(await cloud.client.get(Tenant, { name: "admin" }));
    const { body } = await call("GET", "/identity/v3/services");
    for (const { type, id } of (body.services ?? []) as unknown as { type: string; id: string }[]) services.set(type, id);
  });
  after(() => cloud?.stop());

  it("registers limits, all or none, and lets nobody but administrators do it", async () => {
    const one = { service_id: services.get("compute"), resource_name: "class:VCPU", default_limit: 40, description: "cores" };
    const post = (entries: object[], as: "admin" | "demo" = "admin") =>
      call("POST", "/identity/v3/registered_limits", { registered_limits: entries }, as);
    assert.equal((await post([one], "demo")).status, 403);
    const made = await post([one]);
    assert.equal(made.status, 201);
    const [shown] = made.body.registered_limits as unknown as Record<string, unknown>[];
    const { links: _links, id, ...fields } = shown ?? {};
    assert.deepEqual(fields, { ...one, region_id: null });
    assert.equal((await cloud.client.get(RegisteredLimit, { name: "compute.class-vcpu" })).spec.defaultLimit, 40);
    const other = { ...one, resource_name: "widgets" };
    assert.equal((await post([other, one])).status, 409);
    assert.equal((await call("GET", "/identity/v3/registered_limits?resource_name=widgets")).body.registered_limits?.length, 0);
    const strange = await post([{ ...other, service_id: "none" }]);
    assert.deepEqual([strange.status, fault(strange.body).slice(0, 53)], [400, "Expecting to find service_id in registered_limit. The"]);
    assert.equal((await post([{ ...other, region_id: "RegionOne" }])).status, 201);
    const changed = await call("PATCH", `/identity/v3/registered_limits/${id}`, { registered_limit: { default_limit: 30 } });
    assert.equal(changed.body.registered_limit?.default_limit, 30);
    assert.equal((await call("GET", nova(), undefined, "demo")).body.quota_set?.cores, 30, "Nova's default");
    const renamed = await call("PATCH", `/identity/v3/registered_limits/${id}`, { registered_limit: { resource_name: "class:VGPU" } });
    assert.deepEqual([renamed.body.registered_limit?.id, renamed.body.registered_limit?.resource_name], [id, "class:VGPU"]);
    assert.equal((await call("DELETE", `/identity/v3/registered_limits/${id}`)).status, 204);
    assert.equal((await call("GET", `/identity/v3/registered_limits/${id}`)).status, 404);
    assert.equal((await call("GET", "/identity/v3/limits/model")).body.model?.name, "flat");
  });

  it("gives projects and domains limits of their own", async () => {
    const service_id = services.get("compute");
    const post = (entry: object) => call("POST", "/identity/v3/limits", { limits: [entry] });
    const wanted = { service_id, project_id: project, resource_name: "servers", resource_limit: 3 };
    const early = await post(wanted);
    assert.deepEqual([early.status, fault(early.body)], [403, "Unable to create a limit that has no corresponding registered limit."]);
    const registered = await call("POST", "/identity/v3/registered_limits", {
      registered_limits: [{ service_id, resource_name: "servers", default_limit: 10 }],
    });
    const [{ id: registeredId = "" } = {}] = registered.body.registered_limits as unknown as { id?: string }[];
    const made = await post(wanted);
    assert.equal(made.status, 201);
    const [{ id = "", ...limit } = {}] = made.body.limits as unknown as { id?: string; resource_limit?: number; project_id?: string }[];
    assert.deepEqual([limit.resource_limit, limit.project_id], [3, project]);
    assert.equal((await post(wanted)).status, 409);
    assert.equal((await post({ ...wanted, project_id: "none" })).status, 400);
    assert.equal((await post({ ...wanted, domain_id: "default" })).status, 400);
    assert.equal((await post({ service_id, domain_id: "default", resource_name: "servers", resource_limit: 50 })).status, 201);
    assert.equal((await call("GET", nova(), undefined, "demo")).body.quota_set?.instances, 3);
    const seen = async (as: "admin" | "demo") => (await call("GET", "/identity/v3/limits", undefined, as)).body.limits?.length;
    assert.deepEqual([await seen("admin"), await seen("demo")], [2, 1]);
    assert.equal((await call("GET", `/identity/v3/limits/${id}`, undefined, "demo")).status, 200);
    assert.equal((await call("PATCH", `/identity/v3/limits/${id}`, { limit: { resource_limit: 4 } }, "demo")).status, 403);
    assert.equal((await call("PATCH", `/identity/v3/limits/${id}`, { limit: { resource_limit: 4 } })).body.limit?.resource_limit, 4);
    const held = await call("DELETE", `/identity/v3/registered_limits/${registeredId}`);
    assert.equal(held.status, 403);
    assert.match(fault(held.body), /because there are project limits associated with it/);
    assert.equal((await call("DELETE", `/identity/v3/limits/${id}`)).status, 204);
    assert.equal((await call("GET", nova(), undefined, "demo")).body.quota_set?.instances, 10);
  });

  it("shows and sets the same through Nova, and goes back to the defaults", async () => {
    assert.equal((await call("PUT", nova(), { quota_set: { cores: 7 } }, "demo")).status, 403);
    const put = await call("PUT", nova(), { quota_set: { cores: 7, metadata_items: 5, floating_ips: 9 } });
    assert.deepEqual([put.body.quota_set?.cores, put.body.quota_set?.floating_ips], [7, 9]);
    assert.equal((await cloud.client.get(Limit, { name: "project.demo.compute.class-vcpu" })).spec.resourceLimit, 7);
    assert.equal((await call("GET", neutron())).body.quota?.floatingip, 9);
    const limits = await call("GET", "/compute/v2.1/limits", undefined, "demo");
    const absolute = limits.body.limits?.absolute as Record<string, number>;
    assert.deepEqual([absolute.maxTotalCores, absolute.maxServerMeta], [7, 5]);
    assert.equal((await call("DELETE", nova())).status, 202);
    assert.equal((await call("GET", nova())).body.quota_set?.cores, 20);
    assert.equal((await call("GET", neutron())).body.quota?.floatingip, 9, "Neutron's limits are Neutron's");
    const classes = "/compute/v2.1/os-quota-class-sets/default";
    assert.equal((await call("PUT", classes, { quota_class_set: { ram: 4096 } })).body.quota_class_set?.ram, 4096);
    assert.equal((await call("GET", nova("/defaults"), undefined, "demo")).body.quota_set?.ram, 4096);
  });

  it("takes a limit below what is there only by force", async () => {
    const network = await call("POST", "/network/v2.0/networks", { network: { name: "n" } }, "demo");
    assert.equal(network.status, 201);
    const low = await call("PUT", neutron(), { quota: { network: 0 } });
    assert.deepEqual([low.status, fault(low.body)], [400, "Quota limit 0 for network must be greater than or equal to already used 1"]);
    assert.equal((await call("PUT", neutron(), { quota: { network: 0, force: true } })).body.quota?.network, 0);
    const listed = (await call("GET", "/network/v2.0/quotas")).body.quotas as unknown as { project_id: string }[];
    assert.deepEqual(
      listed.map((each) => each.project_id).filter((each) => each === project),
      [project],
    );
    assert.equal((await call("DELETE", neutron())).status, 204);
    assert.deepEqual((await call("GET", neutron())).body, (await call("GET", neutron("/default"))).body);
  });

  it("has Cinder's limits of each volume type", async () => {
    const spec = { displayName: "Fast", storageClassName: "local" };
    await cloud.client.create(VolumeType, {
      apiVersion: "volume.kumulus.cloud/v1alpha1",
      kind: "VolumeType",
      metadata: { name: "fast" },
      spec,
    });
    const metadata = { name: "v", namespace: "kumulus-demo" };
    const volume = { sizeGiB: 3, volumeTypeRef: { name: "fast" } };
    await cloud.client.create(Volume, { apiVersion: "volume.kumulus.cloud/v1alpha1", kind: "Volume", metadata, spec: volume });
    await eventually(async () => {
      const { body } = await call("GET", `${cinder()}?usage=True`);
      assert.deepEqual(body.quota_set?.gigabytes_Fast, { limit: -1, in_use: 3, reserved: 0 });
    });
    const put = await call("PUT", cinder(), { quota_set: { gigabytes_Fast: 2, volumes: 4 } });
    assert.deepEqual([put.status, put.body.quota_set?.gigabytes_Fast, put.body.quota_set?.volumes], [200, 2, 4]);
    assert.equal((await call("PUT", `${cinder()}?skip_validation=False`, { quota_set: { gigabytes: 2 } })).status, 400);
    const bad = await call("PUT", cinder(), { quota_set: { gigabytes_slow: 2 } });
    assert.deepEqual([bad.status, fault(bad.body)], [400, "Bad key(s) in quota set: gigabytes_slow"]);
    assert.equal((await cloud.client.get(Limit, { name: "project.demo.volume.gigabytes-fast" })).spec.resourceLimit, 2);
    assert.equal((await call("DELETE", cinder())).status, 200);
    assert.equal((await call("GET", cinder())).body.quota_set?.gigabytes_Fast, -1);
  });

  it("lets a Limit win over what the Tenant says, and deletion give up both", async () => {
    await cloud.client.patch(Tenant, { name: "demo" }, { spec: { quota: { routers: 2 } } });
    await eventually(async () => assert.equal((await call("GET", neutron())).body.quota?.router, 2));
    await call("PUT", neutron(), { quota: { router: 3 } });
    assert.equal((await call("GET", neutron())).body.quota?.router, 3);
    await call("DELETE", neutron());
    assert.equal((await call("GET", neutron())).body.quota?.router, 10);
    assert.equal((await cloud.client.get(Tenant, { name: "demo" })).spec.quota?.routers, undefined);
  });

  it("insists on the names by which limits are found", async () => {
    const spec = { serviceType: "compute", resourceName: "class:PCPU", defaultLimit: 1 };
    const registered = (name: string): RegisteredLimit => ({ apiVersion: group, kind: "RegisteredLimit", metadata: { name }, spec });
    await assert.rejects(cloud.client.create(RegisteredLimit, registered("pcpu")), /the name must be made of serviceType/);
    await cloud.client.create(RegisteredLimit, registered("compute.class-pcpu"));
    const limit = (name: string): Limit => ({
      apiVersion: group,
      kind: "Limit",
      metadata: { name },
      spec: { registeredLimitRef: { name: "compute.class-pcpu" }, tenantRef: { name: "demo" }, resourceLimit: 1 },
    });
    await assert.rejects(cloud.client.create(Limit, limit("pcpu")), /the name must be project/);
    await cloud.client.create(Limit, limit("project.demo.compute.class-pcpu"));
  });
});
