// Nova and Cinder over HTTP on a real kube-apiserver; the test plays the controllers by writing status.
import assert from "node:assert/strict";
import { Flavor } from "../../models/compute/flavor.ts";
import { Server, type ServerStatus } from "../../models/compute/server.ts";
import { Image } from "../../models/image/image.ts";
import { Network } from "../../models/network/network.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { Volume } from "../../models/volume/volume.ts";
import { VolumeType } from "../../models/volume/volume-type.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { startTestCloud, type TestCloud } from "../testing/cloud.ts";

interface Answer {
  status: number;
  headers: Headers;
  body: Body;
}

/** What the tests look at; an answer has some of it. */
interface Body {
  projects: [{ id: string }];
  server: Record<string, unknown> & { id: string; status: string };
  servers: unknown[];
  volume: { id: string; status: string };
  volumeAttachments: [object];
  instanceActions: { action: string }[];
  keypair: { private_key: string; public_key: string; type: string };
  conflictingRequest: { message: string };
  badRequest: { message: string };
}

const namespace = "kumulus-demo";
const ids = { image: "", network: "", other: "" };
const gone = "11111111-2222-4333-8444-555555555555";

async function seed(client: KubeClient): Promise<void> {
  const compute = "compute.kumulus.cloud/v1alpha1" as const;
  const network = "network.kumulus.cloud/v1alpha1" as const;
  const spec = { vcpus: 1, ramMiB: 128, diskGiB: 1 };
  await client.create(Flavor, { apiVersion: compute, kind: "Flavor", metadata: { name: "m1.tiny" }, spec: { ...spec, flavorID: "1" } });
  await client.create(Flavor, { apiVersion: compute, kind: "Flavor", metadata: { name: "hidden" }, spec: { ...spec, isPublic: false } });
  const image = await client.create(Image, {
    apiVersion: "image.kumulus.cloud/v1alpha1",
    kind: "Image",
    metadata: { name: "guest", namespace: "kumulus-admin" },
    spec: { visibility: "public", diskFormat: "qcow2", containerFormat: "bare" },
  });
  await client.patch(Image, image.metadata, { status: { phase: "active", sizeBytes: 1000 } }, { subresource: "status" });
  for (const where of [namespace, "kumulus-admin"]) {
    const net = await client.create(Network, { apiVersion: network, kind: "Network", metadata: { name: "n", namespace: where }, spec: {} });
    await client.create(Subnet, {
      apiVersion: network,
      kind: "Subnet",
      metadata: { name: "s", namespace: where },
      spec: { networkRef: { name: "n" }, cidr: "10.9.0.0/24" },
    });
    ids[where === namespace ? "network" : "other"] = net.metadata.uid ?? "";
  }
  ids.image = image.metadata.uid ?? "";
  await client.create(VolumeType, {
    apiVersion: "volume.kumulus.cloud/v1alpha1",
    kind: "VolumeType",
    metadata: { name: "local" },
    spec: { storageClassName: "local", isDefault: true },
  });
}

