// The network controllers on a real API server and real OVN databases: what objects become, and that nothing of them stays.
import assert from "node:assert/strict";
import { NetworkAttachmentDefinition } from "../../clients/multus/kinds.ts";
import { namedUuid } from "../../clients/ovsdb/codec.ts";
import { idOf } from "../../domain/id.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { IPAddress } from "../../models/network/ip-address.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { Router } from "../../models/network/router.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { hasReason, isReady, startWorld, until, type World } from "./testing/world.ts";

interface AnyRow {
  readonly [column: string]: unknown;
  readonly _uuid: string;
  readonly external_ids: Record<string, string>;
}

const mapOf = (row: AnyRow | undefined, column: string) => (row?.[column] ?? {}) as Record<string, string>;

describe("network controllers", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await startWorld({ auditMs: 1000, addressGraceMs: 500 });
  });
  after(() => world.stop());

  const rows = (table: string, owner: { kind: string; namespace: string; name: string }) =>
    world.nb.byIndex<AnyRow>(table, "owner", `${owner.kind}/${owner.namespace}/${owner.name}`);

  /** A tenant's namespace with a default group, a network and a subnet. */
  async function tenant(name: string, cidr = "10.9.0.0/24", subnet: object = {}): Promise<string> {
    const namespace = await world.namespace(name);
    const rules = [
      { direction: "egress" },
      { direction: "egress", etherType: "IPv6" },
      { direction: "ingress", remoteGroupRef: { name: "default" } },
    ];
    await world.create(SecurityGroup, namespace, "default", { isDefault: true, rules });
    await world.create(Network, namespace, "net", {});
    await world.create(Subnet, namespace, "sub", { networkRef: { name: "net" }, cidr, dnsNameservers: ["8.8.8.8"], ...subnet });
    await world.settled(SecurityGroup, namespace, "default", isReady);
    await world.settled(Network, namespace, "net", isReady);
    await world.settled(Subnet, namespace, "sub", isReady);
    return namespace;
  }

  async function external(name: string, cidr: string): Promise<string> {
    const namespace = await world.namespace(name);
    const provider = { networkType: "flat", physicalNetwork: "physnet1" };
    await world.create(Network, namespace, "public", { external: true, provider });
    await world.create(Subnet, namespace, "public-subnet", { networkRef: { name: "public" }, cidr, enableDHCP: false });
    await world.settled(Subnet, namespace, "public-subnet", isReady);
    return namespace;
  }

  it("a port gets a MAC, an address, its row in OVN with DHCP and groups, and a NAD", async () => {
    const ns = await tenant("plain");
    await world.create(Port, ns, "one", { networkRef: { name: "net" } });
    const port = await world.settled(Port, ns, "one", isReady);
    const mac = port.status?.macAddress ?? "";
    const address = port.status?.fixedIPs?.[0]?.ipAddress ?? "";
    assert.match(mac, /^fa:16:3e:/);
    assert.match(address, /^10\.9\.0\.\d+$/);
    assert.deepEqual([port.status?.phase, port.status?.securityGroups], ["DOWN", ["default"]]);
    const [row] = rows("Logical_Switch_Port", { kind: "Port", namespace: ns, name: "one" });
    const [dhcp] = rows("DHCP_Options", { kind: "Subnet", namespace: ns, name: "sub" });
    assert.deepEqual(
      [row?.name, row?.addresses, row?.port_security, row?.dhcpv4_options, row?.enabled],
      [idOf(port), [`${mac} ${address}`], [`${mac} ${address}`], dhcp?._uuid, true],
    );
    assert.deepEqual(
      [dhcp?.cidr, mapOf(dhcp, "options").router, mapOf(dhcp, "options").dns_server],
      ["10.9.0.0/24", "10.9.0.1", "{8.8.8.8}"],
    );
    const [members] = await world.nb.transact([
      { op: "select", table: "Port_Group", where: [["ports", "includes", [row?._uuid ?? ""]]], columns: ["name"] },
    ]);
    const group = await world.client.get(SecurityGroup, { name: "default", namespace: ns });
    assert.deepEqual(members?.rows?.map((one) => one.name).sort(), ["neutron_pg_drop", `pg_${idOf(group).replaceAll("-", "_")}`]);
    const nad = await world.client.get(NetworkAttachmentDefinition, { name: `port-${idOf(port)}`, namespace: ns });
    const config = JSON.parse(nad.spec.config);
    assert.deepEqual([config.type, config.bridge, config.mtu, config.args.cni], ["ovs", "br-int", 1442, { ovnPort: idOf(port), mac }]);
    const lock = await world.client.get(IPAddress, { name: `sub.${address}`, namespace: ns });
    assert.deepEqual(lock.spec.portRef, { name: "one", namespace: ns });
  });

  it("a port is ACTIVE when OVN says up", async () => {
    const ns = await tenant("binding");
    await world.create(Port, ns, "one", { networkRef: { name: "net" } });
    const port = await world.settled(Port, ns, "one", isReady);
    await until("northd has made the binding", () => world.sb.byIndex("Port_Binding", "port", idOf(port)).length > 0);
    // What ovn-controller does when it plugs and unplugs; northd takes it over into the northbound database.
    const bind = (row: object) =>
      ({ op: "update", table: "Port_Binding", where: [["logical_port", "==", idOf(port)]], row: { ...row } }) as const;
    await world.sb.transact([
      { op: "insert", table: "Encap", name: "encap", row: { type: "geneve", ip: "10.0.0.100", chassis_name: "node-a" } },
      {
        op: "insert",
        table: "Chassis",
        name: "chassis",
        row: { name: "node-a", hostname: "node-a.example", encaps: [namedUuid("encap")] },
      },
      bind({ chassis: namedUuid("chassis"), up: true }),
    ]);
    const active = await world.settled(Port, ns, "one", (one) => one.status?.phase === "ACTIVE");
    assert.equal(active.status?.hostID, "node-a.example");
    await world.sb.transact([bind({ chassis: undefined, up: false })]);
    await world.settled(Port, ns, "one", (one) => one.status?.phase === "DOWN" && one.status.hostID === undefined);
  });

  it("fifty ports at once on a /26 get different addresses, and a full subnet says so", async () => {
    const ns = await tenant("crowd", "10.7.0.0/26");
    const names = Array.from({ length: 50 }, (_, i) => `p${i}`);
    await Promise.all(names.map((name) => world.create(Port, ns, name, { networkRef: { name: "net" } })));
    const ports = await Promise.all(names.map((name) => world.settled(Port, ns, name, isReady)));
    assert.equal(new Set(ports.map((port) => port.status?.fixedIPs?.[0]?.ipAddress)).size, 50);
    assert.equal(new Set(ports.map((port) => port.status?.macAddress)).size, 50);
    const more = Array.from({ length: 12 }, (_, i) => `q${i}`);
    await Promise.all(more.map((name) => world.create(Port, ns, name, { networkRef: { name: "net" } })));
    const rest = await Promise.all(
      more.map((name) => world.settled(Port, ns, name, (port) => isReady(port) || hasReason("NoFreeAddress")(port))),
    );
    assert.equal(rest.filter(isReady).length, 11, "61 addresses are in the pool");
    assert.equal(rest.filter(hasReason("NoFreeAddress"))[0]?.status?.phase, "ERROR");
    await Promise.all([...names, ...more].map((name) => world.client.delete(Port, { name, namespace: ns })));
    await Promise.all([...names, ...more].map((name) => world.gone(Port, ns, name)));
    assert.deepEqual(await world.client.list(IPAddress, { namespace: ns }), []);
    assert.deepEqual(await world.client.list(NetworkAttachmentDefinition, { namespace: ns }), []);
    assert.deepEqual(
      world.rowsOf(ns).filter((row) => row.includes("Port ")),
      [],
    );
  });

  it("wishes are met or refused with their final reasons", async () => {
    const ns = await tenant("wishes", "10.6.0.0/24");
    const port = (name: string, spec: object) => world.create(Port, ns, name, { networkRef: { name: "net" }, ...spec });
    await port("first", { fixedIPs: [{ ipAddress: "10.6.0.50" }], macAddress: "fa:16:3e:00:00:50" });
    const first = await world.settled(Port, ns, "first", isReady);
    assert.deepEqual([first.status?.fixedIPs?.[0]?.ipAddress, first.status?.macAddress], ["10.6.0.50", "fa:16:3e:00:00:50"]);
    await port("same-address", { fixedIPs: [{ ipAddress: "10.6.0.50" }] });
    await port("same-mac", { macAddress: "fa:16:3e:00:00:50" });
    await port("elsewhere", { fixedIPs: [{ ipAddress: "10.5.0.50" }] });
    await port("none", { fixedIPs: [], securityGroupRefs: [] });
    await world.settled(Port, ns, "same-address", hasReason("AddressInUse"));
    await world.settled(Port, ns, "same-mac", hasReason("MACInUse"));
    await world.settled(Port, ns, "elsewhere", hasReason("InvalidAddress"));
    const none = await world.settled(Port, ns, "none", isReady);
    assert.deepEqual(none.status?.fixedIPs ?? [], []);
    await world.client.patch(Port, { name: "first", namespace: ns }, { spec: { fixedIPs: [{ ipAddress: "10.6.0.51" }] } });
    await world.settled(Port, ns, "first", (one) => one.status?.fixedIPs?.[0]?.ipAddress === "10.6.0.51");
    const locks = (await world.client.list(IPAddress, { namespace: ns })).filter((lock) => lock.spec.portRef.name === "first");
    assert.deepEqual(
      locks.map((lock) => lock.spec.address),
      ["10.6.0.51"],
    );
    await world.create(Subnet, ns, "twin", { networkRef: { name: "net" }, cidr: "10.6.0.128/25" });
    await world.settled(Subnet, ns, "twin", hasReason("Overlap"));
  });

  it("a SLAAC subnet gives guests the address that they make, router advertisements and port security for it", async () => {
    const ns = await tenant("six", "2001:db8:6::/64", { ipv6RAMode: "slaac", ipv6AddressMode: "slaac", dnsNameservers: [] });
    await world.create(Port, ns, "one", { networkRef: { name: "net" }, macAddress: "fa:16:3e:12:34:56" });
    const port = await world.settled(Port, ns, "one", isReady);
    const address = "2001:db8:6:0:f816:3eff:fe12:3456";
    assert.equal(port.status?.fixedIPs?.[0]?.ipAddress, address);
    const [row] = rows("Logical_Switch_Port", { kind: "Port", namespace: ns, name: "one" });
    assert.deepEqual([row?.port_security, row?.dhcpv6_options], [[`fa:16:3e:12:34:56 ${address}`], undefined]);
    await world.create(Router, ns, "r", { interfaces: [{ subnetRef: { name: "sub" } }] });
    await world.settled(Router, ns, "r", isReady);
    const [lrp] = rows("Logical_Router_Port", { kind: "Router", namespace: ns, name: "r" });
    assert.deepEqual(lrp?.ipv6_ra_configs, { address_mode: "slaac", mtu: "1442", send_periodic: "true" });
    assert.deepEqual(lrp?.networks, ["2001:db8:6::1/64"]);
  });

  it("router, gateway and floating IP lead from the outside to a port; their deletion leaves nothing", async () => {
    const outside = await external("outside", "172.24.4.0/24");
    const ns = await tenant("routed", "10.8.0.0/24");
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
    const lrps = rows("Logical_Router_Port", owner);
    assert.deepEqual(lrps.map((row) => row.networks).sort(), [["10.8.0.1/24"], [`${gateway}/24`]]);
    assert.deepEqual(new Set(lrps.map((row) => mapOf(row, "options").gateway_mtu)), new Set(["1442"]));
    assert.deepEqual(
      rows("NAT", owner).map((row) => [row.type, row.external_ip, row.logical_ip]),
      [["snat", gateway, "10.8.0.0/24"]],
    );
    assert.deepEqual(
      rows("Logical_Router_Static_Route", owner)
        .map((row) => [row.ip_prefix, row.nexthop])
        .sort(),
      [
        ["0.0.0.0/0", "172.24.4.1"],
        ["10.99.0.0/16", "10.8.0.9"],
      ],
    );
    const [nat] = rows("NAT", { kind: "FloatingIP", namespace: ns, name: "fip" });
    assert.deepEqual([nat?.type, nat?.external_ip, nat?.logical_ip], ["dnat_and_snat", fip.status?.ipAddress, inside]);
    const [peer] = rows("Logical_Switch_Port", { kind: "Port", namespace: ns, name: router.status?.gatewayPort ?? "" });
    assert.deepEqual([peer?.type, peer?.addresses, mapOf(peer, "options")["nat-addresses"]], ["router", ["router"], "router"]);
    const own = await world.settled(Port, ns, fip.status?.port ?? "", isReady);
    assert.deepEqual(
      [own.status?.phase, rows("Logical_Switch_Port", { kind: "Port", namespace: ns, name: own.metadata.name })],
      ["N/A", []],
    );

    await world.client.patch(FloatingIP, { name: "fip", namespace: ns }, { spec: { portRef: null } });
    await world.settled(FloatingIP, ns, "fip", (one) => one.status?.phase === "DOWN");
    assert.deepEqual(rows("NAT", { kind: "FloatingIP", namespace: ns, name: "fip" }), []);
    await world.client.patch(FloatingIP, { name: "fip", namespace: ns }, { spec: { portRef: { name: "vm" } } });
    await world.settled(FloatingIP, ns, "fip", (one) => one.status?.phase === "ACTIVE");

    for (const [kind, name] of [
      [Router, "r"],
      [FloatingIP, "fip"],
      [Port, "vm"],
      [Network, "net"],
      [SecurityGroup, "default"],
    ] as const) {
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
    const outside = await external("outside-2", "172.24.5.0/24");
    const ns = await tenant("chassis", "10.4.0.0/24");
    await world.create(Router, ns, "r", {
      externalGateway: { networkRef: { name: "public", namespace: outside } },
      interfaces: [{ subnetRef: { name: "sub" } }],
    });
    await world.settled(Router, ns, "r", isReady);
    const owner = { kind: "Router", namespace: ns, name: "r" };
    assert.deepEqual(rows("Gateway_Chassis", owner), []);
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
    await until("the gateway has a chassis", () => rows("Gateway_Chassis", owner).length > 0);
    assert.deepEqual(
      rows("Gateway_Chassis", owner).map((row) => [row.chassis_name, row.priority]),
      [["c1", 1]],
    );
  });

  it("the audit repairs rows, memberships and orphans, and rebuilds an emptied database", async () => {
    const ns = await tenant("drift", "10.3.0.0/24");
    await world.create(Port, ns, "one", { networkRef: { name: "net" } });
    await world.create(Router, ns, "r", { interfaces: [{ subnetRef: { name: "sub" } }] });
    await world.settled(Port, ns, "one", isReady);
    await world.settled(Router, ns, "r", isReady);
    const before = world.rowsOf(ns);
    const owner = { kind: "Port", namespace: ns, name: "one" };
    const [row] = rows("Logical_Switch_Port", owner);
    const uuid = row?._uuid ?? "";
    await world.nb.transact([
      { op: "update", table: "Logical_Switch_Port", where: [["_uuid", "==", uuid]], row: { addresses: ["unknown"] } },
      { op: "mutate", table: "Port_Group", where: [], mutations: [["ports", "delete", [uuid]]] },
      { op: "delete", table: "DHCP_Options", where: [["cidr", "==", "10.3.0.0/24"]] },
      {
        op: "insert",
        table: "Logical_Switch",
        row: { name: "orphan", external_ids: { "kumulus:kind": "Network", "kumulus:namespace": ns, "kumulus:name": "ghost" } },
      },
      { op: "insert", table: "Logical_Switch", row: { name: "foreign" } },
    ]);
    const repaired = () =>
      JSON.stringify(world.rowsOf(ns)) === JSON.stringify(before) && rows("Logical_Switch_Port", owner)[0]?.dhcpv4_options !== undefined;
    await until("the rows are as before", repaired);
    await until(
      "the addresses are as before",
      () => JSON.stringify(rows("Logical_Switch_Port", owner)[0]?.addresses) === JSON.stringify(row?.addresses),
    );
    const membersOf = async () => {
      const [found] = await world.nb.transact([
        { op: "select", table: "Port_Group", where: [["ports", "includes", [uuid]]], columns: ["name"] },
      ]);
      return found?.rows?.length;
    };
    for (let i = 0; i < 500 && (await membersOf()) !== 2; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(await membersOf(), 2);
    assert.deepEqual(world.nb.rows<AnyRow>("Logical_Switch").filter((one) => one.name === "foreign").length, 1);

    await world.northbound.kill();
    await world.northbound.start({ empty: true });
    await until("everything is rebuilt", repaired, 20_000);
    for (let i = 0; i < 500 && (await membersOf()) !== 2; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(await membersOf(), 2);
    await world.settled(Port, ns, "one", isReady);
  });

  it("an address whose port never was is collected", async () => {
    const ns = await tenant("orphan", "10.2.0.0/24");
    await world.create(IPAddress, ns, "sub.10.2.0.9", { subnetRef: { name: "sub" }, address: "10.2.0.9", portRef: { name: "never" } });
    await world.gone(IPAddress, ns, "sub.10.2.0.9");
  });
});
