// The addresses that Neutron shows are the ones that a real guest has: DHCP for IPv4, router advertisements for IPv6, and a NIC that comes later.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { type Cloud, login } from "../bench/cloud.ts";
import { cloud, down, eventually, root, up } from "./cloud.ts";
import { inGuest } from "./guest-shell.ts";
import { becomes, buildServer, floatingIP, make, portOf, routedNetwork } from "./things.ts";

interface Port {
  fixed_ips: { subnet_id: string; ip_address: string }[];
  mac_address: string;
}

describe("addresses of a real guest", function () {
  this.timeout(300_000);
  const key = `${root}/.kumulus/addresses.pem`;
  let api: Cloud;
  let server: string;
  let address: string;

  before(async () => {
    await up();
    api = await login();
    rmSync(key, { force: true });
    await cloud(`openstack keypair create --private-key ${key} addresses`);
  });
  after(async () => {
    rmSync(key, { force: true });
    await down();
  });

  const guest = (line: string) => inGuest(address, key, line);
  const port = async (id: string) => (await api.call<{ port: Port }>("GET", `/network/v2.0/ports/${id}`)).body.port;
  const addressOn = ({ fixed_ips }: Port, subnet: string) => fixed_ips.find(({ subnet_id }) => subnet_id === subnet)?.ip_address ?? "";

  it("has one of each family on a network with both", async () => {
    const { network, subnet, router } = await routedNetwork(api, "dual", "10.40.0.0/24");
    const modes = { ipv6_ra_mode: "slaac", ipv6_address_mode: "slaac" };
    const six = await make(api, "/network/v2.0/subnets", "subnet", { network_id: network, ip_version: 6, cidr: "fd00:40::/64", ...modes });
    await api.call("PUT", `/network/v2.0/routers/${router}/add_router_interface`, { subnet_id: six });
    for (const protocol of ["tcp", "icmp"]) await cloud(`openstack security group rule create --proto ${protocol} default`);
    server = await buildServer(api, network, { key_name: "addresses" });
    await becomes(api, `/compute/v2.1/servers/${server}`, "server", "ACTIVE");
    address = await floatingIP(api, server);
    const shown = await port(await portOf(api, server));
    const addresses = await eventually(() => guest("ip -o addr show scope global"), 60_000);
    assert.ok(addresses.includes(`${addressOn(shown, subnet)}/24`), addresses);
    await eventually(async () => assert.ok((await guest("ip -o addr show scope global")).includes(addressOn(shown, six))), 30_000);
  });

  it("reaches its router over IPv6", async () => {
    assert.match(await eventually(() => guest("ip -6 route show default"), 30_000), /^default via fe80:/m);
    assert.match(await eventually(() => guest("sudo ping -6 -c 1 -W 2 fd00:40::1"), 30_000), /1 packets received/);
  });

  it("has an address on a NIC that is plugged while it runs", async () => {
    const network = await make(api, "/network/v2.0/networks", "network", { name: "second" });
    const subnet = await make(api, "/network/v2.0/subnets", "subnet", { network_id: network, ip_version: 4, cidr: "10.41.0.0/24" });
    const { body } = await api.call<{ interfaceAttachment: { port_id: string } }>("POST", `/compute/v2.1/servers/${server}/os-interface`, {
      interfaceAttachment: { net_id: network },
    });
    const plugged = await port(body.interfaceAttachment.port_id);
    await eventually(async () => {
      const addresses = await guest("ip -o addr show scope global");
      assert.ok(addresses.includes(`${addressOn(plugged, subnet)}/24`), addresses);
    }, 30_000);
  });
});
