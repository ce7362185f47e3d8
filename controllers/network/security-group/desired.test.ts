// What security groups become in OVN.
import assert from "node:assert/strict";
import type { SecurityGroupRule } from "../../../models/network/security-group.ts";
import { securityGroup } from "../testing/objects.ts";
import { columns, pick } from "../testing/rows.ts";
import { desiredGroupRows, dropGroupRows, ruleMatch } from "./desired.ts";

describe("security group → OVN", () => {
  const rules: [SecurityGroupRule, string | undefined][] = [
    [{ direction: "egress" }, "inport == @g && ip4"],
    [{ direction: "egress", etherType: "IPv6" }, "inport == @g && ip6"],
    [{ direction: "ingress", protocol: "tcp", portRangeMin: 22, portRangeMax: 22 }, "outport == @g && ip4 && tcp && tcp.dst == 22"],
    [
      { direction: "ingress", protocol: "udp", portRangeMin: 1000, portRangeMax: 2000 },
      "outport == @g && ip4 && udp && udp.dst >= 1000 && udp.dst <= 2000",
    ],
    [{ direction: "ingress", protocol: "6", portRangeMin: 1, portRangeMax: 65535 }, "outport == @g && ip4 && tcp"],
    [
      { direction: "ingress", protocol: "icmp", portRangeMin: 8, portRangeMax: 0 },
      "outport == @g && ip4 && icmp4 && icmp4.type == 8 && icmp4.code == 0",
    ],
    [{ direction: "ingress", etherType: "IPv6", protocol: "icmpv6" }, "outport == @g && ip6 && icmp6"],
    [{ direction: "ingress", protocol: "gre" }, "outport == @g && ip4 && ip.proto == 47"],
    [{ direction: "ingress", remoteIPPrefix: "10.0.0.0/8" }, "outport == @g && ip4 && ip4.src == 10.0.0.0/8"],
    [{ direction: "egress", remoteIPPrefix: "0.0.0.0/0" }, "inport == @g && ip4"],
    [{ direction: "ingress", remoteGroupRef: { name: "other" } }, "outport == @g && ip4 && ip4.src == $pg_other_id_ip4"],
    [{ direction: "ingress", remoteGroupRef: { name: "missing" } }, undefined],
  ];
  for (const [rule, match] of rules) {
    it(`${JSON.stringify(rule)} → ${match}`, () =>
      assert.equal(ruleMatch(rule, "g", rule.remoteGroupRef?.name === "other" ? "other-id" : undefined), match));
  }

  it("a group is a port group with an ACL a rule, stateless where it says so, twins once", () => {
    const twice: SecurityGroupRule[] = [{ direction: "egress" }, { direction: "egress", description: "again" }];
    const rows = desiredGroupRows(securityGroup("sg", { stateful: false, rules: twice }), () => undefined);
    assert.deepEqual(
      pick(rows, "Port_Group").map((row) => row.name),
      ["pg_sg_id"],
    );
    assert.deepEqual(
      pick(rows, "ACL").map((row) => columns(row, "priority", "direction", "action")),
      [[1002, "from-lport", "allow-stateless"]],
    );
  });

  it("the drop group drops, and lets DHCP and neighbour discovery through", () => {
    const acls = pick(dropGroupRows(), "ACL");
    assert.deepEqual(
      acls.filter((row) => row.action === "drop").map((row) => row.priority),
      [1000, 1000],
    );
    assert.equal(acls.filter((row) => row.action === "allow" && String(row.match).includes("udp.dst == 67")).length, 1);
  });
});
