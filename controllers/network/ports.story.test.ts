// Ports on a real API server and real OVN databases: addresses, plugs, refusals, and that nothing of them stays.
import assert from "node:assert/strict";
import { NetworkAttachmentDefinition } from "../../clients/multus/kinds.ts";
import { namedUuid } from "../../clients/ovsdb/codec.ts";
import { idOf } from "../../domain/id.ts";
import { metadataPortName } from "../../domain/net/names.ts";
import { IPAddress } from "../../models/network/ip-address.ts";
import { Port } from "../../models/network/port.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { mapOf, rowsOf, tenant } from "./testing/tenants.ts";
import { hasReason, isReady, startWorld, until, type World } from "./testing/world.ts";

describe("ports", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await startWorld({ auditMs: 1000, addressGraceMs: 500 });
  });
  after(() => world?.stop());

  it("a port gets a MAC, an address, its row in OVN with DHCP and groups, and a NAD", async () => {
    const ns = await tenant(world, "plain");
    await world.create(Port, ns, "one", { networkRef: { name: "net" } });
    const port = await world.settled(Port, ns, "one", isReady);
    const mac = port.status?.macAddress ?? "";
    const address = port.status?.fixedIPs?.[0]?.ipAddress ?? "";
    assert.match(mac, /^fa:16:3e:/);
    assert.match(address, /^10\.9\.0\.\d+$/);
    assert.deepEqual([port.status?.phase, port.status?.securityGroups], ["DOWN", ["default"]]);
    const [row] = rowsOf(world, "Logical_Switch_Port", { kind: "Port", namespace: ns, name: "one" });
    const [dhcp] = rowsOf(world, "DHCP_Options", { kind: "Subnet", namespace: ns, name: "sub" });
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
    const ns = await tenant(world, "binding");
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
    const ns = await tenant(world, "crowd", "10.7.0.0/26");
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
    assert.equal(rest.filter(isReady).length, 10, "61 addresses are in the pool, one of them the metadata port's");
    assert.equal(rest.filter(hasReason("NoFreeAddress"))[0]?.status?.phase, "ERROR");
    await Promise.all([...names, ...more].map((name) => world.client.delete(Port, { name, namespace: ns })));
    await Promise.all([...names, ...more].map((name) => world.gone(Port, ns, name)));
    const metadata = metadataPortName("net");
    const locks = await world.client.list(IPAddress, { namespace: ns });
    assert.deepEqual(
      locks.map(({ spec }) => spec.portRef.name),
      [metadata],
    );
    assert.deepEqual(await world.client.list(NetworkAttachmentDefinition, { namespace: ns }), []);
    assert.deepEqual(
      world.rowsOf(ns).filter((row) => row.includes("Port ")),
      [`Logical_Switch_Port Port ${metadata}`],
    );
  });

  it("wishes are met or refused with their final reasons", async () => {
    const ns = await tenant(world, "wishes", "10.6.0.0/24");
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
});
