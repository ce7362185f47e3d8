// The Networking API on a real kube-apiserver: what needs no controller, every fault of bad input, and what waits for one (whose status the test writes).
import assert from "node:assert/strict";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { eventually } from "../../operator/testing/eventually.ts";
import { startTestCloud, type TestCloud } from "../testing/cloud.ts";

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes are read field by field
  body: any;
}

describe("the Networking API", function () {
  this.timeout(60_000);
  let cloud: TestCloud;
  const tokens = { demo: "", admin: "" };

  before(async function () {
    this.timeout(90_000);
    cloud = await startTestCloud();
    tokens.demo = await cloud.token("demo");
    tokens.admin = await cloud.token("admin");
  });
  after(() => cloud?.stop());

  async function call(method: string, path: string, body?: unknown, user: "demo" | "admin" = "demo"): Promise<Answer> {
    const response = await fetch(`${cloud.api.url}/network${path}`, {
      method,
      headers: { "x-auth-token": tokens[user], "content-type": "application/json" },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  }

  async function made(path: string, key: string, input: object, user: "demo" | "admin" = "demo") {
    const { status, body } = await call("POST", `/v2.0/${path}`, { [key]: input }, user);
    assert.equal(status, 201, JSON.stringify(body));
    return body[key];
  }

  async function refused(method: string, path: string, body: unknown, status: number, type: string, user: "demo" | "admin" = "demo") {
    const answer = await call(method, path, body, user);
    assert.deepEqual([answer.status, answer.body?.NeutronError?.type], [status, type], JSON.stringify(answer.body));
    assert.ok(answer.body.NeutronError.message.length > 10);
  }

  it("makes, shows, lists, changes and deletes a network", async () => {
    const network = await made("networks", "network", { name: "blue", mtu: 1400 });
    assert.equal(network.status, "ACTIVE");
    assert.equal(network.mtu, 1400);
    assert.equal("provider:network_type" in network, false);
    assert.deepEqual((await call("GET", `/v2.0/networks/${network.id}`)).body.network.name, "blue");
    assert.deepEqual((await call("GET", "/v2.0/networks?name=blue&fields=id")).body.networks, [{ id: network.id }]);
    const changed = await call("PUT", `/v2.0/networks/${network.id}`, { network: { name: "green", admin_state_up: false } });
    assert.deepEqual([changed.body.network.name, changed.body.network.admin_state_up], ["green", false]);
    assert.equal((await call("DELETE", `/v2.0/networks/${network.id}`)).status, 204);
    await refused("GET", `/v2.0/networks/${network.id}`, undefined, 404, "NetworkNotFound");
  });

  it("makes several at once and pages through them", async () => {
    const names = ["p1", "p2", "p3"];
    const bulk = await call("POST", "/v2.0/networks", { networks: names.map((name) => ({ name })) });
    assert.deepEqual(
      bulk.body.networks.map(({ name }: { name: string }) => name),
      names,
    );
    const first = await call("GET", "/v2.0/networks?sort_key=name&limit=2");
    assert.equal(first.body.networks.length, 2);
    const next = new URL(first.body.networks_links[0].href);
    const second = await call("GET", next.pathname.replace("/network", "") + next.search);
    assert.equal(second.body.networks[0].name, "p3");
  });

  it("gives a subnet its gateway and pools, and refuses what Neutron refuses", async () => {
    const network = await made("networks", "network", { name: "n" });
    const input = { network_id: network.id, ip_version: 4, cidr: "10.9.0.0/24" };
    const subnet = await made("subnets", "subnet", { ...input, name: "s" });
    assert.equal(subnet.gateway_ip, "10.9.0.1");
    assert.deepEqual(subnet.allocation_pools, [{ start: "10.9.0.2", end: "10.9.0.254" }]);
    await refused("POST", "/v2.0/subnets", { subnet: { ...input, cidr: "10.9.0.128/25" } }, 400, "InvalidInput");
    await refused("POST", "/v2.0/subnets", { subnet: { ...input, cidr: "10.8.0.0/99" } }, 400, "HTTPBadRequest");
    await refused("POST", "/v2.0/subnets", { subnet: { ...input, ip_version: 6 } }, 400, "InvalidInput");
    await refused("POST", "/v2.0/subnets", { subnet: { ...input, network_id: "nowhere" } }, 404, "NetworkNotFound");
    await refused("POST", "/v2.0/subnets", { subnet: { ...input, cidr: "10.7.0.0/24", surprise: 1 } }, 400, "HTTPBadRequest");
    await refused("POST", "/v2.0/subnets", "{ no json", 400, "HTTPBadRequest");
    const stored = cloud.plane.client;
    assert.equal((await stored.list(Subnet, { namespace: "kumulus-demo" })).length, 1);
  });

  it("hides other projects' networks and guards what is for administrators", async () => {
    const foreign = await made("networks", "network", { name: "secret" }, "admin");
    await refused("GET", `/v2.0/networks/${foreign.id}`, undefined, 404, "NetworkNotFound");
    await refused(
      "POST",
      "/v2.0/subnets",
      { subnet: { network_id: foreign.id, ip_version: 4, cidr: "10.1.0.0/24" } },
      404,
      "NetworkNotFound",
    );
    await refused("POST", "/v2.0/networks", { network: { "router:external": true } }, 403, "PolicyNotAuthorized");
    const external = await made(
      "networks",
      "network",
      { name: "out", "router:external": true, "provider:network_type": "flat", "provider:physical_network": "physnet1" },
      "admin",
    );
    assert.equal(external["provider:physical_network"], "physnet1");
    assert.equal((await call("GET", `/v2.0/networks/${external.id}`)).status, 200);
    await refused("DELETE", `/v2.0/networks/${external.id}`, undefined, 403, "PolicyNotAuthorized");
  });

  it("adds and removes rules of a security group", async () => {
    const group = await made("security-groups", "security_group", { name: "web" });
    assert.equal(group.security_group_rules.length, 2);
    const input = { security_group_id: group.id, direction: "ingress", protocol: "tcp", port_range_min: 22, port_range_max: 22 };
    const rule = await made("security-group-rules", "security_group_rule", input);
    assert.deepEqual([rule.ethertype, rule.remote_ip_prefix, rule.port_range_min], ["IPv4", null, 22]);
    await refused("POST", "/v2.0/security-group-rules", { security_group_rule: input }, 409, "SecurityGroupRuleExists");
    await refused(
      "POST",
      "/v2.0/security-group-rules",
      { security_group_rule: { ...input, protocol: "warp" } },
      400,
      "SecurityGroupRuleInvalidProtocol",
    );
    await refused(
      "POST",
      "/v2.0/security-group-rules",
      { security_group_rule: { ...input, port_range_max: 1 } },
      400,
      "SecurityGroupInvalidPortRange",
    );
    assert.equal((await call("DELETE", `/v2.0/security-group-rules/${rule.id}`)).status, 204);
    await refused("DELETE", `/v2.0/security-group-rules/${rule.id}`, undefined, 404, "SecurityGroupRuleNotFound");
    await refused("POST", "/v2.0/security-groups", { security_group: { name: "default" } }, 409, "SecurityGroupDefaultAlreadyExists");
  });

  it("answers a port when its controller has decided, and takes back what gets no address", async () => {
    const network = await made("networks", "network", { name: "ports" });
    await made("subnets", "subnet", { network_id: network.id, ip_version: 4, cidr: "10.5.0.0/24" });
    const play = async (status: (subnet: string) => object) => {
      for (;;) {
        const ports = await cloud.client.list(Port, { namespace: "kumulus-demo" });
        const port = ports.find(({ metadata }) => !metadata.deletionTimestamp);
        const [subnet] = (await cloud.client.list(Subnet, { namespace: "kumulus-demo" })).filter(({ spec }) => spec.cidr === "10.5.0.0/24");
        if (port && subnet)
          return cloud.client.patch(
            Port,
            port.metadata,
            { status: { observedGeneration: port.metadata.generation, ...status(subnet.metadata.name) } },
            { subresource: "status" },
          );
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const waiting = call("POST", "/v2.0/ports", { port: { network_id: network.id, name: "p" } });
    await play((subnet) => ({ macAddress: "fa:16:3e:00:00:01", phase: "DOWN", fixedIPs: [{ subnet, ipAddress: "10.5.0.7" }] }));
    const { status, body } = await waiting;
    assert.equal(status, 201);
    assert.equal(body.port.fixed_ips[0].ip_address, "10.5.0.7");
    assert.equal((await call("DELETE", `/v2.0/ports/${body.port.id}`)).status, 204);
    const full = call("POST", "/v2.0/ports", { port: { network_id: network.id } });
    const condition = {
      type: "Ready",
      status: "False",
      reason: "NoFreeAddress",
      message: "No more IP addresses available on network.",
      lastTransitionTime: new Date().toISOString(),
    };
    await play(() => ({ conditions: [{ ...condition, observedGeneration: 1 }] }));
    assert.deepEqual([(await full).status, (await full).body.NeutronError.type], [409, "IpAddressGenerationFailure"]);
    await eventually(async () => assert.equal((await cloud.client.list(Port, { namespace: "kumulus-demo" })).length, 0));
    await refused("POST", "/v2.0/ports", { port: { network_id: network.id, mac_address: "01:00:5e:00:00:01" } }, 400, "HTTPBadRequest");
  });

  it("shows and sets quotas", async () => {
    const project = (await call("GET", "/v2.0/networks?name=ports")).body.networks[0].project_id;
    assert.equal((await call("GET", `/v2.0/quotas/${project}`)).body.quota.network, 100);
    await refused("PUT", `/v2.0/quotas/${project}`, { quota: { network: 1 } }, 403, "PolicyNotAuthorized");
    assert.equal((await call("PUT", `/v2.0/quotas/${project}`, { quota: { network: 7 } }, "admin")).body.quota.network, 7);
    const details = (await call("GET", `/v2.0/quotas/${project}/details.json`)).body.quota.network;
    const own = (await cloud.client.list(Network, { namespace: "kumulus-demo" })).length;
    assert.deepEqual(details, { limit: 7, used: own, reserved: 0 });
    assert.equal((await call("DELETE", `/v2.0/quotas/${project}`, undefined, "admin")).status, 204);
  });

  it("answers for unknown URLs and methods as Neutron does", async () => {
    assert.equal((await call("GET", "/v2.0/firewalls")).status, 404);
    assert.equal((await call("PATCH", "/v2.0/networks", {})).status, 405);
    assert.equal((await call("GET", "/v2.0/extensions/router")).body.extension.alias, "router");
  });
});
