// Tables of what is wrong with subnets, rules and ports' addresses.
import assert from "node:assert/strict";
import type { PortSpec } from "../../models/network/port.ts";
import type { SecurityGroupRule } from "../../models/network/security-group.ts";
import type { SubnetSpec } from "../../models/network/subnet.ts";
import { addressPlan, type PortSubnet } from "./port.ts";
import { defaultGroupRules, protocolNumber, ruleId, ruleProblem } from "./security-group.ts";
import { gatewayText, poolTexts, subnetProblem, subnetRange } from "./subnet.ts";

const subnet = (spec: Partial<SubnetSpec>): SubnetSpec => ({ networkRef: { name: "net" }, cidr: "10.9.0.0/24", ...spec });
const v6 = (spec: Partial<SubnetSpec> = {}) => subnet({ cidr: "2001:db8::/64", ...spec });

describe("subnetProblem", () => {
  const cases: [string, SubnetSpec, string | undefined, RegExp?][] = [
    ["a plain subnet", subnet({}), undefined],
    ["SLAAC", v6({ ipv6RAMode: "slaac", ipv6AddressMode: "slaac" }), undefined],
    ["no range", subnet({ cidr: "10.9.0.0" }), "InvalidInput", /not a valid IP subnet/],
    ["an overlap", subnet({ cidr: "10.1.1.0/24" }), "InvalidInput", /overlaps with another subnet/],
    ["a range too small for DHCP", subnet({ cidr: "10.9.0.0/31" }), "InvalidInput", /prefix length/],
    ["the same without DHCP", subnet({ cidr: "10.9.0.0/31", enableDHCP: false }), undefined],
    ["multicast", subnet({ cidr: "224.1.0.0/24" }), "InvalidInput", /Multicast/],
    ["loopback", subnet({ cidr: "127.1.0.0/24" }), "InvalidInput", /Loopback/],
    ["gateway = network", subnet({ gatewayIP: "10.9.0.0" }), "InvalidInput", /Gateway is not valid/],
    ["gateway = broadcast", subnet({ gatewayIP: "10.9.0.255" }), "InvalidInput", /Gateway is not valid/],
    ["gateway of the other version", subnet({ gatewayIP: "::1" }), "InvalidInput", /ip_version/],
    ["gateway outside", subnet({ gatewayIP: "10.8.0.1" }), undefined],
    ["modes in IPv4", subnet({ ipv6RAMode: "slaac" }), "InvalidInput", /ip_version is 4/],
    ["modes that differ", v6({ ipv6RAMode: "slaac", ipv6AddressMode: "dhcpv6-stateful" }), "InvalidInput", /must be the same/],
    ["modes without DHCP", v6({ ipv6RAMode: "slaac", enableDHCP: false }), "InvalidInput", /enable_dhcp/],
    ["SLAAC in a /80", v6({ cidr: "2001:db8::/80", ipv6AddressMode: "slaac" }), "InvalidInput", /\/64/],
    ["a pool outside", subnet({ allocationPools: [{ start: "10.9.1.2", end: "10.9.1.9" }] }), "OutOfBoundsAllocationPool"],
    ["a pool upside down", subnet({ allocationPools: [{ start: "10.9.0.9", end: "10.9.0.2" }] }), "InvalidAllocationPool"],
    [
      "a pool with the gateway",
      subnet({ allocationPools: [{ start: "10.9.0.1", end: "10.9.0.9" }] }),
      "GatewayConflictWithAllocationPools",
    ],
    [
      "pools that overlap",
      subnet({
        allocationPools: [
          { start: "10.9.0.5", end: "10.9.0.9" },
          { start: "10.9.0.9", end: "10.9.0.12" },
        ],
      }),
      "OverlappingAllocationPools",
      /10\.9\.0\.5-10\.9\.0\.9 10\.9\.0\.9-10\.9\.0\.12/,
    ],
    ["a bad name server", subnet({ dnsNameservers: ["ns1"] }), "InvalidInput", /nameserver/],
    ["a bad route", subnet({ hostRoutes: [{ destination: "::/0", nexthop: "10.9.0.1" }] }), "InvalidInput", /destination/],
    ["a bad next hop", subnet({ hostRoutes: [{ destination: "10.1.0.0/16", nexthop: "nowhere" }] }), "InvalidInput", /next hop/],
  ];
  for (const [title, spec, reason, message = /./] of cases) {
    it(`${title}: ${reason ?? "fine"}`, () => {
      const problem = subnetProblem(spec, [{ cidr: "10.1.0.0/16" }], "net-1");
      assert.equal(problem?.reason, reason);
      if (problem) assert.match(problem.message, message);
    });
  }

  it("ranges give gateway and pools in force", () => {
    const range = subnetRange(subnet({ gatewayIP: "10.9.0.254" })) ?? assert.fail();
    assert.deepEqual([gatewayText(range), poolTexts(range)], ["10.9.0.254", [{ start: "10.9.0.1", end: "10.9.0.253" }]]);
    const open = subnetRange(subnet({ disableGateway: true })) ?? assert.fail();
    assert.deepEqual([gatewayText(open), poolTexts(open)], [undefined, [{ start: "10.9.0.1", end: "10.9.0.254" }]]);
  });
});

