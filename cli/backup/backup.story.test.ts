// A cloud with an object of every kind goes through an archive into an empty cluster: the APIs show the same ids, logins and tokens there.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startTestCloud, type TestCloud } from "../../api/testing/cloud.ts";
import { isCode } from "../../domain/errors.ts";
import { idOf, systemNamespace } from "../../domain/id.ts";
import { Server } from "../../models/compute/server.ts";
import { ServerAction } from "../../models/compute/server-action.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { User } from "../../models/identity/user.ts";
import { Image } from "../../models/image/image.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import { kumulusKinds } from "../../models/kinds.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { Volume } from "../../models/volume/volume.ts";
import { ConfigMap, CustomResourceDefinition, Namespace, Secret } from "../../operator/kube/core-kinds.ts";
import { kindName } from "../../operator/kube/path.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { savedKinds } from "./saved-kinds.ts";
import { applyNetwork, fillCloud, labelled, namespace, policyFile } from "./testing/filled-cloud.ts";
import { run } from "./testing/run.ts";

/** What the APIs list, and the fields that must be the same behind a restore. */
const lists: readonly [path: string, field: string, same: readonly string[]][] = [
  ["/identity/v3/domains", "domains", ["id", "name"]],
  ["/identity/v3/projects", "projects", ["id", "name", "domain_id"]],
  ["/identity/v3/users", "users", ["id", "name", "default_project_id"]],
  ["/identity/v3/roles", "roles", ["id", "name"]],
  ["/compute/v2.1/flavors/detail?is_public=None", "flavors", ["id", "name", "ram"]],
  ["/compute/v2.1/servers/detail?all_tenants=1", "servers", ["id", "name", "created", "tenant_id", "metadata"]],
  ["/image/v2/images", "images", ["id", "name", "status", "owner", "created_at", "checksum"]],
  ["/volume/v3/PROJECT/volumes/detail?all_tenants=1", "volumes", ["id", "name", "created_at", "bootable", "volume_image_metadata"]],
  ["/volume/v3/PROJECT/types", "volume_types", ["id", "name"]],
  ["/network/v2.0/networks", "networks", ["id", "name", "project_id", "created_at"]],
  ["/network/v2.0/subnets", "subnets", ["id", "network_id", "cidr", "created_at"]],
  ["/network/v2.0/ports", "ports", ["id", "network_id", "mac_address", "created_at"]],
  ["/network/v2.0/routers", "routers", ["id", "name", "created_at"]],
  ["/network/v2.0/floatingips", "floatingips", ["id", "floating_network_id", "created_at"]],
  ["/network/v2.0/security-groups", "security_groups", ["id", "name", "created_at"]],
  ["/network/v2.0/security-group-rules", "security_group_rules", ["id", "security_group_id", "created_at"]],
];

async function call(
  cloud: TestCloud,
  token: string,
  path: string,
): Promise<{ status: number; body: Record<string, Record<string, unknown>[]> }> {
  const answer = await fetch(`${cloud.api.url}${path}`, { headers: { "x-auth-token": token } });
  return { status: answer.status, body: (await answer.json()) as Record<string, Record<string, unknown>[]> };
}

async function shown(cloud: TestCloud, token: string): Promise<Record<string, unknown>> {
  const project = idOf(await cloud.client.get(Tenant, { name: "admin" }));
  const answers = lists.map(async ([path, field, same]) => {
    const { status, body } = await call(cloud, token, path.replace("PROJECT", project));
    assert.equal(status, 200, path);
    const kept = (body[field] ?? []).filter(({ name }) => name !== "going");
    const rows = kept.map((row) => same.map((name) => JSON.stringify(row[name])).join(" "));
    return [path, rows.sort()];
  });
  return Object.fromEntries(await Promise.all(answers));
}

