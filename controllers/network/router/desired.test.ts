// What routers and floating IPs become in OVN.
import assert from "node:assert/strict";
import { hashedName } from "../../../domain/id.ts";
import { desiredFloatingRows } from "../floating-ip/desired.ts";
import { desiredFloatingPort } from "../floating-ip/gather.ts";
import { floatingIP, network, port, router, subnet } from "../testing/objects.ts";
import { columns, pick } from "../testing/rows.ts";
import { desiredRouterRows } from "./desired.ts";
import type { RouterWorld } from "./gather.ts";
import { desiredRouterPorts } from "./ports.ts";

const settings = { tenantMTU: 1442, providerMTU: 1500, addressGraceMs: 1000, random: () => 0 };
const net = network("net", {});
const sub = subnet("sub", { networkRef: { name: "net" }, cidr: "10.9.0.0/24" });
describe("router and floating IP → OVN", () => {
  const publicNet = network("public", { external: true, provider: { networkType: "flat", physicalNetwork: "physnet1" } });
  const publicSub = subnet("public-sub", { networkRef: { name: "public" }, cidr: "172.24.4.0/24", enableDHCP: false });
  const lan = port(
    "lan",
    { networkRef: { name: "net" } },
    { macAddress: "fa:16:3e:00:00:02", fixedIPs: [{ subnet: "sub", ipAddress: "10.9.0.1" }] },
  );
  const wan = port(
    "wan",
    { networkRef: { name: "public" } },
    { macAddress: "fa:16:3e:00:00:03", fixedIPs: [{ subnet: "public-sub", ipAddress: "172.24.4.9" }] },
  );
  const r = router("r", {
    externalGateway: { networkRef: { name: "public" } },
    interfaces: [{ subnetRef: { name: "sub" } }],
    routes: [{ destination: "10.1.0.0/16", nexthop: "10.9.0.9" }],
  });
  const world: RouterWorld = {
    interfaces: [{ portName: "lan", subnet: sub, subnetName: "sub", port: { port: lan, network: net, subnets: [sub] } }],
    gateway: { portName: "wan", network: publicNet, port: { port: wan, network: publicNet, subnets: [publicSub] } },
  };

  it("router ports carry address, MAC and the smallest MTU", () => {
    const rows = desiredRouterRows(r, world, [], settings);
    assert.deepEqual(
      pick(rows, "Logical_Router_Port").map((row) => columns(row, "name", "mac", "networks", "options")),
      [
        ["lrp-lan-id", "fa:16:3e:00:00:02", ["10.9.0.1/24"], { gateway_mtu: "1442" }],
        ["lrp-wan-id", "fa:16:3e:00:00:03", ["172.24.4.9/24"], { gateway_mtu: "1442" }],
      ],
    );
  });

  it("SNAT for each IPv4 subnet unless it is off, default and static routes", () => {
    const rows = desiredRouterRows(r, world, [], settings);
    assert.deepEqual(
      pick(rows, "NAT").map((row) => columns(row, "type", "logical_ip", "external_ip")),
      [["snat", "10.9.0.0/24", "172.24.4.9"]],
    );
    assert.deepEqual(
      pick(rows, "Logical_Router_Static_Route").map((row) => columns(row, "ip_prefix", "nexthop", "output_port")),
      [
        ["0.0.0.0/0", "172.24.4.1", "lrp-wan-id"],
        ["10.1.0.0/16", "10.9.0.9", undefined],
      ],
    );
    const off = router("r", { ...r.spec, externalGateway: { networkRef: { name: "public" }, enableSNAT: false } });
    assert.deepEqual(pick(desiredRouterRows(off, world, [], settings), "NAT"), []);
  });

  it("at most five chassis, in an order that does not depend on the others", () => {
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    const order = (some: readonly string[]) =>
      pick(desiredRouterRows(r, world, some, settings), "Gateway_Chassis")
        .sort((x, y) => Number(y.priority) - Number(x.priority))
        .map((row) => row.chassis_name);
    assert.equal(order(names).length, 5);
    assert.deepEqual(order([...names].reverse()), order(names));
  });

  it("ports that are not ready yet are left out", () => {
    const pending: RouterWorld = { interfaces: [{ portName: "lan", subnet: sub, subnetName: "sub", port: undefined }], gateway: undefined };
    assert.deepEqual(
      desiredRouterRows(r, pending, [], settings).map((row) => row.table),
      ["Logical_Router", "Logical_Router_Static_Route"],
    );
  });

  it("a router makes a port for each subnet, with the gateway's address, and one outside", () => {
    const ports = desiredRouterPorts(r, { ...world, interfaces: world.interfaces.map((one) => ({ ...one, port: undefined })) });
    assert.deepEqual(
      ports.map((one) => [one.spec.deviceOwner, one.spec.fixedIPs, one.spec.deviceID]),
      [
        ["network:router_interface", [{ subnetRef: { name: "sub" }, ipAddress: "10.9.0.1" }], "r-id"],
        ["network:router_gateway", undefined, "r-id"],
      ],
    );
  });

  it("a floating IP is one NAT row of the router, centralised, and a port outside", () => {
    const fip = floatingIP("fip", { networkRef: { name: "public" }, portRef: { name: "vm" } });
    const own = port(
      "own",
      { networkRef: { name: "public" } },
      { macAddress: "fa:16:3e:00:00:04", fixedIPs: [{ subnet: "public-sub", ipAddress: "172.24.4.50" }] },
    );
    const seen = { network: publicNet, own, target: port("vm", { networkRef: { name: "net" } }), fixedAddress: "10.9.0.5", router: r };
    const [nat] = pick(desiredFloatingRows(fip, seen), "NAT");
    assert.deepEqual(columns(nat, "type", "external_ip", "logical_ip", "external_mac", "logical_port"), [
      "dnat_and_snat",
      "172.24.4.50",
      "10.9.0.5",
      undefined,
      undefined,
    ]);
    assert.deepEqual(desiredFloatingRows(fip, { ...seen, router: undefined }), []);
    const outside = desiredFloatingPort(fip);
    assert.deepEqual(
      [outside.metadata.name, outside.spec.deviceOwner, outside.spec.deviceID],
      [hashedName("fip", "fip"), "network:floatingip", "fip-id"],
    );
  });
});