describe("security group rules", () => {
  const cases: [SecurityGroupRule, string | undefined][] = [
    [{ direction: "ingress" }, undefined],
    [{ direction: "ingress", protocol: "tcp", portRangeMin: 22, portRangeMax: 22 }, undefined],
    [{ direction: "ingress", protocol: "tcp", portRangeMin: 23, portRangeMax: 22 }, "SecurityGroupInvalidPortRange"],
    [{ direction: "ingress", protocol: "tcp", portRangeMin: 23 }, "SecurityGroupInvalidPortRange"],
    [{ direction: "ingress", portRangeMin: 22, portRangeMax: 22 }, "SecurityGroupProtocolRequiredWithPorts"],
    [{ direction: "ingress", protocol: "nonsense" }, "SecurityGroupRuleInvalidProtocol"],
    [{ direction: "ingress", protocol: "256" }, "SecurityGroupRuleInvalidProtocol"],
    [{ direction: "ingress", protocol: "icmp", portRangeMin: 8 }, undefined],
    [{ direction: "ingress", protocol: "icmp", portRangeMax: 0 }, "SecurityGroupMissingIcmpType"],
    [{ direction: "ingress", protocol: "icmp", portRangeMin: 300 }, "SecurityGroupInvalidIcmpValue"],
    [{ direction: "ingress", protocol: "gre", portRangeMin: 1, portRangeMax: 2 }, "SecurityGroupInvalidProtocolForPort"],
    [{ direction: "ingress", etherType: "IPv6", remoteIPPrefix: "10.0.0.0/8" }, "SecurityGroupRuleParameterConflict"],
    [{ direction: "ingress", etherType: "IPv4", protocol: "ipv6-icmp" }, "SecurityGroupEthertypeConflictWithProtocol"],
  ];
  for (const [rule, reason] of cases) {
    it(`${JSON.stringify(rule)}: ${reason ?? "fine"}`, () => assert.equal(ruleProblem(rule)?.reason, reason));
  }

  it("have an id of their own or one of their content", () => {
    const [rule = assert.fail()] = defaultGroupRules("default");
    assert.equal(ruleId("sg", { ...rule, id: "x" }), "x");
    assert.equal(ruleId("sg", rule), ruleId("sg", { ...rule, description: "other" }));
    assert.notEqual(ruleId("sg", rule), ruleId("other", rule));
    assert.deepEqual([protocolNumber("TCP"), protocolNumber("any"), protocolNumber("47")], [6, undefined, 47]);
  });
});

describe("addressPlan", () => {
  const mac = "fa:16:3e:00:00:01";
  const subnets: PortSubnet[] = [
    { name: "four", spec: subnet({}) },
    { name: "six", spec: v6({ ipv6AddressMode: "slaac", ipv6RAMode: "slaac" }) },
    { name: "managed", spec: v6({ cidr: "2001:db8:1::/64" }) },
    { name: "floating", spec: subnet({ cidr: "10.8.0.0/24", serviceTypes: ["network:floatingip"] }) },
  ];
  const plan = (spec: Partial<PortSpec>) => {
    const result = addressPlan({ networkRef: { name: "net" }, ...spec }, subnets, mac);
    if ("problem" in result) return result.problem.reason;
    return result.wanted.map((wanted) => `${wanted.subnets.map((one) => one.name).join("|")}=${wanted.address ?? "any"}`);
  };
  const slaac = "six=2001:db8::f816:3eff:fe00:1";
  const cases: [string, Partial<PortSpec>, string | string[]][] = [
    ["nothing said", {}, ["four=any", "managed=any", slaac]],
    ["none wanted", { fixedIPs: [] }, []],
    ["a subnet", { fixedIPs: [{ subnetRef: { name: "four" } }] }, ["four=any"]],
    ["a SLAAC subnet", { fixedIPs: [{ subnetRef: { name: "six" } }] }, [slaac]],
    ["an address", { fixedIPs: [{ ipAddress: "10.9.0.77" }] }, ["four=10.9.0.77"]],
    ["an address in another spelling", { fixedIPs: [{ ipAddress: "2001:DB8:1:0::5" }] }, ["managed=2001:db8:1::5"]],
    ["an address of another subnet", { fixedIPs: [{ subnetRef: { name: "four" }, ipAddress: "10.8.0.7" }] }, "InvalidAddress"],
    ["the broadcast address", { fixedIPs: [{ ipAddress: "10.9.0.255" }] }, "InvalidAddress"],
    ["an unknown subnet", { fixedIPs: [{ subnetRef: { name: "none" } }] }, "WaitingForSubnet"],
    ["a floating IP", { deviceOwner: "network:floatingip" }, ["floating=any"]],
    [
      "a router's interface",
      { deviceOwner: "network:router_interface", fixedIPs: [{ subnetRef: { name: "four" }, ipAddress: "10.9.0.1" }] },
      ["four=10.9.0.1"],
    ],
  ];
  for (const [title, spec, expected] of cases) it(title, () => assert.deepEqual(plan(spec), expected));
});