describe("kumulus backup and restore", function () {
  this.timeout(120_000);
  let source: TestCloud;
  let target: TestCloud;
  let archive: string;
  let passphraseFile: string;
  let tokens: { admin: string; demo: string; revoked: string };
  const secretOf = () => ["--passphrase-file", passphraseFile];
  const objectsOf = (cloud: TestCloud, kind: Kind): Promise<KubeObject[]> => cloud.client.list(kind);
  const isEmpty = async () => {
    for (const kind of kumulusKinds) assert.deepEqual(await objectsOf(target, kind), [], kind.kind);
    await assert.rejects(target.client.get(ConfigMap, { name: "restored", namespace: systemNamespace }), { code: "NotFound" });
  };

  before(async () => {
    [source, target] = await Promise.all([
      startTestCloud({ tune: (client) => fillCloud(client), logLevel: "silent" }),
      startTestCloud({ empty: true, logLevel: "silent" }),
    ]);
    archive = join(source.directory, "cloud.backup");
    passphraseFile = join(source.directory, "passphrase");
    writeFileSync(passphraseFile, "correct horse battery\n");
    tokens = { admin: await source.token("admin"), demo: await source.token("demo"), revoked: await source.token("demo") };
    const headers = { "x-auth-token": tokens.revoked, "x-subject-token": tokens.revoked };
    assert.equal((await fetch(`${source.api.url}/identity/v3/auth/tokens`, { method: "DELETE", headers })).status, 204);
  });
  after(async () => {
    await Promise.all([source?.stop(), target?.stop()]);
  });

  it("writes an archive that only its owner can read", async () => {
    const { code, output } = await run(source.plane, "backup", archive, ...secretOf());
    assert.equal(code, 0, output);
    for (const { kind } of savedKinds) assert.match(output, new RegExp(`^${kind}: [1-9]`, "m"));
    assert.equal(statSync(archive).mode & 0o777, 0o600);
    assert.ok(!readFileSync(archive).includes("argon2"));
    await assert.rejects(run(source.plane, "backup", archive, ...secretOf()), /is there already: an archive is never overwritten/);
    await assert.rejects(run(source.plane, "backup", `${archive}2`), /holds all secrets of the cloud: give --passphrase-file/);
  });

  it("refuses a wrong passphrase and a damaged archive before anything is written", async () => {
    const wrong = join(source.directory, "wrong");
    writeFileSync(wrong, "correct horse staple");
    const bytes = readFileSync(archive);
    const flipped = join(source.directory, "flipped");
    const middle = bytes.length >> 1;
    writeFileSync(flipped, Buffer.concat([bytes.subarray(0, middle), Buffer.from([(bytes[middle] ?? 0) ^ 1]), bytes.subarray(middle + 1)]));
    const short = join(source.directory, "short");
    writeFileSync(short, bytes.subarray(0, -9));
    const cases = [
      [archive, ["--passphrase-file", wrong], /the passphrase is not the one that the archive was made with/],
      [flipped, secretOf(), /the archive is damaged: frame 1 is not as it was written; nothing was written/],
      [short, secretOf(), /the archive is damaged: its end is missing; nothing was written/],
      [join(source.directory, "none"), secretOf(), /no such file/],
    ] as const;
    for (const [file, secret, sentence] of cases) {
      const { code, output } = await run(target.plane, "restore", file, ...secret);
      assert.equal(code, 1);
      assert.match(output, sentence);
    }
    await isEmpty();
  });

  it("names the definitions that are missing", async () => {
    const name = kindName(Volume);
    const definition = await target.client.get(CustomResourceDefinition, { name });
    await target.client.delete(CustomResourceDefinition, { name });
    await eventually(() => assert.rejects(target.client.get(CustomResourceDefinition, { name }), { code: "NotFound" }));
    const { code, output } = await run(target.plane, "restore", archive, ...secretOf());
    assert.equal(code, 1);
    assert.match(output, /the cluster lacks the definitions volumes\.volume\.kumulus\.cloud: install Kumulus first/);
    await isEmptyBut(name);
    const { apiVersion, kind, metadata, spec } = definition;
    await target.client.create(CustomResourceDefinition, { apiVersion, kind, metadata: { name: metadata.name }, spec });
    await eventually(async () => assert.deepEqual(await target.client.list(Volume), []));
    await eventually(async () => {
      const { status } = await target.client.get(CustomResourceDefinition, { name });
      assert.ok(status?.conditions?.some(({ type, status: is }) => type === "Established" && is === "True"));
    });
  });
  const isEmptyBut = async (name: string) => {
    for (const kind of kumulusKinds.filter((each) => kindName(each) !== name)) assert.deepEqual(await objectsOf(target, kind), []);
  };

  it("says what it would do", async () => {
    const { code, output } = await run(target.plane, "restore", archive, ...secretOf(), "--dry-run");
    assert.equal(code, 0);
    assert.match(output, /^Tenant: 3 to make$/m);
    assert.match(output, /^Secret: .*1 to change/m); // the keys of tokens: the empty cloud's API has made one of its own
    await isEmpty();
  });

  it("brings back each object with its id", async () => {
    const { code, output } = await run(target.plane, "restore", archive, ...secretOf());
    assert.equal(code, 0, output);
    assert.match(output, /^Restored \d+ objects; the operator goes on\.$/m);
    for (const kind of savedKinds) {
      const list = async (cloud: TestCloud) =>
        (await objectsOf(cloud, kind)).filter(({ metadata }) => !["going", "web-1-reboot"].includes(metadata.name));
      const described = (object: KubeObject & { spec?: object }) => ({
        name: object.metadata.name,
        namespace: object.metadata.namespace,
        id: idOf(object),
        spec: object.spec,
      });
      const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
      const [was, is] = [(await list(source)).map(described).sort(byId), (await list(target)).map(described).sort(byId)];
      assert.deepEqual(is, was);
    }
    const network = await target.client.get(Network, { name: "foreign", namespace });
    assert.equal(idOf(network), labelled);
    assert.equal(network.metadata.ownerReferences, undefined); // the owner is not ours: it would have been collected with it
  });

  it("leaves behind what went, what was not finished, and what is made anew", async () => {
    for (const [kind, name, place] of [
      [Image, "going", namespace],
      [Network, "going", namespace],
      [ServerAction, "web-1-reboot", namespace],
      [Secret, "webhook-tls", systemNamespace],
      [Secret, "of-helm", systemNamespace],
      [Secret, "of-a-user", namespace],
    ] as [Kind, string, string][])
      await assert.rejects(target.client.get(kind, { name, namespace: place }), (error) => isCode(error, "NotFound"), name);
  });

  it("points owners to the new objects and gives back what no controller could find out", async () => {
    const server = await target.client.get(Server, { name: "web-1", namespace });
    const port = await target.client.get(Port, { name: "owned", namespace });
    assert.equal(port.metadata.ownerReferences?.[0]?.uid, server.metadata.uid);
    assert.notEqual(server.metadata.uid, (await source.client.get(Server, { name: "web-1", namespace })).metadata.uid);
    assert.equal(port.metadata.finalizers, undefined);
    assert.deepEqual(port.status, { macAddress: "fa:16:3e:00:00:01" });
    const secret = await target.client.get(Secret, { name: "web-1-key", namespace });
    assert.equal(secret.metadata.ownerReferences?.[0]?.uid, server.metadata.uid);
    assert.deepEqual(server.status, { flavor: { name: "old", vcpus: 3 } });
    assert.equal((await target.client.get(Image, { name: "debian-12", namespace })).status?.location, "file:debian-12");
    assert.equal((await target.client.get(ServerAction, { name: "done", namespace })).status?.phase, "Succeeded");
    assert.deepEqual((await target.client.get(Volume, { name: "data", namespace })).status, {
      bootable: true,
      imageMetadata: { os: "debian" },
    });
    assert.equal((await target.client.get(User, { name: "demo" })).status?.passwordFingerprint, "a".repeat(64));
    const { metadata } = await target.client.get(Namespace, { name: namespace });
    assert.equal(metadata.labels?.["kumulus.cloud/tenant"], "demo");
    assert.ok(await target.client.get(ConfigMap, { name: "seeded", namespace: systemNamespace }));
    const policy = await target.client.get(ConfigMap, { name: "policy", namespace: systemNamespace });
    assert.deepEqual(policy.data, { "nova.yaml": policyFile });
  });

  it("lets whoever applied an object go on applying it", async () => {
    const { spec, metadata } = await applyNetwork(target.client, { description: "applied" });
    assert.deepEqual([spec.mtu, spec.description], [undefined, "applied"]);
    assert.equal(idOf({ metadata } as KubeObject), idOf(await source.client.get(Network, { name: "applied", namespace })));
    await applyNetwork(target.client, { description: "applied", mtu: 1400 });
  });

  it("lets the old passwords in, knows the old tokens, and shows through the APIs what the old cloud showed", async () => {
    // The Tenant controller's part: it says which namespace is the project's.
    for (const name of ["admin", "demo"])
      await target.client.patch(Tenant, { name }, { status: { namespace: `kumulus-${name}` } }, { subresource: "status" });
    await eventually(() => target.token("demo"));
    await eventually(async () => assert.equal((await call(target, tokens.admin, "/identity/v3/projects")).status, 200));
    assert.equal((await call(target, tokens.revoked, "/network/v2.0/networks")).status, 401);
    await eventually(async () => assert.deepEqual(await shown(target, tokens.admin), await shown(source, tokens.admin)));
  });

  it("changes nothing when it is repeated", async () => {
    const versions = async () => {
      const found: string[] = [];
      for (const kind of [...kumulusKinds, Secret as Kind, Namespace as Kind])
        for (const { metadata } of await objectsOf(target, kind)) found.push(`${kind.kind} ${metadata.name} ${metadata.resourceVersion}`);
      return found;
    };
    const before = await versions();
    const { code, output } = await run(target.plane, "restore", archive, ...secretOf());
    assert.equal(code, 0);
    assert.match(output, /This archive was restored here to the end at .*: nothing to do/);
    assert.deepEqual(await versions(), before);
    const merged = await run(target.plane, "restore", archive, ...secretOf(), "--merge");
    assert.equal(merged.code, 0, merged.output);
    assert.ok(!/made|changed/.test(merged.output), merged.output);
    assert.deepEqual(await versions(), before);
  });

  it("enters a cloud with objects of its own only when it is told to", async () => {
    const keyFile = join(source.directory, "key");
    writeFileSync(keyFile, randomBytes(32));
    const second = join(source.directory, "second.backup");
    assert.equal((await run(source.plane, "backup", second, "--key-file", keyFile)).code, 0);
    await target.client.patch(Network, { name: "web", namespace }, { spec: { description: "changed since" } });
    const refused = await run(target.plane, "restore", second, "--key-file", keyFile);
    assert.equal(refused.code, 1);
    assert.match(refused.output, /the cloud is not empty: it has \d+ objects, such as .* With --merge/);
    const { code, output } = await run(target.plane, "restore", second, "--key-file", keyFile, "--merge");
    assert.equal(code, 0, output);
    assert.match(output, /^Network: .*1 changed/m);
    assert.equal((await target.client.get(Network, { name: "web", namespace })).spec.description, "Network of the web servers");
  });
});
