// Domains, projects, their hierarchy and their tags through Keystone's API, on a real kube-apiserver.
import assert from "node:assert/strict";
import { Domain } from "../../models/identity/domain.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { startTestCloud, type TestCloud } from "../testing/cloud.ts";
import { identityClient } from "../testing/identity-client.ts";

interface Named {
  id: string;
  name: string;
}

const names = (objects: readonly Named[]) => objects.map(({ name }) => name).sort();

describe("domains and projects", function () {
  this.timeout(120_000);
  let cloud: TestCloud;
  const tokens = { admin: "", demo: "" };
  before(async () => {
    cloud = await startTestCloud();
    tokens.admin = await cloud.token("admin");
    tokens.demo = await cloud.token("demo");
  });
  after(() => cloud?.stop());

  const admin = identityClient(
    () => cloud,
    () => tokens.admin,
  );
  const demo = identityClient(
    () => cloud,
    () => tokens.demo,
  );
  const project = async (name: string, more: object = {}) => (await admin.post("projects", { project: { name, ...more } })).project;

  it("makes, shows, changes and deletes a domain, which must be disabled first", async () => {
    const { domain } = await admin.post("domains", { domain: { name: "Acme", description: "People", tags: ["a"] } });
    assert.deepEqual([domain.name, domain.enabled, domain.description, domain.tags, domain.options], ["Acme", true, "People", ["a"], {}]);
    await admin.post("domains", { domain: { name: "acme" } }, 409);
    await admin.post("domains", { domain: { name: "" } }, 400);
    await demo.post("domains", { domain: { name: "mine" } }, 403);
    assert.deepEqual(names((await admin.get("domains?name=Acme")).domains), ["Acme"]);
    assert.equal((await admin.get(`projects/${domain.id}`)).project.is_domain, true);
    await admin.delete(`domains/${domain.id}`, 403);
    const changed = (await admin.patch(`domains/${domain.id}`, { domain: { name: "Ace", description: null, enabled: false } })).domain;
    assert.deepEqual([changed.name, changed.description, changed.enabled], ["Ace", "", false]);
    await admin.delete(`domains/${domain.id}`);
    await admin.get(`domains/${domain.id}`, 404);
    assert.deepEqual(names((await admin.get("domains")).domains), ["Default"]);
    assert.equal((await cloud.client.list(Domain)).length, 2, "its controller ends it, after all that belongs to it");
    await admin.post("domains", { domain: { name: "Acme" } });
  });

  it("hides what belongs to a domain that is on its way out", async () => {
    const { domain } = await admin.post("domains", { domain: { name: "going" } });
    const { id } = await project("inside", { domain_id: domain.id });
    const { group } = await admin.post("groups", { group: { name: "inside", domain_id: domain.id } });
    await admin.patch(`domains/${domain.id}`, { domain: { enabled: false } });
    await admin.delete(`domains/${domain.id}`);
    await admin.get(`projects/${id}`, 404);
    await admin.get(`groups/${group.id}`, 404);
  });

  it("makes, shows, changes and deletes a project", async () => {
    const web = await project("web", { description: "Shop", tags: ["x", "y"], cost_center: "7" });
    assert.deepEqual([web.domain_id, web.parent_id, web.enabled, web.is_domain, web.cost_center], ["default", "default", true, false, "7"]);
    const [object] = (await cloud.client.list(Tenant)).filter(({ spec }) => spec.displayName === "web");
    assert.match(object?.metadata.name ?? "", /^web-[0-9a-f]{8}$/);
    await admin.post("projects", { project: { name: "WEB" } }, 409);
    await admin.post("projects", { project: { name: "a".repeat(65) } }, 400);
    await demo.post("projects", { project: { name: "mine" } }, 403);
    const { project: changed } = await admin.patch(`projects/${web.id}`, { project: { name: "shop", enabled: false, cost_center: null } });
    assert.deepEqual([changed.name, changed.enabled, changed.cost_center, changed.description], ["shop", false, undefined, "Shop"]);
    await admin.patch(`projects/${web.id}`, { project: { domain_id: "other" } }, 400);
    assert.deepEqual((await admin.get("projects?name=shop")).projects, [(await admin.get(`projects/${web.id}`)).project]);
    assert.deepEqual(names((await admin.get("projects?enabled=false")).projects), ["shop"]);
    assert.deepEqual(names((await admin.get("projects?name__icontains=SHO")).projects), ["shop"]);
    await demo.delete(`projects/${web.id}`, 403);
    await admin.delete(`projects/${web.id}`);
    await admin.get(`projects/${web.id}`, 404);
    await demo.get(`projects/${web.id}`, 403);
    await project("shop");
  });

  it("keeps projects in a tree", async () => {
    const root = await project("root");
    const child = await project("child", { parent_id: root.id });
    const leaf = await project("leaf", { parent_id: child.id });
    assert.deepEqual([child.parent_id, leaf.domain_id], [root.id, "default"]);
    assert.deepEqual(names((await admin.get(`projects?parent_id=${root.id}`)).projects), ["child"]);
    const below = (await admin.get(`projects/${root.id}?subtree_as_ids`)).project.subtree;
    assert.deepEqual(below, { [child.id]: { [leaf.id]: null } });
    const above = (await admin.get(`projects/${leaf.id}?parents_as_ids`)).project.parents;
    assert.deepEqual(above, { [child.id]: { [root.id]: { default: null } } });
    assert.deepEqual((await admin.get(`projects/${root.id}?subtree_as_list`)).project.subtree, [], "admin has no role on them");
    await admin.get(`projects/${root.id}?subtree_as_list&subtree_as_ids`, 400);
    await admin.delete(`projects/${root.id}`, 403);
    await admin.patch(`projects/${root.id}`, { project: { enabled: false } }, 403);
    await admin.patch(`projects/${leaf.id}`, { project: { parent_id: root.id } }, 403);
    const fourth = await project("fourth", { parent_id: leaf.id });
    const fifth = await project("fifth", { parent_id: fourth.id });
    await admin.post("projects", { project: { name: "sixth", parent_id: fifth.id } }, 403);
    for (const { id } of [fifth, fourth, leaf, child, root]) await admin.delete(`projects/${id}`);
  });

  it("gives a child nothing of a later project with its parent's name", async () => {
    const parent = await project("parent");
    const child = await project("child", { parent_id: parent.id });
    const [object] = (await cloud.client.list(Tenant)).filter(({ spec }) => spec.displayName === "parent");
    assert.ok(object);
    await cloud.client.patch(Tenant, object.metadata, { metadata: { finalizers: null } });
    await cloud.client.delete(Tenant, object.metadata);
    const { uid: _uid, resourceVersion: _version, creationTimestamp: _time, ...metadata } = object.metadata;
    await cloud.client.create(Tenant, { ...object, metadata: { name: metadata.name, labels: { "kumulus.cloud/id": "another" } } });
    for (let round = 0; round < 100; round += 1) {
      if ((await fetch(`${cloud.api.url}/identity/v3/projects/another`, { headers: { "x-auth-token": tokens.admin } })).status === 200)
        break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal((await admin.get("projects/another")).project.name, "parent");
    assert.equal((await admin.get(`projects/${child.id}`)).project.parent_id, "default");
  });

  it("keeps tags and finds projects by them", async () => {
    const [one, two] = [await project("one", { tags: ["red", "blue"] }), await project("two", { tags: ["red"] })];
    const with_ = async (query: string) =>
      names((await admin.get(`projects?name__contains=&${query}`)).projects).filter((name) => ["one", "two"].includes(name));
    assert.deepEqual(await with_("tags=red,blue"), ["one"]);
    assert.deepEqual(await with_("tags-any=red,blue"), ["one", "two"]);
    assert.deepEqual(await with_("not-tags=red,blue"), ["two"]);
    assert.deepEqual(await with_("not-tags-any=blue"), ["two"]);
    await admin.put(`projects/${two.id}/tags/green`, undefined, 201);
    await admin.get(`projects/${two.id}/tags/green`, 204);
    assert.deepEqual((await admin.put(`projects/${one.id}/tags`, { tags: ["a", "b"] }, 200)).tags, ["a", "b"]);
    await admin.put(`projects/${one.id}/tags`, { tags: ["a", "a"] }, 400);
    await admin.put(`projects/${one.id}/tags/a%2Cb`, undefined, 400);
    await admin.delete(`projects/${one.id}/tags/a`);
    await admin.delete(`projects/${one.id}/tags/a`, 404);
    await demo.get(`projects/${one.id}/tags`, 403);
    await admin.delete(`projects/${one.id}/tags`);
    assert.deepEqual((await admin.get(`projects/${one.id}/tags`)).tags, []);
  });

  it("guards what is immutable", async () => {
    const rock = await project("rock", { options: { immutable: true } });
    assert.deepEqual(rock.options, { immutable: true });
    await admin.delete(`projects/${rock.id}`, 403);
    await admin.patch(`projects/${rock.id}`, { project: { description: "x" } }, 403);
    await admin.patch(`projects/${rock.id}`, { project: { description: "x", options: { immutable: false } } }, 403);
    await admin.put(`projects/${rock.id}/tags/x`, undefined, 403);
    await admin.patch(`projects/${rock.id}`, { project: { options: { immutable: false } } });
    await admin.delete(`projects/${rock.id}`);
  });

  it("makes a domain of a project that is one", async () => {
    const made = await project("realm", { is_domain: true });
    assert.deepEqual([made.is_domain, made.domain_id, made.parent_id], [true, null, null]);
    assert.ok(names((await admin.get("projects?is_domain=true")).projects).includes("realm"));
    assert.ok(!names((await admin.get("projects")).projects).includes("realm"));
    assert.equal((await admin.get(`domains/${made.id}`)).domain.name, "realm");
    const inside = await project("inside", { parent_id: made.id });
    assert.deepEqual([inside.domain_id, inside.parent_id], [made.id, made.id]);
    await admin.delete(`projects/${made.id}`, 403);
    await admin.patch(`projects/${made.id}`, { project: { enabled: false } });
    await admin.delete(`projects/${made.id}`);
    await admin.get(`projects/${inside.id}`, 404);
  });

  it("pages long lists", async () => {
    const all = (await admin.get("projects")).projects.map(({ id }: Named) => id);
    const first = await admin.get("projects?limit=2");
    assert.deepEqual(
      first.projects.map(({ id }: Named) => id),
      all.slice(0, 2),
    );
    assert.match(first.links.next, new RegExp(`marker=${all[1]}`));
    const rest = await admin.get(`projects?marker=${all[1]}`);
    assert.deepEqual(
      rest.projects.map(({ id }: Named) => id),
      all.slice(2),
    );
  });
});
