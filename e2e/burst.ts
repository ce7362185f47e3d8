// Many servers at once, made and deleted through the API by several clients: addresses are distinct, every server ends, nothing is left.
import assert from "node:assert/strict";
import { type Cloud, login } from "../bench/cloud.ts";
import { eventually } from "./cloud.ts";
import { world, worldIsAgain } from "./world.ts";

interface Server {
  id: string;
  status: string;
  fault?: { message: string };
  addresses: Record<string, { addr: string }[]>;
}

async function makeNetwork(api: Cloud): Promise<string> {
  const { body } = await api.call<{ network: { id: string } }>("POST", "/network/v2.0/networks", { network: { name: "burst" } });
  const subnet = { network_id: body.network.id, ip_version: 4, cidr: "10.99.0.0/24" };
  await api.call("POST", "/network/v2.0/subnets", { subnet });
  return body.network.id;
}

async function find(api: Cloud, path: string, list: string, name: string): Promise<string> {
  const { body } = await api.call<Record<string, { id: string; name: string }[]>>("GET", path);
  const found = body[list]?.find((item) => item.name === name);
  assert.ok(found, `${name} in ${path}`);
  return found.id;
}

/** Boots `count` servers from `clients` parallel clients, waits until each is ACTIVE or ERROR with a reason, deletes all, and compares the world before and after. */
export async function burst(count: number, clients: number, buildTimeoutMs: number): Promise<void> {
  const api = await login();
  const image = await find(api, "/image/v2/images?name=guest", "images", "guest");
  const flavor = await find(api, "/compute/v2.1/flavors", "flavors", "m1.tiny");
  const network = await makeNetwork(api);
  await warmUp(api, image, flavor, network);
  const before = await world();
  const ids: string[] = [];
  let next = 0;
  const client = async () => {
    while (next < count) {
      const server = { name: `burst-${next++}`, imageRef: image, flavorRef: flavor, networks: [{ uuid: network }] };
      const { body } = await api.call<{ server: { id: string } }>("POST", "/compute/v2.1/servers", { server });
      ids.push(body.server.id);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const servers = await settled(api, ids, buildTimeoutMs);
  checkAddresses(servers);
  await Promise.all(ids.map((id) => api.call("DELETE", `/compute/v2.1/servers/${id}`)));
  await worldIsAgain(before, 120_000);
  await api.call("DELETE", `/network/v2.0/networks/${network}`);
}

/** One server first, so that the golden disk of the image, which stays, is there before anything is counted. */
async function warmUp(api: Cloud, image: string, flavor: string, network: string): Promise<void> {
  const server = { name: "burst-first", imageRef: image, flavorRef: flavor, networks: [{ uuid: network }] };
  const { body } = await api.call<{ server: { id: string } }>("POST", "/compute/v2.1/servers", { server });
  await settled(api, [body.server.id], 120_000);
  await api.call("DELETE", `/compute/v2.1/servers/${body.server.id}`);
  await eventually(async () => assert.equal((await world()).Server, undefined), 60_000);
}

async function settled(api: Cloud, ids: readonly string[], timeoutMs: number): Promise<Server[]> {
  return eventually(
    async () => {
      const { body } = await api.call<{ servers: Server[] }>("GET", "/compute/v2.1/servers/detail?limit=1000");
      const ours = body.servers.filter((server) => ids.includes(server.id));
      assert.equal(ours.length, ids.length);
      const building = ours.filter((server) => server.status !== "ACTIVE" && !(server.status === "ERROR" && server.fault?.message));
      assert.equal(building.length, 0, `still building: ${building.map((server) => server.status).join()}`);
      return ours;
    },
    timeoutMs,
    1000,
  );
}

function checkAddresses(servers: readonly Server[]): void {
  const addresses = servers.flatMap((server) => Object.values(server.addresses).flatMap((list) => list.map(({ addr }) => addr)));
  const active = servers.filter((server) => server.status === "ACTIVE").length;
  assert.ok(addresses.length >= active, `${active} servers are active but have ${addresses.length} addresses`);
  assert.equal(new Set(addresses).size, addresses.length, "an address was given twice");
}
