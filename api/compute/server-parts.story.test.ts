// NICs, security groups, metadata, tags and locks of a server over HTTP on a real kube-apiserver; the test plays the Port controller.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Flavor } from "../../models/compute/flavor.ts";
import { Server } from "../../models/compute/server.ts";
import { Image } from "../../models/image/image.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { startTestCloud, type TestCloud } from "../testing/cloud.ts";

const namespace = "kumulus-demo";
const network = "network.kumulus.cloud/v1alpha1" as const;

describe("parts of a server over HTTP", function () {
  this.timeout(60_000);
  let cloud: TestCloud;
  const tokens = { demo: "", admin: "" };
  let path = "";

  before(async function () {
    this.timeout(90_000);
    cloud = await startTestCloud({
      async tune(client) {
        const metadata = (name: string) => ({ name, namespace });
        const compute = "compute.kumulus.cloud/v1alpha1" as const;
        await client.create(Flavor, {
          apiVersion: compute,
          kind: "Flavor",
          metadata: { name: "1" },
          spec: { vcpus: 1, ramMiB: 64, flavorID: "1" },
        });
        await client.create(Network, { apiVersion: network, kind: "Network", metadata: metadata("n"), spec: {} });
        const spec = { networkRef: { name: "n" }, cidr: "10.9.0.0/24" };
        await client.create(Subnet, { apiVersion: network, kind: "Subnet", metadata: metadata("s"), spec });
        for (const name of ["default", "web"]) {
          await client.create(SecurityGroup, {
            apiVersion: network,
            kind: "SecurityGroup",
            metadata: metadata(name),
            spec: { isDefault: name === "default" },
          });
        }
        await client.create(Image, { apiVersion: "image.kumulus.cloud/v1alpha1", kind: "Image", metadata: metadata("guest"), spec: {} });
        await client.patch(Image, metadata("guest"), { status: { phase: "active" } }, { subresource: "status" });
        await client.create(Server, {
          apiVersion: compute,
          kind: "Server",
          metadata: metadata("vm"),
          spec: { flavorRef: { name: "1" }, imageRef: { name: "guest" } },
        });
        await client.patch(Server, metadata("vm"), { status: { phase: "ACTIVE", power: "On" } }, { subresource: "status" });
      },
    });
    for (const user of ["demo", "admin"] as const) tokens[user] = await cloud.token(user);
    path = `/servers/${(await cloud.client.get(Server, { name: "vm", namespace })).metadata.uid}`;
  });
  after(() => cloud?.stop());

  async function call(method: string, what: string, body?: unknown, { user = "demo" as "demo" | "admin", version = "2.70" } = {}) {
    const answer = await fetch(`${cloud.api.url}/compute/v2.1${path}${what}`, {
      method,
      headers: { "x-auth-token": tokens[user], "x-openstack-nova-api-version": version, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: JSON.parse(text === "" ? "{}" : text) as Record<string, unknown> };
  }
  const status = async (...args: Parameters<typeof call>) => (await call(...args)).status;

  /** Gives the next Port that has none an address, or says why not. */
  async function playPort(outcome: "address" | "NoFreeAddress"): Promise<void> {
    for (let round = 0; round < 300; round += 1) {
      const port = (await cloud.client.list(Port, { namespace })).find(({ metadata, status }) => !status && !metadata.deletionTimestamp);
      if (port) {
        const lastTransitionTime = new Date().toISOString();
        const ready = { type: "Ready", status: "False", reason: outcome, message: "It is full.", lastTransitionTime };
        const good = { macAddress: "fa:16:3e:00:00:01", fixedIPs: [{ subnet: "s", ipAddress: "10.9.0.7" }], phase: "DOWN" };
        await cloud.client.patch(
          Port,
          port.metadata,
          { status: outcome === "address" ? good : { conditions: [ready] } },
          { subresource: "status" },
        );
        return;
      }
      await sleep(10);
    }
  }

  it("plugs a NIC, changes its groups, and unplugs it", async () => {
    const [made] = await Promise.all([call("POST", "/os-interface", {}), playPort("address")]);
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const nic = made.body.interfaceAttachment as { port_id: string; mac_addr: string; fixed_ips: { ip_address: string }[] };
    assert.deepEqual([nic.mac_addr, nic.fixed_ips.map(({ ip_address }) => ip_address)], ["fa:16:3e:00:00:01", ["10.9.0.7"]]);
    assert.equal(await status("GET", `/os-interface/${nic.port_id}`), 200);

    assert.equal(await status("POST", "/action", { addSecurityGroup: { name: "web" } }), 202);
    const groups = (await call("GET", "/os-security-groups")).body.security_groups as { name: string }[];
    assert.deepEqual(
      groups.map(({ name }) => name),
      ["default", "web"],
    );
    assert.equal(await status("POST", "/action", { removeSecurityGroup: { name: "web" } }), 202);
    assert.equal(await status("POST", "/action", { removeSecurityGroup: { name: "web" } }), 404);
    assert.equal(await status("POST", "/action", { addSecurityGroup: { name: "nobody" } }), 404);

    assert.equal(await status("DELETE", `/os-interface/${nic.port_id}`), 202);
    assert.equal(await status("DELETE", `/os-interface/${nic.port_id}`), 404);
    await eventually(async () => assert.deepEqual(await cloud.client.list(Port, { namespace }), []));
  });

  it("leaves no Port when the subnet is full", async () => {
    const [made] = await Promise.all([call("POST", "/os-interface", {}), playPort("NoFreeAddress")]);
    assert.equal(made.status, 400, JSON.stringify(made.body));
    await eventually(async () => assert.deepEqual(await cloud.client.list(Port, { namespace }), []));
    assert.deepEqual((await cloud.client.get(Server, { name: "vm", namespace })).spec.networks ?? [], []);
  });

  it("keeps metadata and tags", async () => {
    assert.deepEqual((await call("POST", "/metadata", { metadata: { a: "1" } })).body, { metadata: { a: "1" } });
    assert.deepEqual((await call("PUT", "/metadata/b", { meta: { b: "2" } })).body, { meta: { b: "2" } });
    assert.equal(await status("PUT", "/metadata/c", { meta: { b: "2" } }), 400);
    assert.equal(await status("DELETE", "/metadata/a"), 204);
    assert.equal(await status("GET", "/metadata/a"), 404);
    assert.deepEqual((await call("GET", "/metadata")).body, { metadata: { b: "2" } });
    assert.equal(await status("PUT", "/tags/red"), 201);
    assert.equal(await status("PUT", "/tags/red"), 204);
    assert.equal(await status("GET", "/tags/red"), 204);
    assert.equal(await status("GET", "/tags/blue"), 404);
    assert.equal(await status("GET", "/tags", undefined, { version: "2.25" }), 404);
    assert.deepEqual((await call("PUT", "/tags", { tags: ["x", "y"] })).body, { tags: ["x", "y"] });
    assert.equal(await status("DELETE", "/tags"), 204);
  });

  it("locks", async () => {
    assert.equal(await status("POST", "/action", { lock: null }), 202);
    assert.equal(await status("POST", "/action", { "os-stop": null }), 409);
    assert.equal(await status("DELETE", ""), 409);
    assert.equal(await status("POST", "/action", { unlock: null }), 202);
    assert.equal(await status("POST", "/action", { lock: null }, { user: "admin" }), 202);
    assert.equal(await status("POST", "/action", { unlock: null }), 403);
    assert.equal(await status("POST", "/action", { unlock: null }, { user: "admin" }), 202);
    assert.equal(await status("POST", "/action", { "os-stop": null }), 202);
  });

  it("shows limits and quotas", async () => {
    const base = path;
    path = "";
    for (const what of ["/limits", "/os-availability-zone", "/extensions", "/flavors/detail", "/flavors/1/os-extra_specs"]) {
      assert.equal(await status("GET", what), 200, what);
    }
    path = base;
  });
});
