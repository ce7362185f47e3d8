// Roles, groups, grants and what they give, through Keystone's API on a real kube-apiserver.
import assert from "node:assert/strict";
import { idOf } from "../../domain/id.ts";
import { Group } from "../../models/identity/group.ts";
import { RoleAssignment } from "../../models/identity/role-assignment.ts";
import { User } from "../../models/identity/user.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { startTestCloud, type TestCloud } from "../testing/cloud.ts";
import { createUser, identityClient, login } from "../testing/identity-client.ts";

interface Entry {
  role: { id: string; name?: string };
  user?: { id: string };
  group?: { id: string };
  scope: { project?: { id: string }; "OS-INHERIT:inherited_to"?: string };
  links: { assignment: string; membership?: string; prior_role?: string };
}

describe("roles and grants", function () {
  this.timeout(120_000);
  let cloud: TestCloud;
  const tokens = { admin: "", demo: "", ada: "" };
  const admin = identityClient(
    () => cloud,
    () => tokens.admin,
  );
  const demo = identityClient(
    () => cloud,
    () => tokens.demo,
  );
  const ada = identityClient(
    () => cloud,
    () => tokens.ada,
  );
  let user = "";
  const role = async (name: string, more: object = {}): Promise<string> => (await admin.post("roles", { role: { name, ...more } })).role.id;
  const project = async (name: string, more: object = {}): Promise<string> =>
    (await admin.post("projects", { project: { name, ...more } })).project.id;
  const group = async (name: string): Promise<string> => (await admin.post("groups", { group: { name } })).group.id;
  const entries = async (query: string): Promise<Entry[]> => (await admin.get(`role_assignments?${query}`)).role_assignments;
  const scoped = (id: string) => login(cloud, "ada", "ada-secret", { project: { id } });

  before(async () => {
    cloud = await startTestCloud();
    tokens.admin = await cloud.token("admin");
    tokens.demo = await cloud.token("demo");
    const made = await createUser(cloud, "ada", "ada-secret");
    user = idOf(made);
    await eventually(async () => {
      await admin.get(`users/${user}`);
    });
  });
  after(() => cloud?.stop());

  it("makes, shows, changes and deletes a role", async () => {
    const id = await role("cook", { description: "Makes soup" });
    await admin.post("roles", { role: { name: "Cook" } }, 409);
    await demo.post("roles", { role: { name: "thief" } }, 403);
    await demo.get("roles", 403);
    const { role: changed } = await admin.patch(`roles/${id}`, { role: { name: "chef" } });
    assert.deepEqual([changed.name, changed.description, changed.domain_id], ["chef", "Makes soup", null]);
    assert.equal((await admin.get("roles?name=chef")).roles.length, 1);
    const { domain } = await admin.post("domains", { domain: { name: "kitchen" } });
    const own = await role("chef", { domain_id: domain.id });
    assert.deepEqual(
      (await admin.get(`roles?domain_id=${domain.id}`)).roles.map((each: { id: string }) => each.id),
      [own],
    );
    assert.equal((await admin.get("roles?name=chef")).roles.length, 1, "a domain's role is not the cloud's");
    await admin.delete(`roles/${id}`);
    await admin.delete(`roles/${id}`, 404);
  });

  for (const where of ["project", "domain", "system"] as const) {
    it(`gives, lists, checks and takes a role on a ${where}`, async () => {
      const id = await role(`on-${where}`);
      const place = where === "project" ? `projects/${await project("place")}` : where === "domain" ? "domains/default" : "system";
      for (const actor of [`users/${user}`, `groups/${await group(`of-${where}`)}`]) {
        const path = `${place}/${actor}/roles`;
        await admin.head(`${path}/${id}`, 404);
        await demo.put(`${path}/${id}`, undefined, 403);
        await admin.put(`${path}/${id}`);
        await admin.put(`${path}/${id}`);
        await admin.head(`${path}/${id}`);
        await admin.get(`${path}/${id}`, 204);
        assert.deepEqual(
          (await admin.get(path)).roles.map((each: { name: string }) => each.name),
          [`on-${where}`],
        );
        await admin.delete(`${path}/${id}`);
        await admin.delete(`${path}/${id}`, 404);
        await admin.put(`${path}/unknown`, undefined, 404);
      }
      await admin.put(`${place}/users/unknown/roles/${id}`, undefined, 404);
    });
  }

  it("lets the members of a group in, and out again", async () => {
    const [ops, place, member] = [await group("ops"), await project("ops"), (await admin.get("roles?name=member")).roles[0].id];
    await admin.put(`projects/${place}/groups/${ops}/roles/${member}`);
    assert.equal(await scoped(place), undefined);
    await admin.get(`groups/${ops}/users/${user}`, 404);
    await demo.put(`groups/${ops}/users/${user}`, undefined, 403);
    await admin.put(`groups/${ops}/users/${user}`);
    await admin.put(`groups/${ops}/users/${user}`);
    await admin.head(`groups/${ops}/users/${user}`);
    assert.equal((await admin.get(`groups/${ops}/users`)).users[0].name, "ada");
    assert.equal((await admin.get(`users/${user}/groups`)).groups[0].membership_expires_at, null);
    tokens.ada = (await scoped(place)) ?? "";
    assert.notEqual(tokens.ada, "");
    assert.deepEqual(
      (await ada.get("auth/projects")).projects.map(({ name }: { name: string }) => name),
      ["ops"],
    );
    const [entry] = await entries(`effective&scope.project.id=${place}&user.id=${user}&role.id=${member}`);
    assert.match(entry?.links.membership ?? "", new RegExp(`groups/${ops}/users/${user}$`));
    await admin.delete(`groups/${ops}/users/${user}`);
    await ada.get("auth/projects", 401);
    await admin.delete(`groups/${ops}`);
    await admin.get(`groups/${ops}`, 404);
    assert.equal(
      (await cloud.client.list(Group)).filter(({ spec }) => spec.displayName === "ops").length,
      1,
      "it waits for its controller",
    );
  });

  it("inherits roles down the tree, not on the target itself", async () => {
    const id = await role("inspector");
    const root = await project("tree");
    const leaf = await project("leaf", { parent_id: root });
    const path = `OS-INHERIT/projects/${root}/users/${user}/roles/${id}/inherited_to_projects`;
    await admin.put(path);
    await admin.head(path);
    assert.equal(await scoped(root), undefined);
    assert.ok(await scoped(leaf));
    const [raw] = await entries(`user.id=${user}&role.id=${id}`);
    assert.deepEqual(raw?.scope, { project: { id: root }, "OS-INHERIT:inherited_to": "projects" });
    const effective = await entries(`effective&user.id=${user}&role.id=${id}`);
    assert.deepEqual(
      effective.map(({ scope }) => scope),
      [{ project: { id: leaf } }],
    );
    assert.equal((await entries(`include_subtree&scope.project.id=${root}&role.id=${id}`)).length, 1);
    await admin.delete(path);
    assert.equal(await scoped(leaf), undefined);
    const onDomain = `OS-INHERIT/domains/default/users/${user}/roles/${id}/inherited_to_projects`;
    await admin.put(onDomain);
    assert.ok((await scoped(root)) && (await scoped(leaf)));
    assert.equal((await admin.get(`OS-INHERIT/domains/default/users/${user}/roles/inherited_to_projects`)).roles.length, 1);
    assert.equal((await entries(`effective&scope.project.id=${leaf}&user.id=${user}`)).length, 1);
    await admin.delete(onDomain);
  });

  it("lets roles bring others with them", async () => {
    const [prior, implied, own] = [await role("prior"), await role("implied"), await role("own", { domain_id: "default" })];
    const place = await project("implied");
    await admin.put(`roles/${prior}/implies/${implied}`, undefined, 201);
    await admin.put(`roles/${prior}/implies/${implied}`, undefined, 201);
    await admin.put(`roles/${prior}/implies/${own}`, undefined, 403);
    await admin.put(`roles/${own}/implies/${implied}`, undefined, 201);
    await admin.head(`roles/${prior}/implies/${implied}`);
    assert.equal((await admin.get(`roles/${prior}/implies/${implied}`)).role_inference.implies.id, implied);
    assert.equal((await admin.get(`roles/${prior}/implies`)).role_inference.implies.length, 1);
    const all = (await admin.get("role_inferences")).role_inferences;
    assert.ok(all.some((each: { prior_role: { name: string } }) => each.prior_role.name === "admin"));
    await admin.put(`projects/${place}/users/${user}/roles/${own}`);
    const query = `effective&scope.project.id=${place}&user.id=${user}`;
    const [entry, ...others] = await entries(query);
    assert.deepEqual([entry?.role.id, others], [implied, []], "a domain's role is only what comes with it");
    assert.match(entry?.links.prior_role ?? "", new RegExp(`prior_role/${own}/implies/${implied}$`));
    tokens.ada = (await scoped(place)) ?? "";
    await ada.get("auth/projects");
    await admin.delete(`roles/${own}/implies/${implied}`);
    await admin.head(`roles/${own}/implies/${implied}`, 404);
    assert.deepEqual(await entries(query), []);
    await ada.get("auth/projects", 401);
  });

  it("refuses questions that have no answer", async () => {
    for (const query of [
      "user.id=a&group.id=b",
      "scope.project.id=a&scope.domain.id=b",
      "effective&group.id=a",
      "include_subtree",
      "scope.OS-INHERIT:inherited_to=users",
      "effective&scope.domain.id=a&scope.OS-INHERIT:inherited_to=projects",
    ]) {
      await admin.get(`role_assignments?${query}`, 400);
    }
    await demo.get("role_assignments", 403);
  });

  it("names who and where", async () => {
    const [entry] = (await admin.get("role_assignments?include_names&scope.system=all&role.id=")).role_assignments;
    assert.deepEqual(
      [entry.role.name, entry.user.name, entry.user.domain.name, entry.scope],
      ["admin", "admin", "Default", { system: { all: true } }],
    );
  });

  it("gives nothing to a later user of the same name", async () => {
    const [place, id] = [await project("grave"), await role("heir")];
    const old = await createUser(cloud, "bob", "bob-secret");
    await eventually(async () => {
      await admin.get(`users/${idOf(old)}`);
    });
    await admin.put(`projects/${place}/users/${idOf(old)}/roles/${id}`);
    assert.ok(await login(cloud, "bob", "bob-secret", { project: { id: place } }));
    await cloud.client.delete(User, { name: "bob" });
    const { apiVersion, kind, spec } = old;
    const late = await cloud.client.create(User, { apiVersion, kind, metadata: { name: "bob" }, spec });
    await eventually(async () => {
      await admin.get(`users/${idOf(late)}`);
    });
    assert.ok(await login(cloud, "bob", "bob-secret", { unscoped: {} }), "the new one can log in");
    assert.equal(await login(cloud, "bob", "bob-secret", { project: { id: place } }), undefined);
    assert.deepEqual(await entries(`scope.project.id=${place}`), []);
    await admin.put(`projects/${place}/users/${idOf(late)}/roles/${id}`);
    assert.ok(await login(cloud, "bob", "bob-secret", { project: { id: place } }));
    assert.equal((await cloud.client.list(RoleAssignment)).filter(({ spec: { roleRef } }) => roleRef.name.startsWith("heir")).length, 1);
  });

  it("lets a domain's manager look after its own domain only", async () => {
    const { domain } = await admin.post("domains", { domain: { name: "branch" } });
    const [manager, member] = await Promise.all(
      ["manager", "member"].map(async (name) => (await admin.get(`roles?name=${name}`)).roles[0].id as string),
    );
    await admin.put(`domains/${domain.id}/users/${user}/roles/${manager}`);
    tokens.ada = (await login(cloud, "ada", "ada-secret", { domain: { id: domain.id } })) ?? "";
    const { group: staff } = await ada.post("groups", { group: { name: "staff" } });
    assert.equal(staff.domain_id, domain.id, "the token's domain");
    const { project: shop } = await ada.post("projects", { project: { name: "shop" } });
    await ada.put(`projects/${shop.id}/groups/${staff.id}/roles/${member}`);
    await ada.put(`projects/${shop.id}/groups/${staff.id}/roles/${(await admin.get("roles?name=admin")).roles[0].id}`, undefined, 403);
    await ada.post("groups", { group: { name: "spies", domain_id: "default" } }, 403);
    assert.deepEqual(
      (await ada.get("groups")).groups.map(({ name }: { name: string }) => name),
      ["staff"],
    );
    assert.deepEqual(
      (await ada.get("domains")).domains.map(({ name }: { name: string }) => name),
      ["branch"],
    );
    assert.equal((await ada.get("role_assignments")).role_assignments.length, 2);
    await ada.delete(`domains/${domain.id}`, 403);
  });
});
