// What a Subnet becomes in OVN.
import assert from "node:assert/strict";
import { network, subnet } from "../testing/objects.ts";
import { columns } from "../testing/rows.ts";
import { dhcpOptions, routerAdvertisement } from "./desired.ts";

const net = network("net", {});
const sub = subnet("sub", { networkRef: { name: "net" }, cidr: "10.9.0.0/24" });
const six = subnet("six", { networkRef: { name: "net" }, cidr: "2001:db8::/64", ipv6AddressMode: "slaac", ipv6RAMode: "slaac" });
describe("subnet → OVN", () => {
  const options = (spec: object) =>
    dhcpOptions(subnet("sub", { networkRef: { name: "net" }, cidr: "10.9.0.0/24", ...spec }), net, { mtu: 1442 })?.options;

  it("DHCPv4 gives router, MTU, name servers, and the default route again where there are routes", () => {
    const plain = options({ dnsNameservers: ["1.1.1.1", "8.8.8.8"] });
    assert.deepEqual(columns(plain, "server_id", "router", "mtu", "dns_server", "classless_static_route"), [
      "10.9.0.1",
      "10.9.0.1",
      "1442",
      "{1.1.1.1, 8.8.8.8}",
      undefined,
    ]);
    const routed = options({ hostRoutes: [{ destination: "10.0.0.0/8", nexthop: "10.9.0.7" }] });
    assert.equal(routed?.classless_static_route, "{10.0.0.0/8,10.9.0.7, 0.0.0.0/0,10.9.0.1}");
    const closed = options({ disableGateway: true, hostRoutes: [{ destination: "10.0.0.0/8", nexthop: "10.9.0.7" }] });
    assert.deepEqual(columns(closed, "router", "classless_static_route"), [undefined, "{10.0.0.0/8,10.9.0.7}"]);
  });

  it("the way to the metadata service comes first, and makes the default route stand there again", () => {
    const known = subnet("sub", { networkRef: { name: "net" }, cidr: "10.9.0.0/24" });
    const routes = (one: typeof known) => dhcpOptions(one, net, { mtu: 1442, metadataIP: "10.9.0.254" })?.options.classless_static_route;
    assert.equal(routes(known), "{169.254.169.254/32,10.9.0.254, 0.0.0.0/0,10.9.0.1}");
    const closed = subnet("sub", { ...known.spec, disableGateway: true });
    assert.equal(routes(closed), "{169.254.169.254/32,10.9.0.254}");
  });

  it("nothing where DHCP is off or guests make their own addresses", () => {
    assert.equal(options({ enableDHCP: false }), undefined);
    assert.equal(dhcpOptions(six, net, { mtu: 1442 }), undefined);
  });

  it("DHCPv6, stateless or not", () => {
    const managed = options({ cidr: "2001:db8::/64", ipv6AddressMode: "dhcpv6-stateful", ipv6RAMode: "dhcpv6-stateful" });
    const stateless = options({ cidr: "2001:db8::/64", ipv6AddressMode: "dhcpv6-stateless", ipv6RAMode: "dhcpv6-stateless" });
    assert.deepEqual([managed?.dhcpv6_stateless, stateless?.dhcpv6_stateless], [undefined, "true"]);
  });

  it("router advertisements say the mode with OVN's spelling", () => {
    const stateful = subnet("s", { networkRef: { name: "net" }, cidr: "2001:db8::/64", ipv6RAMode: "dhcpv6-stateful" });
    assert.equal(routerAdvertisement(stateful, 1442).address_mode, "dhcpv6_stateful");
    assert.deepEqual(routerAdvertisement(sub, 1442), {});
  });
});
