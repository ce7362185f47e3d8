// Rules of networks and subnets.
import assert from "node:assert/strict";
import type { KubeObject } from "../../models/kind.ts";
import { make, outcome, viewOf } from "../testing/world.ts";
import { networkRules } from "./network.ts";
import { subnetRules } from "./subnet.ts";

const net = make.network("net");
const vlan = (name: string, segmentationID?: number) =>
  make.network(name, {
    provider: { networkType: "vlan", physicalNetwork: "p", ...(segmentationID === undefined ? {} : { segmentationID }) },
  });
const port = (deviceOwner: string, extra: Parameters<typeof make.port>[2] = {}) =>
  make.port(
    "port",
    { networkRef: { name: "net", namespace: "demo" }, deviceOwner },
    { status: { fixedIPs: [{ subnet: "sub", ipAddress: "10.0.0.1" }] }, ...extra },
  );

describe("network rules", () => {
  const flat = make.network("flat", { provider: { networkType: "flat", physicalNetwork: "p" } });
  const creates: [string, typeof net, (typeof net)[], string][] = [
    ["a plain network", net, [], "fine"],
    ["a flat one on a free physical network", flat, [vlan("a", 5)], "fine"],
    ["a flat one on a taken physical network", make.network("b", flat.spec), [flat], "409 FlatNetworkInUse"],
    ["a flat one without a physical network", make.network("b", { provider: { networkType: "flat" } }), [], "400 InvalidInput"],
    ["a flat one with a segment", make.network("b", { provider: { ...flat.spec.provider, segmentationID: 1 } }), [], "400 InvalidInput"],
    ["a VLAN twice", vlan("b", 5), [vlan("a", 5)], "409 VlanIdInUse"],
    ["another VLAN", vlan("b", 6), [vlan("a", 5)], "fine"],
    ["VLAN 5000", vlan("b", 5000), [], "400 InvalidInput"],
    [
      "a tunnel key twice",
      make.network("b", { provider: { segmentationID: 7 } }),
      [make.network("a", {}, { status: { segmentationID: 7 } })],
      "409 TunnelIdInUse",
    ],
    ["a tunnel on a physical network", make.network("b", { provider: { physicalNetwork: "p" } }), [], "400 InvalidInput"],
  ];
  for (const [title, network, others, expected] of creates) {
    it(`create ${title}: ${expected}`, () => assert.equal(outcome(networkRules.create?.(network, viewOf(...others))), expected));
  }

  const removals: [string, ReturnType<typeof port>[], string][] = [
    ["without ports", [], "fine"],
    ["with a guest's port", [port("compute:nova")], "409 NetworkInUse"],
    ["with a foreign project's port", [port("", { namespace: "other" })], "409 NetworkInUse"],
    ["with a router's port", [port("network:router_interface")], "409 NetworkInUse"],
    ["with its own DHCP port", [port("network:dhcp")], "fine"],
    ["with a port that is going", [port("compute:nova", { leaving: true })], "fine"],
  ];
  for (const [title, ports, expected] of removals) {
    it(`delete ${title}: ${expected}`, () => assert.equal(outcome(networkRules.remove?.(net, viewOf(net, ...ports))), expected));
  }

  const shared = make.network("net", { shared: true });
  const external = make.network("net", { external: true });
  const gateway = make.router("r", { externalGateway: { networkRef: { name: "net", namespace: "demo" } } }, { namespace: "other" });
  const changes: [string, typeof net, readonly KubeObject[], string][] = [
    ["unshared with a foreign port", shared, [port("", { namespace: "other" })], "409 InvalidSharedSetting"],
    ["unshared with own ports", shared, [port("")], "fine"],
    ["made internal under a router", external, [gateway], "409 ExternalNetworkInUse"],
    ["made internal under a floating IP", external, [port("network:floatingip", { namespace: "other" })], "409 ExternalNetworkInUse"],
    ["made internal unused", external, [], "fine"],
  ];
  for (const [title, old, objects, expected] of changes) {
    it(`${title}: ${expected}`, () => assert.equal(outcome(networkRules.update?.(net, old, viewOf(old, ...objects))), expected));
  }
});

describe("subnet rules", () => {
  const sub = make.subnet("sub", { networkRef: { name: "net" }, cidr: "10.0.0.0/24" });
  const other = (cidr: string, leaving = false) => make.subnet("other", { networkRef: { name: "net" }, cidr }, { leaving });
  const creates: [string, readonly KubeObject[], string][] = [
    ["on a network of ours", [net], "fine"],
    ["on none", [], "404 NetworkNotFound"],
    ["on a network that is going", [make.network("net", {}, { leaving: true })], "404 NetworkNotFound"],
    ["on a foreign network", [make.network("net", {}, { namespace: "other" })], "404 NetworkNotFound"],
    ["that overlaps", [net, other("10.0.0.128/25")], "400 InvalidInput"],
    ["that overlaps one that is going", [net, other("10.0.0.128/25", true)], "fine"],
    ["beside another", [net, other("10.0.1.0/24")], "fine"],
  ];
  for (const [title, objects, expected] of creates) {
    it(`create ${title}: ${expected}`, () => assert.equal(outcome(subnetRules.create?.(sub, viewOf(...objects))), expected));
  }

  it("names the network that overlaps", () => {
    const verdict = subnetRules.create?.(sub, viewOf(net, other("10.0.0.0/16")));
    assert.match(verdict?.error.message ?? "", /cidr: 10\.0\.0\.0\/24 for network: net overlaps with another subnet/);
    assert.deepEqual(
      verdict?.because.map(({ metadata }) => metadata.name),
      ["other"],
    );
  });

  const slaac = make.subnet("sub", { networkRef: { name: "net" }, cidr: "2001:db8::/64", ipv6AddressMode: "slaac", ipv6RAMode: "slaac" });
  const removals: [string, typeof sub, readonly KubeObject[], string][] = [
    ["unused", sub, [], "fine"],
    ["with a guest's address", sub, [port("compute:nova")], "409 SubnetInUse"],
    ["with a router's address", sub, [port("network:router_interface")], "409 SubnetInUse"],
    [
      "that a port asks for",
      sub,
      [make.port("p", { networkRef: { name: "net" }, fixedIPs: [{ subnetRef: { name: "sub" } }] })],
      "409 SubnetInUse",
    ],
    ["with a DHCP address", sub, [port("network:dhcp")], "fine"],
    ["SLAAC with a guest", slaac, [port("compute:nova")], "fine"],
    ["SLAAC with a router", slaac, [port("network:router_interface")], "409 SubnetInUse"],
  ];
  for (const [title, subnet, objects, expected] of removals) {
    it(`delete ${title}: ${expected}`, () => assert.equal(outcome(subnetRules.remove?.(subnet, viewOf(net, ...objects))), expected));
  }

  it("keeps a gateway that a router has", () => {
    const moved = make.subnet("sub", { ...sub.spec, gatewayIP: "10.0.0.254" });
    assert.equal(outcome(subnetRules.update?.(moved, sub, viewOf(net, sub, port("network:router_interface")))), "409 GatewayIpInUse");
    assert.equal(outcome(subnetRules.update?.(moved, sub, viewOf(net, sub, port("compute:nova")))), "fine");
  });
});
