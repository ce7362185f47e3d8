// Routers, gateways and floating IPs on a real API server and real OVN databases.
import assert from "node:assert/strict";
import { NetworkAttachmentDefinition } from "../../clients/multus/kinds.ts";
import { namedUuid } from "../../clients/ovsdb/codec.ts";
import { idOf } from "../../domain/id.ts";
import type { Kind } from "../../models/kind.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { IPAddress } from "../../models/network/ip-address.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { Router } from "../../models/network/router.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { external, mapOf, rowsOf, tenant } from "./testing/tenants.ts";
import { hasReason, isReady, startWorld, until, type World } from "./testing/world.ts";

describe("routers and floating IPs", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await startWorld({ auditMs: 1000, addressGraceMs: 500 });
  });
  after(() => world?.stop());

  it("a SLAAC subnet gives guests the address that they make, router advertisements and port security for it", async () => {
    const ns = await tenant(world, "six", "2001:db8:6::/64", { ipv6RAMode: "slaac", ipv6AddressMode: "slaac", dnsNameservers: [] });
    await world.create(Port, ns, "one", { networkRef: { name: "net" }, macAddress: "fa:16:3e:12:34:56" });
    const port = await world.settled(Port, ns, "one", isReady);
    const address = "2001:db8:6:0:f816:3eff:fe12:3456";
    assert.equal(port.status?.fixedIPs?.[0]?.ipAddress, address);
    const [row] = rowsOf(world, "Logical_Switch_Port", { kind: "Port", namespace: ns, name: "one" });
    assert.deepEqual([row?.port_security, row?.dhcpv6_options], [[`fa:16:3e:12:34:56 ${address}`], undefined]);
    await world.create(Router, ns, "r", { interfaces: [{ subnetRef: { name: "sub" } }] });
    await world.settled(Router, ns, "r", isReady);
    const [lrp] = rowsOf(world, "Logical_Router_Port", { kind: "Router", namespace: ns, name: "r" });
    assert.deepEqual(lrp?.ipv6_ra_configs, { address_mode: "slaac", mtu: "1442", send_periodic: "true" });
    assert.deepEqual(lrp?.networks, ["2001:db8:6::1/64"]);
  });

  it("router, gateway and floating IP lead from the outside to a port; their deletion leaves nothing", async () => {
    const outside = await external(world, "outside", "172.24.4.0/24");
    const ns = await tenant(world, "routed", "10.8.0.0/24");
    await world.create(Port, ns, "vm", { networkRef: { name: "net" } });
    await world.create(Router, ns, "r", {
      externalGateway: { networkRef: { name: "public", namespace: outside } },
      interfaces: [{ subnetRef: { name: "sub" } }],
      routes: [{ destination: "10.99.0.0/16", nexthop: "10.8.0.9" }],
    });
    await world.create(FloatingIP, ns, "fip", { networkRef: { name: "public", namespace: outside }, portRef: { name: "vm" } });
    const router = await world.settled(Router, ns, "r", isReady);
    const fip = await world.settled(FloatingIP, ns, "fip", (one) => isReady(one) && one.status?.phase === "ACTIVE");
    const vm = await world.settled(Port, ns, "vm", isReady);
    const inside = vm.status?.fixedIPs?.[0]?.ipAddress;
    const gateway = router.status?.externalIPs?.[0]?.ipAddress;
    assert.match(gateway ?? "", /^172\.24\.4\./);
    assert.deepEqual(
      [fip.status?.router, fip.status?.fixedIPAddress, router.status?.interfaces?.[0]?.ipAddress],
      ["r", inside, "10.8.0.1"],
    );
    const owner = { kind: "Router", namespace: ns, name: "r" };
    const lrps = rowsOf(world, "Logical_Router_Port", owner);
    assert.deepEqual(lrps.map((row) => row.networks).sort(), [["10.8.0.1/24"], [`${gateway}/24`]]);
    assert.deepEqual(new Set(lrps.map((row) => mapOf(row, "options").gateway_mtu)), new Set(["1442"]));
    assert.deepEqual(
      rowsOf(world, "NAT", owner).map((row) => [row.type, row.external_ip, row.logical_ip]),
      [["snat", gateway, "10.8.0.0/24"]],
    );
    assert.deepEqual(
      rowsOf(world, "Logical_Router_Static_Route", owner)
        .map((row) => [row.ip_prefix, row.nexthop])
        .sort(),
      [
        ["0.0.0.0/0", "172.24.4.1"],
        ["10.99.0.0/16", "10.8.0.9"],
      ],
    );
    const [nat] = rowsOf(world, "NAT", { kind: "FloatingIP", namespace: ns, name: "fip" });
    assert.deepEqual([nat?.type, nat?.external_ip, nat?.logical_ip], ["dnat_and_snat", fip.status?.ipAddress, inside]);
    const [peer] = rowsOf(world, "Logical_Switch_Port", { kind: "Port", namespace: ns, name: router.status?.gatewayPort ?? "" });
    assert.deepEqual([peer?.type, peer?.addresses, mapOf(peer, "options")["nat-addresses"]], ["router", ["router"], "router"]);
    const own = await world.settled(Port, ns, fip.status?.port ?? "", isReady);
    assert.deepEqual(
      [own.status?.phase, rowsOf(world, "Logical_Switch_Port", { kind: "Port", namespace: ns, name: own.metadata.name })],
      ["N/A", []],
    );

    await world.client.patch(FloatingIP, { name: "fip", namespace: ns }, { spec: { portRef: null } });
    await world.settled(FloatingIP, ns, "fip", (one) => one.status?.phase === "DOWN");
    assert.deepEqual(rowsOf(world, "NAT", { kind: "FloatingIP", namespace: ns, name: "fip" }), []);
    await world.client.patch(FloatingIP, { name: "fip", namespace: ns }, { spec: { portRef: { name: "vm" } } });
    await world.settled(FloatingIP, ns, "fip", (one) => one.status?.phase === "ACTIVE");

    for (const [kind, name] of [
      [Router, "r"],
      [FloatingIP, "fip"],
      [Port, "vm"],
      [Network, "net"],
      [SecurityGroup, "default"],
    ] as [Kind, string][]) {
      await world.client.delete(kind, { name, namespace: ns });
    }
    await world.gone(Network, ns, "net");
    for (const [kind, name] of [
      [Router, "r"],
      [FloatingIP, "fip"],
      [SecurityGroup, "default"],
      [Subnet, "sub"],
    ] as const)
      await world.gone(kind, ns, name);
    await until("all ports are gone", () => world.caches.of(Port).list(ns).length === 0);
    assert.deepEqual([world.rowsOf(ns), await world.client.list(IPAddress, { namespace: ns })], [[], []]);
    const left = await world.client.list(IPAddress, { namespace: outside });
    assert.deepEqual(left, []);
  });

  it("a gateway goes to the chassis that may be one, also when it comes later", async () => {
    const outside = await external(world, "outside-2", "172.24.5.0/24");
    const ns = await tenant(world, "chassis", "10.4.0.0/24");
    await world.create(Router, ns, "r", {
      externalGateway: { networkRef: { name: "public", namespace: outside } },
      interfaces: [{ subnetRef: { name: "sub" } }],
    });
    await world.settled(Router, ns, "r", isReady);
    const owner = { kind: "Router", namespace: ns, name: "r" };
    assert.deepEqual(rowsOf(world, "Gateway_Chassis", owner), []);
    const chassis = async (name: string, config: Record<string, string>) => {
      const encap = {
        op: "insert",
        table: "Encap",
        name: "encap",
        row: { type: "geneve", ip: `10.0.0.${name.length}`, chassis_name: name },
      } as const;
      await world.sb.transact([
        encap,
        { op: "insert", table: "Chassis", row: { name, hostname: name, encaps: [namedUuid("encap")], other_config: config } },
      ]);
    };
    await chassis("c1", { "ovn-cms-options": "enable-chassis-as-gw", "ovn-bridge-mappings": "physnet1:br-ex" });
    await chassis("c-2", { "ovn-cms-options": "", "ovn-bridge-mappings": "physnet1:br-ex" });
    await chassis("c--3", { "ovn-cms-options": "enable-chassis-as-gw", "ovn-bridge-mappings": "other:br-x" });
    await until("the gateway has a chassis", () => rowsOf(world, "Gateway_Chassis", owner).length > 0);
    assert.deepEqual(
      rowsOf(world, "Gateway_Chassis", owner).map((row) => [row.chassis_name, row.priority]),
      [["c1", 1]],
    );
  });

  it("a user's own port becomes a router's interface, and a guest's again", async () => {
    const ns = await tenant(world, "lent", "10.1.0.0/24");
    await world.create(Port, ns, "lent", { networkRef: { name: "net" }, fixedIPs: [{ ipAddress: "10.1.0.77" }] });
    const port = await world.settled(Port, ns, "lent", isReady);
    const owner = { kind: "Port", namespace: ns, name: "lent" };
    const typeOf = () => rowsOf(world, "Logical_Switch_Port", owner)[0]?.type;
    const attachment = { name: `port-${idOf(port)}`, namespace: ns };
    await world.create(Router, ns, "r", { interfaces: [{ portRef: { name: "lent" } }] });
    const router = await world.settled(Router, ns, "r", isReady);
    assert.equal(router.status?.interfaces?.[0]?.ipAddress, "10.1.0.77");
    await until("the port is the router's", () => typeOf() === "router");
    await world.settled(Port, ns, "lent", (one) => one.status?.phase === "ACTIVE");
    await world.gone(NetworkAttachmentDefinition, ns, attachment.name);
    await world.client.patch(Router, { name: "r", namespace: ns }, { spec: { interfaces: [] } });
    await until("the port is a guest's", () => typeOf() === "");
    await world.settled(NetworkAttachmentDefinition, ns, attachment.name, () => true);
    assert.deepEqual(rowsOf(world, "Logical_Router_Port", { kind: "Router", namespace: ns, name: "r" }), []);
  });

  it("objects may come in any order, as from one kubectl apply", async () => {
    const ns = await world.namespace("any-order");
    const outside = { networkRef: { name: "public" } };
    await world.create(FloatingIP, ns, "fip", { ...outside, portRef: { name: "vm" } });
    await world.create(Router, ns, "r", { externalGateway: outside, interfaces: [{ subnetRef: { name: "sub" } }] });
    await world.create(Port, ns, "vm", { networkRef: { name: "net" } });
    await world.create(Subnet, ns, "sub", { networkRef: { name: "net" }, cidr: "10.0.9.0/24" });
    await world.create(Subnet, ns, "public", { ...outside, cidr: "172.24.9.0/24", enableDHCP: false });
    await world.create(Network, ns, "net", {});
    await world.create(Network, ns, "public", { external: true });
    await world.settled(Router, ns, "r", isReady);
    await world.settled(FloatingIP, ns, "fip", (one) => one.status?.phase === "ACTIVE");
    await world.create(SecurityGroup, ns, "default", { isDefault: true });
    await world.settled(Port, ns, "vm", (one) => one.status?.securityGroups?.[0] === "default");
    await world.client.delete(SecurityGroup, { name: "default", namespace: ns });
    await world.settled(Port, ns, "vm", (one) => (one.status?.securityGroups ?? []).length === 0);
  });

  it("what can not be is refused with its final reason", async () => {
    const ns = await tenant(world, "refused", "10.0.7.0/24");
    await world.create(FloatingIP, ns, "inside", { networkRef: { name: "net" } });
    await world.settled(FloatingIP, ns, "inside", hasReason("ExternalNetworkNotReachable"));
    await world.create(Router, ns, "inside", { externalGateway: { networkRef: { name: "net" } } });
    await world.settled(Router, ns, "inside", hasReason("ExternalNetworkNotReachable"));
    await world.create(Network, ns, "twin", {});
    await world.create(Subnet, ns, "twin", { networkRef: { name: "twin" }, cidr: "10.0.7.0/25" });
    await world.create(Router, ns, "overlap", { interfaces: [{ subnetRef: { name: "sub" } }, { subnetRef: { name: "twin" } }] });
    await world.settled(Router, ns, "overlap", hasReason("Overlap"));
    const outside = await external(world, "narrow", "172.24.7.0/30");
    const networkRef = { name: "public", namespace: outside };
    await world.create(FloatingIP, ns, "only", { networkRef });
    await world.settled(FloatingIP, ns, "only", isReady);
    await world.create(FloatingIP, ns, "late", { networkRef });
    await world.settled(FloatingIP, ns, "late", hasReason("NoFreeAddress"));
    await world.create(Port, ns, "vm", { networkRef: { name: "net" } });
    await world.client.patch(FloatingIP, { name: "only", namespace: ns }, { spec: { portRef: { name: "vm" } } });
    await world.settled(FloatingIP, ns, "only", hasReason("WaitingForRouter"));
  });
});