describe("Nova and Cinder over HTTP", function () {
  this.timeout(60_000);
  let cloud: TestCloud;
  const tokens: Record<string, string> = {};
  let project = "";

  before(async function () {
    this.timeout(90_000);
    cloud = await startTestCloud({ tune: seed });
    for (const user of ["admin", "demo"] as const) tokens[user] = await cloud.token(user);
    const quota = await call("GET", "/identity/v3/auth/projects");
    project = quota.body.projects[0].id;
  });
  after(() => cloud?.stop());

  async function call(method: string, path: string, body?: unknown, { version = "2.1", user = "demo" } = {}): Promise<Answer> {
    const answer = await fetch(`${cloud.api.url}${path}`, {
      method,
      headers: {
        "x-auth-token": tokens[user] ?? "",
        "openstack-api-version": `${path.startsWith("/volume") ? "volume" : "compute"} ${version}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: JSON.parse(text === "" ? "{}" : text) as Body };
  }

  const nova = (method: string, path: string, body?: unknown, options?: { version?: string; user?: string }) =>
    call(method, `/compute/v2.1${path}`, body, options);
  const cinder = (method: string, path: string, body?: unknown, options: { version?: string; user?: string } = {}) =>
    call(method, `/volume/v3/${project}${path}`, body, { version: "3.0", ...options });

  async function objectOf(id: string): Promise<Server> {
    const [found] = await cloud.client.list(Server, { labelSelector: `kumulus.cloud/id=${id}` });
    assert.ok(found, `server ${id}`);
    return found;
  }

  async function play(id: string, status: ServerStatus, shown: string): Promise<void> {
    const { metadata } = await objectOf(id);
    await cloud.client.patch(Server, metadata, { status }, { subresource: "status" });
    for (let round = 0; round < 200; round += 1) {
      if ((await nova("GET", `/servers/${id}`)).body.server.status === shown) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.fail(`server ${id} never became ${shown}`);
  }

  const plain = () => ({ name: "vm", flavorRef: "1", imageRef: ids.image, networks: [{ uuid: ids.network }] });
  const running: ServerStatus = { phase: "ACTIVE", powerState: "RUNNING", power: "On", node: "node-1", launchedAt: "2026-01-02T03:04:05Z" };

  async function boot(): Promise<string> {
    const { body } = await nova("POST", "/servers", { server: plain() });
    await play(body.server.id, running, "ACTIVE");
    return body.server.id;
  }

  it("creates, shows, stops, starts, reboots and deletes a server", async () => {
    const made = await nova("POST", "/servers", { server: { ...plain(), metadata: { a: "b" }, adminPass: "secret" } });
    assert.equal(made.status, 202, JSON.stringify(made.body));
    assert.deepEqual(Object.keys(made.body.server).sort(), ["OS-DCF:diskConfig", "adminPass", "id", "links", "security_groups"]);
    assert.equal(made.body.server.adminPass, "secret");
    const { id } = made.body.server;
    assert.equal(made.headers.get("location"), `${cloud.api.url}/compute/v2.1/servers/${id}`);
    assert.equal((await nova("GET", `/servers/${id}`)).body.server.status, "BUILD");
    assert.equal((await nova("POST", `/servers/${id}/action`, { "os-stop": null })).status, 409);
    await play(id, running, "ACTIVE");

    assert.equal((await nova("POST", `/servers/${id}/action`, { "os-stop": null })).status, 202);
    assert.equal((await nova("GET", `/servers/${id}`)).body.server["OS-EXT-STS:task_state"], "powering-off");
    assert.equal((await objectOf(id)).spec.power, "Off");
    const again = await nova("POST", `/servers/${id}/action`, { "os-start": null });
    assert.match(again.body.conflictingRequest.message, /^Cannot 'start' instance .* while it is in vm_state active$/);

    const actions = await nova("GET", `/servers/${id}/os-instance-actions`);
    assert.deepEqual(actions.body.instanceActions.map(({ action }) => action).sort(), ["create", "stop"]);
    assert.equal((await nova("DELETE", `/servers/${id}`)).status, 204);
    await eventually(async () => assert.equal((await nova("GET", `/servers/${id}`)).status, 404));
  });

  it("keeps a server's objects apart from other projects", async () => {
    const { body } = await nova("POST", "/servers", { server: { ...plain(), networks: [{ uuid: ids.other }] } }, { user: "admin" });
    assert.equal((await nova("GET", `/servers/${body.server.id}`)).status, 404);
    assert.equal((await nova("GET", `/servers/${body.server.id}`, undefined, { user: "admin" })).status, 200);
    const all = await nova("GET", "/servers?all_tenants=1", undefined, { user: "admin" });
    assert.ok(all.body.servers.length >= 1);
    assert.equal((await nova("GET", "/servers?all_tenants=1")).status, 403);
    await nova("DELETE", `/servers/${body.server.id}`, undefined, { user: "admin" });
  });

  it("attaches and detaches a volume", async () => {
    const id = await boot();
    const made = await cinder("POST", "/volumes", { volume: { size: 1, name: "v" } });
    assert.equal(made.status, 202, JSON.stringify(made.body));
    const volume = made.body.volume.id;
    assert.equal((await nova("POST", `/servers/${id}/os-volume_attachments`, { volumeAttachment: { volumeId: volume } })).status, 400);
    const [object] = await cloud.client.list(Volume, { labelSelector: `kumulus.cloud/id=${volume}` });
    assert.ok(object);
    await cloud.client.patch(Volume, object.metadata, { status: { phase: "available" } }, { subresource: "status" });
    while ((await cinder("GET", `/volumes/${volume}`)).body.volume.status !== "available") await new Promise((go) => setTimeout(go, 10));

    const both = await Promise.all(
      [id, id].map(() => nova("POST", `/servers/${id}/os-volume_attachments`, { volumeAttachment: { volumeId: volume } })),
    );
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 400]);
    assert.equal((await cinder("GET", `/volumes/${volume}`)).body.volume.status, "attaching");
    assert.match((await cinder("DELETE", `/volumes/${volume}`)).body.badRequest.message, /^Invalid volume: /);
    const listed = await nova("GET", `/servers/${id}/os-volume_attachments`, undefined, { version: "2.89" });
    assert.deepEqual(Object.keys(listed.body.volumeAttachments[0]).sort(), [
      "attachment_id",
      "bdm_uuid",
      "delete_on_termination",
      "device",
      "serverId",
      "tag",
      "volumeId",
    ]);
    assert.equal((await nova("DELETE", `/servers/${id}/os-volume_attachments/${volume}`)).status, 202);
    assert.equal((await nova("GET", `/servers/${id}/os-volume_attachments/${volume}`)).status, 404);
    assert.equal((await cinder("DELETE", `/volumes/${volume}`)).status, 202);
    await eventually(async () => assert.equal((await cinder("GET", `/volumes/${volume}`)).status, 404));
    await nova("DELETE", `/servers/${id}`);
  });

  it("makes and takes key pairs", async () => {
    const made = await nova("POST", "/os-keypairs", { keypair: { name: "k" } });
    assert.equal(made.status, 200);
    assert.match(made.body.keypair.private_key, /^-----BEGIN RSA PRIVATE KEY-----/);
    assert.equal((await nova("POST", "/os-keypairs", { keypair: { name: "k" } })).status, 409);
    const shown = await nova("GET", "/os-keypairs/k", undefined, { version: "2.2" });
    assert.equal(shown.body.keypair.public_key, made.body.keypair.public_key);
    assert.equal(shown.body.keypair.type, "ssh");
    assert.equal((await nova("POST", "/os-keypairs", { keypair: { name: "bad", public_key: "x" } })).status, 400);
    assert.equal((await nova("DELETE", "/os-keypairs/k")).status, 202);
    assert.equal((await nova("GET", "/os-keypairs/k")).status, 404);
  });

  it("leaves nothing of a server that could not be made", async () => {
    const mapping = [{ source_type: "image", uuid: ids.image, destination_type: "volume", volume_size: 1, boot_index: 0 }];
    const before = (await cloud.client.list(Volume, { namespace })).length;
    const refused = await nova("POST", "/servers", {
      server: { ...plain(), block_device_mapping_v2: [...mapping, { source_type: "blank", destination_type: "volume" }] },
    });
    assert.equal(refused.status, 400);
    assert.equal((await cloud.client.list(Volume, { namespace })).length, before);
    const made = await nova("POST", "/servers", { server: { ...plain(), imageRef: "", block_device_mapping_v2: mapping } });
    assert.equal(made.status, 202, JSON.stringify(made.body));
    const shown = await nova("GET", `/servers/${made.body.server.id}`);
    assert.equal(shown.body.server.image, "");
    assert.equal((shown.body.server["os-extended-volumes:volumes_attached"] as unknown[]).length, 1);
    await nova("DELETE", `/servers/${made.body.server.id}`);
  });

  describe("bad input", () => {
    const server = (change: object) => () => ({ server: { ...plain(), ...change } });
    const cases: [why: string, path: string, body: () => unknown, status: number, says?: RegExp, version?: string][] = [
      ["no JSON", "/servers", () => "{", 400, /JSON/],
      ["an empty body", "/servers", () => "", 400],
      ["an unknown field", "/servers", server({ colour: "red" }), 400, /colour/],
      ["a number as name", "/servers", server({ name: 12345 }), 400],
      ["an empty name", "/servers", server({ name: "" }), 400],
      ["a name of 256 letters", "/servers", server({ name: "a".repeat(256) }), 400],
      ["no such flavor", "/servers", server({ flavorRef: "999" }), 400, /^Flavor 999 could not be found\.$/],
      ["a flavor of others", "/servers", server({ flavorRef: "hidden" }), 400],
      ["no such image", "/servers", server({ imageRef: gone }), 400, /^Can not find requested image$/],
      ["no image", "/servers", server({ imageRef: "" }), 400, /^Invalid imageRef provided\.$/],
      [
        "another project's network",
        "/servers",
        () => ({ server: { ...plain(), networks: [{ uuid: ids.other }] } }),
        400,
        /^Network .* could not be found\.$/,
      ],
      ["no such network", "/servers", server({ networks: [{ uuid: gone }] }), 400, /^Network .* could not be found\.$/],
      ["a network that is no UUID", "/servers", server({ networks: [{ uuid: "a-b-c" }] }), 400],
      ["no such port", "/servers", server({ networks: [{ port: gone }] }), 400, /^Port id .* could not be found\.$/],
      [
        "an address of another range",
        "/servers",
        () => ({ server: { ...plain(), networks: [{ uuid: ids.network, fixed_ip: "10.8.0.5" }] } }),
        400,
      ],
      ["no such key", "/servers", server({ key_name: "nobody" }), 400, /^Invalid key_name provided\.$/],
      ["user data that is no base64", "/servers", server({ user_data: "!!!!" }), 400],
      ["user data that is too long", "/servers", server({ user_data: "A".repeat(65536) }), 400],
      ["a metadata key of 260 letters", "/servers", server({ metadata: { ["k".repeat(260)]: "v" } }), 400],
      [
        "129 metadata items",
        "/servers",
        server({ metadata: Object.fromEntries(Array.from({ length: 129 }, (_, n) => [`k${n}`, "v"])) }),
        403,
      ],
      ["min_count over max_count", "/servers", server({ min_count: 3, max_count: 2 }), 400],
      ["an unknown zone", "/servers", server({ availability_zone: "mars" }), 400],
      ["an unknown security group", "/servers", server({ security_groups: [{ name: "nobody" }] }), 400],
      ["an IPv6 address that is none", "/servers", server({ accessIPv6: "notvalid" }), 400],
      [
        "networks missing from 2.37 on",
        "/servers",
        () => ({ server: { name: "x", flavorRef: "1", imageRef: ids.image } }),
        400,
        undefined,
        "2.37",
      ],
      ["a newer field in an older version", "/servers", server({ tags: ["a"] }), 400, undefined, "2.51"],
      ["an action that is none", `/servers/${gone}/action`, () => ({ dance: null }), 400],
      ["a reboot of no server", `/servers/${gone}/action`, () => ({ reboot: { type: "SOFT" } }), 404],
      ["a rebuild of no server", `/servers/${gone}/action`, () => ({ rebuild: { imageRef: gone } }), 404],
    ];
    for (const [why, path, body, status, says, version] of cases) {
      it(`${why}: ${status}`, async () => {
        const answer = await nova("POST", path, body(), version === undefined ? {} : { version });
        const fault = Object.values(answer.body)[0] as { code: number; message: string };
        assert.equal(answer.status, status, JSON.stringify(answer.body));
        assert.equal(fault.code, status);
        if (says) assert.match(fault.message, says);
      });
    }

    const lists: [string, number, string?][] = [
      ["/servers?limit=-1", 400],
      ["/servers?limit=x", 400],
      ["/servers?limit=0", 200],
      ["/servers?marker=nobody", 400],
      ["/servers?changes-since=2011/01/01", 400],
      ["/servers?changes-since=2051-01-01T12:34:00Z", 200],
      ["/servers?name=(a%2B)%2B$", 400],
      ["/servers?status=mars", 200],
      ["/servers?status=deleted", 403],
      ["/servers?colour=red", 200],
      ["/servers?colour=red", 400, "2.75"],
      ["/servers?sort_key=colour", 400],
      [`/servers/${"x".repeat(300)}`, 404],
      ["/servers/-1", 404],
      ["/flavors/nobody", 404],
      ["/os-aggregates", 501],
      ["/nothing", 404],
      ["/servers", 406, "2.999"],
      ["/servers", 400, "two"],
    ];
    for (const [path, status, version] of lists) {
      it(`GET ${path.slice(0, 50)}${version ? ` at ${version}` : ""}: ${status}`, async () => {
        assert.equal((await nova("GET", path, undefined, version === undefined ? {} : { version })).status, status);
      });
    }

    const volumes: [why: string, body: unknown, status: number][] = [
      ["a size that is no number", { volume: { size: "#$%" } }, 400],
      ["size 0", { volume: { size: "0" } }, 400],
      ["a negative size", { volume: { size: "-1" } }, 400],
      ["no size", { volume: {} }, 400],
      ["no such type", { volume: { size: 1, volume_type: gone } }, 404],
      ["no such snapshot", { volume: { size: 1, snapshot_id: gone } }, 404],
      ["no such source", { volume: { size: 1, source_volid: gone } }, 404],
      ["no such image", { volume: { size: 1, imageRef: gone } }, 404],
      ["an image that is no id", { volume: { size: 1, imageRef: "x" } }, 400],
      ["many servers at once", { volume: { size: 1, multiattach: true } }, 501],
    ];
    for (const [why, body, status] of volumes) {
      it(`a volume with ${why}: ${status}`, async () => {
        const answer = await cinder("POST", "/volumes", body);
        assert.equal(answer.status, status, JSON.stringify(answer.body));
      });
    }
    it("a URL of another project: 400", async () =>
      assert.equal((await call("GET", `/volume/v3/${gone}/volumes`, undefined, { version: "3.0" })).status, 400));
  });
});
