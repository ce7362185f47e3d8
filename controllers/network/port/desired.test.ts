// What a Port becomes in OVN, and which addresses it keeps.
import assert from "node:assert/strict";
import { ipAddress, network, port, securityGroup, subnet } from "../testing/objects.ts";
import { columns } from "../testing/rows.ts";
import { decideAddresses } from "./addresses.ts";
import { desiredAttachment, desiredPortRows, type PortFacts } from "./desired.ts";
import { extraDhcpOptions } from "./dhcp.ts";
import type { PortWorld } from "./gather.ts";

const net = network("net", {});
const sub = subnet("sub", { networkRef: { name: "net" }, cidr: "10.9.0.0/24" });
const six = subnet("six", { networkRef: { name: "net" }, cidr: "2001:db8::/64", ipv6AddressMode: "slaac", ipv6RAMode: "slaac" });
describe("port → OVN", () => {
  const group = securityGroup("sg", {});
  const seen = (more: Partial<PortWorld> = {}): PortWorld => ({
    network: net,
    namespace: "ns",
    role: "vif",
    subnets: [sub, six],
    pendingSubnets: [],
    goneAuto: [],
    held: [],
    groups: [group],
    missingGroups: [],
    portSecurity: true,
    metadataIPs: new Map(),
    ...more,
  });
  const facts: PortFacts = { mac: "fa:16:3e:00:00:01", addresses: [{ subnet: "sub", address: "10.9.0.5" }], mtu: 1442 };
  const vif = (spec: object = {}, world: Partial<PortWorld> = {}, more: Partial<PortFacts> = {}) =>
    desiredPortRows(port("p", { networkRef: { name: "net" }, ...spec }), seen(world), net, { ...facts, ...more });

  it("a VIF has its addresses, the same in port security, DHCP, and its groups", () => {
    const [row] = vif();
    assert.deepEqual(columns(row?.columns, "name", "type", "addresses", "port_security", "enabled", "options"), [
      "p-id",
      "",
      ["fa:16:3e:00:00:01 10.9.0.5"],
      ["fa:16:3e:00:00:01 10.9.0.5"],
      true,
      {},
    ]);
    assert.equal(row?.groups?.length, 2);
    assert.equal(typeof row?.columns.dhcpv4_options, "string");
  });

  it("without port security anything may come and go", () => {
    const [row] = vif({}, { portSecurity: false, groups: [] });
    assert.deepEqual(
      [row?.columns.addresses, row?.columns.port_security, row?.groups],
      [["fa:16:3e:00:00:01 10.9.0.5", "unknown"], [], []],
    );
  });

  it("address pairs widen port security, by MAC", () => {
    const pairs = [{ ipAddress: "10.9.0.100" }, { ipAddress: "10.9.0.0/28", macAddress: "fa:16:3e:00:00:99" }];
    assert.deepEqual(vif({ allowedAddressPairs: pairs })[0]?.columns.port_security, [
      "fa:16:3e:00:00:01 10.9.0.5 10.9.0.100",
      "fa:16:3e:00:00:99 10.9.0.0/28",
    ]);
  });

  it("a port or network that is down is disabled, a bound one names its chassis", () => {
    assert.equal(vif({ adminStateUp: false })[0]?.columns.enabled, false);
    assert.deepEqual(vif({}, {}, { requestedChassis: "node-1" })[0]?.columns.options, { "requested-chassis": "node-1" });
  });

  it("extra DHCP options go over the subnet's, in a row of the port's own", () => {
    const [row, dhcp] = vif({
      extraDHCPOptions: [
        { name: "bootfile-name", value: "pxe.0" },
        { name: "26", value: "1400" },
      ],
    });
    assert.equal(row?.columns.dhcpv4_options, dhcp?.uuid);
    assert.deepEqual(columns(dhcp?.columns.options as object, "bootfile_name", "mtu", "router"), ['"pxe.0"', "1400", "10.9.0.1"]);
    assert.deepEqual(
      extraDhcpOptions(
        [
          { name: "unheard-of", value: "x" },
          { name: "dns-server", value: "::1", ipVersion: 6 },
        ],
        6,
      ),
      { dns_server: "{::1}" },
    );
  });

  it("a router's ports are peers of its LRPs, and floating IPs have no row", () => {
    const [peer] = vif({}, { role: "routerInterface" });
    assert.deepEqual(columns(peer?.columns, "type", "addresses", "options"), ["router", ["router"], { "router-port": "lrp-p-id" }]);
    const [gateway] = vif({}, { role: "routerGateway" });
    assert.equal(columns(gateway?.columns.options as object, "nat-addresses")[0], "router");
    assert.deepEqual(vif({}, { role: "floatingIP" }), []);
  });

  it("the metadata port answers on every node and says how it is configured there", () => {
    const [row, ...more] = vif({ deviceOwner: "network:distributed" }, { role: "metadata", portSecurity: false, groups: [] });
    assert.deepEqual(columns(row?.columns, "type", "addresses", "port_security"), ["localport", ["fa:16:3e:00:00:01 10.9.0.5"], []]);
    assert.deepEqual(columns(row?.columns.external_ids, "neutron:cidrs", "neutron:mtu"), ["10.9.0.5/24", "1442"]);
    assert.deepEqual([row?.groups, more], [undefined, []]);
  });

  it("the NAD names logical port and MAC", () => {
    const nad = desiredAttachment(port("p", { networkRef: { name: "net" } }), facts);
    assert.equal(nad.metadata.name, "port-p-id");
    assert.deepEqual(JSON.parse(nad.spec.config).args.cni, { ovnPort: "p-id", mac: facts.mac });
  });

  const lock = (name: string, address: string) => ipAddress(`${name}.${address}`, { subnetRef: { name }, address, portRef: { name: "p" } });
  const decide = (spec: object, world: Partial<PortWorld>) => {
    const decision = decideAddresses(port("p", { networkRef: { name: "net" }, ...spec }), seen(world), facts.mac);
    if ("problem" in decision) return decision.problem.reason;
    const slots = decision.slots.map((slot) => slot.address ?? `any of ${"subnets" in slot ? slot.subnets.map((one) => one.name) : ""}`);
    return [slots, decision.release.map((one) => one.spec.address)];
  };
  const slaac = "2001:db8::f816:3eff:fe00:1";
  const other = subnet("other", { networkRef: { name: "net" }, cidr: "10.8.0.0/24" });
  const addressCases: [string, object, Partial<PortWorld>, unknown][] = [
    ["a new port wants one of each", {}, {}, [["any of sub", slaac], []]],
    ["what is held stays", {}, { held: [lock("sub", "10.9.0.5"), lock("six", slaac)] }, [["10.9.0.5", slaac], []]],
    ["a later subnet adds none", {}, { held: [lock("other", "10.8.0.5")], subnets: [other, sub] }, [["10.8.0.5"], []]],
    ["a later SLAAC subnet adds one", {}, { held: [lock("sub", "10.9.0.5")] }, [["10.9.0.5", slaac], []]],
    [
      "SLAAC addresses of another MAC go",
      {},
      { held: [lock("sub", "10.9.0.5"), lock("six", "2001:db8::1")] },
      [["10.9.0.5", slaac], ["2001:db8::1"]],
    ],
    [
      "SLAAC addresses of a deleted subnet go",
      {},
      { subnets: [sub], goneAuto: ["six"], held: [lock("sub", "10.9.0.5"), lock("six", slaac)] },
      [["10.9.0.5"], [slaac]],
    ],
    [
      "a changed wish replaces",
      { fixedIPs: [{ ipAddress: "10.9.0.6" }] },
      { held: [lock("sub", "10.9.0.5")] },
      [["10.9.0.6"], ["10.9.0.5"]],
    ],
    [
      "a named address is not taken for any",
      { fixedIPs: [{ subnetRef: { name: "sub" } }, { ipAddress: "10.9.0.5" }] },
      { held: [lock("sub", "10.9.0.5")] },
      [["any of sub", "10.9.0.5"], []],
    ],
    ["none wanted", { fixedIPs: [] }, { held: [lock("sub", "10.9.0.5")] }, [[], ["10.9.0.5"]]],
    ["an impossible wish", { fixedIPs: [{ ipAddress: "192.0.2.1" }] }, {}, "InvalidAddress"],
  ];
  for (const [title, spec, world, expected] of addressCases)
    it(`addresses: ${title}`, () => assert.deepEqual(decide(spec, world), expected));
});
