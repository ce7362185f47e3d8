// Packets through what the network controllers wrote: a guest on a real chassis gets its lease, is kept apart by its groups, and is reached by a
// floating IP. The guest is a network namespace; needs root.
import assert from "node:assert/strict";
import { idOf } from "../../domain/id.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { Router } from "../../models/network/router.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { startChassis, type TestChassis } from "./testing/chassis.ts";
import { isReady, startWorld, type World } from "./testing/world.ts";

describe("a guest behind the network controllers", function () {
  this.timeout(90_000);
  let world: World;
  let chassis: TestChassis;
  before(async () => {
    world = await startWorld();
    chassis = await startChassis(world, "172.24.4.1/24");
  });
  after(async () => {
    await chassis.stop();
    await world.stop();
  });

  it("gets DHCP without any rule, then exactly what rules allow, and answers on its floating IP until it is unplugged", async () => {
    const ns = await world.namespace("path");
    const provider = { networkType: "flat", physicalNetwork: "physnet1" };
    await world.create(Network, ns, "public", { external: true, provider });
    await world.create(Subnet, ns, "public", { networkRef: { name: "public" }, cidr: "172.24.4.0/24", enableDHCP: false });
    await world.create(Network, ns, "net", {});
    await world.create(Subnet, ns, "sub", { networkRef: { name: "net" }, cidr: "10.9.0.0/24" });
    await world.create(Subnet, ns, "six", {
      networkRef: { name: "net" },
      cidr: "2001:db8:9::/64",
      ipv6RAMode: "slaac",
      ipv6AddressMode: "slaac",
    });
    for (const name of ["public", "sub", "six"]) await world.settled(Subnet, ns, name, isReady);
    await world.create(SecurityGroup, ns, "open", { rules: [{ direction: "egress" }, { direction: "egress", etherType: "IPv6" }] });
    await world.create(Router, ns, "r", {
      externalGateway: { networkRef: { name: "public" } },
      interfaces: [{ subnetRef: { name: "sub" } }, { subnetRef: { name: "six" } }],
    });
    await world.create(Port, ns, "vm", { networkRef: { name: "net" }, securityGroupRefs: [] });
    await world.create(FloatingIP, ns, "fip", { networkRef: { name: "public" }, portRef: { name: "vm" } });
    await world.settled(Router, ns, "r", isReady);
    const port = await world.settled(Port, ns, "vm", (one) => isReady(one) && one.status?.fixedIPs?.length === 2);
    const fip = await world.settled(FloatingIP, ns, "fip", (one) => one.status?.phase === "ACTIVE");
    const [v4, v6] = port.status?.fixedIPs?.map((one) => one.ipAddress) ?? [];
    const outside = fip.status?.ipAddress ?? "";

    const guest = await chassis.plug(idOf(port), port.status?.macAddress ?? "");
    const active = await world.settled(Port, ns, "vm", (one) => one.status?.phase === "ACTIVE");
    assert.equal(active.status?.hostID, `${chassis.name}.example`);
    assert.equal(await guest.dhcp(), v4, "DHCP needs no rule");
    assert.match(await guest.run("ip", "link", "show", "eth0"), /mtu 1442/);
    assert.equal(await guest.pings("10.9.0.1"), false, "nothing else is allowed");

    await world.client.patch(Port, { name: "vm", namespace: ns }, { spec: { securityGroupRefs: [{ name: "open" }] } });
    await world.settled(Port, ns, "vm", (one) => one.status?.securityGroups?.includes("open") ?? false);
    assert.equal(await guest.pings("10.9.0.1"), true, "the way out is open");
    assert.equal(await guest.pings("172.24.4.1"), true, "and leads outside");
    assert.equal(await chassis.pings(outside), false, "nobody may come in");

    const icmp = { direction: "ingress", protocol: "icmp", remoteIPPrefix: "172.24.4.0/24" };
    const rules = [{ direction: "egress" }, { direction: "egress", etherType: "IPv6" }, icmp];
    await world.client.patch(SecurityGroup, { name: "open", namespace: ns }, { spec: { rules } });
    await world.settled(SecurityGroup, ns, "open", (group) => group.status?.observedGeneration === group.metadata.generation);
    assert.equal(await chassis.pings(outside), true, "the floating IP answers");

    for (let i = 0; i < 40 && !(await guest.run("ip", "-6", "addr", "show", "dev", "eth0")).includes(v6 ?? "?"); i++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    assert.match(
      await guest.run("ip", "-6", "addr", "show", "dev", "eth0"),
      new RegExp(`${v6}/64`),
      "SLAAC gives the address that the port shows",
    );
    assert.equal(await guest.pings("2001:db8:9::1"), true, "and IPv6 leads to the router");

    await chassis.unplug();
    await world.settled(Port, ns, "vm", (one) => one.status?.phase === "DOWN");
  });
});
