// Many servers at once, made and deleted through the API by several clients: addresses are distinct, every server ends, nothing is left.
import assert from "node:assert/strict";
import { type Cloud, login } from "../bench/cloud.ts";
import { eventually } from "./cloud.ts";
import { buildServer, warmUp } from "./things.ts";
import { world, worldIsAgain } from "./world.ts";

interface Server {
  id: string;
  status: string;
  fault?: { message: string };
  addresses: Record<string, { addr: string }[]>;
}

/** Boots `count` servers from `clients` parallel clients, waits until each is ACTIVE or ERROR with a reason, deletes all, and compares the world before and after. */
export async function burst(count: number, clients: number, buildTimeoutMs: number): Promise<void> {
  const api = await login();
  const network = await warmUp(api);
  const before = await world();
  const ids: string[] = [];
  let next = 0;
  const client = async () => {
    while (next < count) {
      const name = `burst-${next++}`;
      ids.push(await buildServer(api, network, { name }));
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const servers = await settled(api, ids, buildTimeoutMs);
  checkAddresses(servers);
  await Promise.all(ids.map((id) => api.call("DELETE", `/compute/v2.1/servers/${id}`)));
  await worldIsAgain(before, 120_000);
  await api.call("DELETE", `/network/v2.0/networks/${network}`);
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
