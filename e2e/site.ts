// A guest with a floating IP and a volume behind a router, made through the API; what most stories with a real guest need.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Cloud } from "../bench/cloud.ts";
import { eventually, run } from "./cloud.ts";
import { inGuest } from "./guest-shell.ts";

export interface Site {
  server: string;
  volume: string;
  address: string;
}

interface Named {
  id: string;
  name: string;
}

/** Id of the one object of that name in a list. */
export async function idByName(api: Cloud, path: string, list: string, name: string): Promise<string> {
  const { body } = await api.call<Record<string, Named[]>>("GET", path);
  const found = body[list]?.find((item) => item.name === name);
  assert.ok(found, `${name} in ${path}`);
  return found.id;
}

/** Makes one object; resolves with its id. */
export async function make(api: Cloud, path: string, type: string, fields: Record<string, unknown>): Promise<string> {
  const { body } = await api.call<Record<string, Named>>("POST", path, { [type]: fields });
  const made = body[type];
  assert.ok(made, JSON.stringify(body));
  return made.id;
}

/** Resolves when the object has that status; rejects at once when it is in error. */
export async function becomes(api: Cloud, path: string, type: string, wanted: string, timeoutMs = 60_000): Promise<void> {
  await eventually(async () => {
    const { body } = await api.call<Record<string, { status: string }>>("GET", path);
    assert.equal(body[type]?.status, wanted, path);
  }, timeoutMs);
}

/** A network with a subnet behind a router to the external network. */
export async function routedNetwork(api: Cloud, name: string, cidr: string): Promise<{ network: string; subnet: string; router: string }> {
  const external = await idByName(api, "/network/v2.0/networks", "networks", "public");
  const network = await make(api, "/network/v2.0/networks", "network", { name });
  const subnet = await make(api, "/network/v2.0/subnets", "subnet", { name, network_id: network, ip_version: 4, cidr });
  const router = await make(api, "/network/v2.0/routers", "router", { name, external_gateway_info: { network_id: external } });
  await api.call("PUT", `/network/v2.0/routers/${router}/add_router_interface`, { subnet_id: subnet });
  return { network, subnet, router };
}

/** Id of a server's first port. */
export async function portOf(api: Cloud, server: string): Promise<string> {
  const { body } = await api.call<{ ports: Named[] }>("GET", `/network/v2.0/ports?device_id=${server}`);
  assert.ok(body.ports[0], `a port of ${server}`);
  return body.ports[0].id;
}

/** A floating IP on the first port of a server; resolves with the address. */
export async function floatingIP(api: Cloud, server: string): Promise<string> {
  const floating_network_id = await idByName(api, "/network/v2.0/networks", "networks", "public");
  const floatingip = { floating_network_id, port_id: await portOf(api, server) };
  const { body } = await api.call<{ floatingip: { floating_ip_address: string } }>("POST", "/network/v2.0/floatingips", { floatingip });
  return body.floatingip.floating_ip_address;
}

async function openSecurityGroup(api: Cloud): Promise<void> {
  const group = await idByName(api, "/network/v2.0/security-groups", "security_groups", "default");
  const rule = { security_group_id: group, direction: "ingress", ethertype: "IPv4" };
  await make(api, "/network/v2.0/security-group-rules", "security_group_rule", { ...rule, protocol: "icmp" });
  const tcp = { ...rule, protocol: "tcp", port_range_min: 22, port_range_max: 22 };
  await make(api, "/network/v2.0/security-group-rules", "security_group_rule", tcp);
}

/** Asks for a small server of the guest image; resolves with its id, while it is in its build. */
export async function buildServer(api: Cloud, fields: Record<string, unknown> = {}): Promise<string> {
  const imageRef = await idByName(api, "/image/v2/images", "images", "guest");
  const flavorRef = await idByName(api, "/compute/v2.1/flavors", "flavors", "m1.tiny");
  const networks = [{ uuid: await idByName(api, "/network/v2.0/networks", "networks", "site") }];
  return make(api, "/compute/v2.1/servers", "server", { name: "built", imageRef, flavorRef, networks, ...fields });
}

/** Resolves when the guest answers ssh and sees its volume as /dev/sda. `key` is where the private key is written. */
export async function site(api: Cloud, key: string): Promise<Site> {
  await run(`ssh-keygen -q -t ed25519 -N '' -f ${key}`);
  await openSecurityGroup(api);
  const public_key = readFileSync(`${key}.pub`, "utf8").trim();
  await api.call("POST", "/compute/v2.1/os-keypairs", { keypair: { name: "site", public_key } });
  const { network } = await routedNetwork(api, "site", "10.20.0.0/24");
  const server = await buildServer(api, { name: "site", key_name: "site", networks: [{ uuid: network }] });
  const volumes = `/volume/v3/${api.projectID}/volumes`;
  const volume = await make(api, volumes, "volume", { name: "site", size: 1 });
  await becomes(api, `${volumes}/${volume}`, "volume", "available");
  await becomes(api, `/compute/v2.1/servers/${server}`, "server", "ACTIVE");
  const address = await floatingIP(api, server);
  await make(api, `/compute/v2.1/servers/${server}/os-volume_attachments`, "volumeAttachment", { volumeId: volume });
  await eventually(() => inGuest(address, key, "test -b /dev/sda"), 90_000);
  return { server, volume, address };
}
