// Services, endpoints, regions and what else Keystone keeps for others, through its API on a real kube-apiserver.
import assert from "node:assert/strict";
import { systemNamespace } from "../../domain/id.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import { startTestCloud, type TestCloud } from "../testing/cloud.ts";
import { identityClient } from "../testing/identity-client.ts";

interface Entry {
  id: string;
  type: string;
  name: string;
  endpoints: { id: string; interface: string; region: string; url: string }[];
}

describe("the catalog", function () {
  this.timeout(120_000);
  let cloud: TestCloud;
  const tokens = { admin: "", demo: "" };
  const admin = identityClient(
    () => cloud,
    () => tokens.admin,
  );
  const demo = identityClient(
    () => cloud,
    () => tokens.demo,
  );
  before(async () => {
    cloud = await startTestCloud();
    tokens.admin = await cloud.token("admin");
    tokens.demo = await cloud.token("demo");
  });
  after(() => cloud?.stop());

  const entry = async (type: string, client = demo): Promise<Entry | undefined> =>
    (await client.get("auth/catalog")).catalog.find((each: Entry) => each.type === type);
  const service = async (type: string): Promise<string> =>
    (await admin.post("services", { service: { type, name: `${type}d` } })).service.id;
  const endpoint = async (more: object): Promise<string> =>
    (await admin.post("endpoints", { endpoint: { interface: "public", url: "https://x.example", ...more } })).endpoint.id;

  it("has a service with its endpoints from their making to their end", async () => {
    const id = await service("dns");
    await demo.post("services", { service: { type: "dns" } }, 403);
    assert.deepEqual((await entry("dns"))?.endpoints, []);
    await admin.post("endpoints", { endpoint: { service_id: id, interface: "odd", url: "x" } }, 400);
    await admin.post("endpoints", { endpoint: { service_id: id, interface: "public", url: "https://x/$(secret)s" } }, 400);
    await admin.post("endpoints", { endpoint: { service_id: id, interface: "public", url: "https://x", enabled: "True" } }, 400);
    await admin.post("endpoints", { endpoint: { service_id: id, interface: "public", url: "https://x", region_id: "nowhere" } }, 400);
    const own = await endpoint({ service_id: id, region: "South", url: "https://dns.example/%(tenant_id)s" });
    assert.equal((await admin.get("regions/South")).region.id, "South");
    const project = (await demo.get("auth/projects")).projects[0].id;
    assert.deepEqual((await entry("dns"))?.endpoints, [
      { id: own, interface: "public", region: "South", region_id: "South", url: `https://dns.example/${project}` },
    ]);
    const { endpoint: changed } = await admin.patch(`endpoints/${own}`, { endpoint: { interface: "internal", enabled: false } });
    assert.deepEqual([changed.interface, changed.enabled, changed.service_id], ["internal", false, id]);
    assert.deepEqual((await entry("dns"))?.endpoints, []);
    await admin.delete("regions/South", 403);
    await admin.patch(`services/${id}`, { service: { enabled: false, description: "Names" } });
    assert.equal(await entry("dns"), undefined);
    assert.equal((await admin.get(`services/${id}`)).service.description, "Names");
    await admin.delete(`services/${id}`);
    await admin.get(`endpoints/${own}`, 404);
    await admin.delete("regions/South");
    await admin.get("regions/South", 404);
  });

  it("lets what is built in be renamed, moved and disabled, and not deleted", async () => {
    const image = await entry("image");
    assert.equal(image?.endpoints.length, 3);
    const [first] = image.endpoints;
    await admin.patch(`services/${image.id}`, { service: { name: "pictures" } });
    assert.deepEqual([(await entry("image"))?.name, (await entry("image"))?.id], ["pictures", image.id]);
    await admin.patch(`endpoints/${first?.id}`, { endpoint: { url: "https://images.example" } });
    const moved = await entry("image");
    assert.deepEqual([moved?.endpoints.length, moved?.endpoints.find(({ id }) => id === first?.id)?.url], [3, "https://images.example"]);
    const standIn = await endpoint({ service_id: image.id, interface: "internal", region_id: "RegionOne", url: "/image" });
    const internal = (await entry("image"))?.endpoints.find((each) => each.interface === "internal");
    assert.deepEqual([internal?.id, internal?.url], [standIn, `${cloud.api.url}/image`]);
    await admin.patch(`endpoints/${first?.id}`, { endpoint: { enabled: false } });
    assert.equal((await entry("image"))?.endpoints.length, 2);
    await admin.delete(`endpoints/${first?.id}`, 403);
    await admin.delete(`services/${image.id}`, 403);
    await admin.delete("regions/RegionOne", 403);
    await admin.delete(`endpoints/${standIn}`);
    await admin.patch(`services/${image.id}`, { service: { enabled: false } });
    assert.equal(await entry("image"), undefined);
  });

  it("keeps regions in a tree", async () => {
    await admin.put("regions/World", { region: { description: "All" } }, 201);
    await admin.put("regions/World", { region: {} }, 409);
    const { region: part } = await admin.post("regions", { region: { parent_region_id: "World" } });
    assert.equal(part.parent_region_id, "World");
    assert.deepEqual((await admin.get("regions?parent_region_id=World")).regions, [part]);
    await admin.patch("regions/World", { region: { parent_region_id: part.id } }, 400);
    await admin.post("regions", { region: { parent_region_id: "Mars" } }, 404);
    assert.equal((await admin.patch("regions/RegionOne", { region: { description: "Here" } })).region.description, "Here");
    assert.equal((await demo.get("regions")).regions.length, 3);
    await admin.delete("regions/World");
    await admin.get(`regions/${part.id}`, 404);
  });

  it("limits a project's catalog to the endpoints that name it", async () => {
    const project = (await demo.get("auth/projects")).projects[0].id;
    const id = await service("metering");
    const [one, two] = [await endpoint({ service_id: id }), await endpoint({ service_id: id, interface: "internal" })];
    const path = `OS-EP-FILTER/projects/${project}/endpoints/${one}`;
    await admin.head(path, 404);
    await demo.put(path, undefined, 403);
    await admin.put(path);
    await admin.head(path);
    const { endpoint_group: group } = await admin.post("OS-EP-FILTER/endpoint_groups", {
      endpoint_group: { name: "inside", filters: { service_id: id, interface: "internal" } },
    });
    assert.deepEqual((await admin.get(`OS-EP-FILTER/endpoint_groups/${group.id}/endpoints`)).endpoints[0].id, two);
    const grouped = `OS-EP-FILTER/endpoint_groups/${group.id}/projects/${project}`;
    await admin.get(grouped, 404);
    await admin.put(grouped);
    assert.equal((await admin.get(grouped)).project_endpoint_group.project_id, project);
    assert.equal((await admin.get(`OS-EP-FILTER/endpoints/${one}/projects`)).projects[0].id, project);
    assert.equal((await admin.get(`OS-EP-FILTER/projects/${project}/endpoint_groups`)).endpoint_groups[0].id, group.id);
    assert.deepEqual((await entry("metering"))?.endpoints.map((each) => each.id).sort(), [one, two].sort());
    assert.deepEqual((await entry("compute"))?.endpoints, [], "the others are out of its catalog");
    assert.equal((await entry("compute", admin))?.endpoints.length, 3);
    await admin.delete(grouped);
    await admin.delete(path);
    assert.equal((await entry("compute"))?.endpoints.length, 3);
    await admin.delete(`OS-EP-FILTER/endpoint_groups/${group.id}`);
  });

  it("keeps policies for others", async () => {
    const { policy } = await admin.post("policies", { policy: { type: "application/json", blob: "{}" } });
    await admin.post("policies", { policy: { type: "x" } }, 400);
    assert.deepEqual((await admin.patch(`policies/${policy.id}`, { policy: { type: "text" } })).policy, { ...policy, type: "text" });
    assert.equal((await admin.get("policies?type=text")).policies.length, 1);
    await demo.get("policies", 403);
    await admin.delete(`policies/${policy.id}`);
    await admin.get(`policies/${policy.id}`, 404);
  });

  it("shows a consumer's secret once, and keeps it in a Secret", async () => {
    const { consumer } = await admin.post("OS-OAUTH1/consumers", { consumer: { description: "A dashboard" } });
    assert.match(consumer.secret, /^[0-9a-f]{48}$/);
    const shown = (await admin.get(`OS-OAUTH1/consumers/${consumer.id}`)).consumer;
    assert.deepEqual([shown.description, shown.secret], ["A dashboard", undefined]);
    const secrets = (await cloud.client.list(Secret, { namespace: systemNamespace })).filter(({ metadata }) =>
      metadata.name.startsWith("oauth-"),
    );
    assert.equal(Buffer.from(secrets[0]?.data?.secret ?? "", "base64").toString(), consumer.secret);
    assert.equal(secrets[0]?.metadata.ownerReferences?.[0]?.kind, "OAuthConsumer");
    await admin.patch(`OS-OAUTH1/consumers/${consumer.id}`, { consumer: { secret: "mine" } }, 400);
    await admin.delete(`OS-OAUTH1/consumers/${consumer.id}`);
    await admin.get(`OS-OAUTH1/consumers/${consumer.id}`, 404);
  });

  it("keeps a domain's configuration without ever showing its password", async () => {
    const path = "domains/default/config";
    assert.equal((await admin.get("domains/config/default")).config.identity.driver, "sql");
    assert.deepEqual((await admin.get("domains/config/ldap/page_size/default")).config, { page_size: 0 });
    await admin.get(path, 404);
    await admin.put(path, { config: { odd: {} } }, 403);
    await admin.put(path, { config: {} }, 403);
    const shown = { identity: { driver: "ldap" }, ldap: { url: "ldap://x" } };
    assert.deepEqual((await admin.put(path, { config: { ...shown, ldap: { url: "ldap://x", password: "hush" } } }, 201)).config, shown);
    assert.deepEqual((await admin.get(path)).config, shown);
    await admin.get(`${path}/ldap/password`, 404);
    assert.deepEqual((await admin.get(`${path}/ldap/url`)).config, { url: "ldap://x" });
    const changed = (await admin.patch(`${path}/identity`, { config: { identity: { driver: "sql", list_limit: 7 } } })).config;
    assert.deepEqual(changed.identity, { driver: "sql", list_limit: 7 });
    await admin.patch(`${path}/identity/driver`, { config: { list_limit: 1 } }, 403);
    assert.equal((await admin.patch(`${path}/identity/driver`, { config: { driver: "x" } })).config.identity.driver, "x");
    await admin.delete(`${path}/identity/driver`);
    await admin.get(`${path}/identity/driver`, 404);
    await demo.get(path, 403);
    await admin.delete(path);
    await admin.get(path, 404);
  });
});
