// Objects made, awaited and removed through the API, as most stories need them.
import assert from "node:assert/strict";
import type { Cloud } from "../bench/cloud.ts";
import { eventually } from "./cloud.ts";
import { world } from "./world.ts";

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

/** Asks for a small server of the guest image; resolves with its id, while it is in its build. */
export async function buildServer(api: Cloud, network: string, fields: Record<string, unknown> = {}): Promise<string> {
  const imageRef = await idByName(api, "/image/v2/images", "images", "guest");
  const flavorRef = await idByName(api, "/compute/v2.1/flavors", "flavors", "m1.tiny");
  return make(api, "/compute/v2.1/servers", "server", { name: "built", imageRef, flavorRef, networks: [{ uuid: network }], ...fields });
}

/** The deletion is accepted. */
export async function remove(api: Cloud, path: string): Promise<void> {
  const { status } = await api.call("DELETE", path);
  assert.ok(status === 204 || status === 202, `DELETE ${path}: ${status}`);
}

/**
 * A first server comes and goes, so that what stays after it, the golden disk of the image above all, is there before anything is counted.
 * Resolves with the id of a network with a subnet.
 */
export async function warmUp(api: Cloud): Promise<string> {
  const network = await make(api, "/network/v2.0/networks", "network", { name: "base" });
  await make(api, "/network/v2.0/subnets", "subnet", { network_id: network, ip_version: 4, cidr: "10.30.0.0/24" });
  const first = `/compute/v2.1/servers/${await buildServer(api, network)}`;
  await becomes(api, first, "server", "ACTIVE");
  await remove(api, first);
  await eventually(async () => {
    const { Server, VirtualMachineInstance, IPAddress } = await world();
    assert.deepEqual([Server, VirtualMachineInstance], [undefined, undefined]);
    // The network's metadata port has the last address of the subnet.
    assert.match(String(IPAddress), /^[^,]+\.10\.30\.0\.254$/);
  }, 30_000);
  return network;
}
